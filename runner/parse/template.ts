import Handlebars from "handlebars";
import { wordsOfSql } from "../core/blank-out.ts";
import { didYouMean } from "../core/closest.ts";
import type { Diagnostic, Place } from "../core/diagnostic.ts";
import { codeFrame } from "../core/frame.ts";
import type { Template, TemplateRef, TemplateUses } from "../core/template.ts";
import type { TextFile } from "../load/project-files.ts";
import { readFlatRefs } from "./flat-refs.ts";
import { parseSyntax } from "./template-syntax.ts";

/** The names that every template may use, apart from the project's macros. */
export const builtinHelpers = [
  "ref",
  "source",
  "var",
  "env",
  "this",
  "incremental",
  "since",
  "until",
  "run_id",
  "run_status",
];
/** Handlebars' own blocks that are useful in SQL. */
const builtinBlocks = ["incremental", "if", "unless", "each"];

export interface MacroNames {
  readonly helpers: ReadonlySet<string>;
  /** Partials by name, with the refs that stand in them. */
  readonly partials: ReadonlyMap<string, Template>;
}

export interface ParsedTemplate {
  readonly template: Template;
  /** The partials that it calls itself, by name. */
  readonly partials: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Reads a template's refs from its syntax tree, so that the graph is known before anything is rendered. In a generic
 * test, `refsByParameter`, a ref may name one of its settings.
 */
export function parseTemplate(
  file: TextFile,
  macros: MacroNames,
  isPartial = false,
  refsByParameter = false,
): ParsedTemplate {
  const flat = isPartial ? undefined : readFlatRefs(file, macros.helpers);
  if (flat !== undefined && !isEmpty(file.text)) {
    return { template: flat, partials: [], diagnostics: [] };
  }
  return parseByHandlebars(file, macros, isPartial, refsByParameter);
}

/** As `parseTemplate`, for every template, flat or not. */
export function parseByHandlebars(
  file: TextFile,
  macros: MacroNames,
  isPartial: boolean,
  refsByParameter = false,
): ParsedTemplate {
  const syntax = parseSyntax(file.text);
  if (syntax.program === undefined) {
    const { line, column, message, hint } = syntax.problem;
    const place: Place = { file: file.file, line, column };
    const frame = codeFrame(file.text, place);
    return {
      template: { file: file.file, text: file.text, refs: [] },
      partials: [],
      diagnostics: [{ code: "TEMPLATE_SYNTAX", message, place, frame, hint }],
    };
  }
  const reader = new TemplateReader(file, macros, { isPartial, refsByParameter });
  reader.accept(syntax.program);
  if (!isPartial && isEmpty(file.text)) reader.diagnostics.push(emptyDiagnostic(file));
  return {
    template: { file: file.file, text: file.text, refs: reader.refs, uses: reader.uses() },
    partials: [...reader.partials],
    diagnostics: reader.diagnostics,
  };
}

/** Whether a template holds nothing but blanks and comments. */
function isEmpty(text: string): boolean {
  if (/^\s*[a-z(]/i.test(text)) return false;
  return wordsOfSql(text.replace(/\{\{~?!(?:--[\s\S]*?--|[^}]*)~?\}\}/g, "")).trim() === "";
}

function emptyDiagnostic({ file }: TextFile): Diagnostic {
  const place = { file, line: 1, column: 1 };
  return {
    code: "SQL_EMPTY",
    message: "There is no query in this file.",
    place,
    hint: "Write one, or remove the file.",
  };
}

class TemplateReader extends Handlebars.Visitor {
  readonly refs: TemplateRef[] = [];
  readonly partials = new Set<string>();
  readonly #helpers = new Set<string>();
  /** Names given to `var` and to `env`; undefined once a name is no literal. */
  readonly #named: Record<"var" | "env", Set<string> | undefined> = {
    var: new Set(),
    env: new Set(),
  };
  readonly diagnostics: Diagnostic[] = [];
  readonly #file: TextFile;
  readonly #macros: MacroNames;
  readonly #isPartial: boolean;
  readonly #refsByParameter: boolean;
  #loopDepth = 0;

  constructor(
    file: TextFile,
    macros: MacroNames,
    kind: { readonly isPartial: boolean; readonly refsByParameter: boolean },
  ) {
    super();
    this.#file = file;
    this.#macros = macros;
    this.#isPartial = kind.isPartial;
    this.#refsByParameter = kind.refsByParameter;
  }

  uses(): TemplateUses {
    const sorted = (names: Iterable<string> | undefined) => names && [...names].sort();
    return {
      partials: [...this.partials].sort(),
      helpers: [...this.#helpers].sort(),
      vars: sorted(this.#named.var),
      env: sorted(this.#named.env),
    };
  }

  override MustacheStatement(mustache: hbs.AST.MustacheStatement): void {
    this.#call(mustache);
    super.MustacheStatement(mustache);
  }

  override SubExpression(expression: hbs.AST.SubExpression): void {
    this.#call(expression);
    super.SubExpression(expression);
  }

  override BlockStatement(block: hbs.AST.BlockStatement): void {
    const name = pathName(block.path);
    if (!builtinBlocks.includes(name)) {
      this.#report("TEMPLATE_UNKNOWN_NAME", `Unknown block "{{#${name}}}".`, block, {
        hint: didYouMean(name, builtinBlocks, `Known blocks: ${builtinBlocks.join(", ")}.`),
      });
    }
    if (name === "each") this.#loopDepth += 1;
    super.BlockStatement(block);
    if (name === "each") this.#loopDepth -= 1;
  }

  override PartialStatement(partial: hbs.AST.PartialStatement): void {
    const name = pathName(partial.name);
    const template = this.#macros.partials.get(name);
    if (template === undefined) {
      this.#report("TEMPLATE_UNKNOWN_NAME", `Unknown partial "{{> ${name}}}".`, partial, {
        hint: didYouMean(name, this.#macros.partials.keys(), `Partials are macros/<name>.hbs.`),
      });
    } else {
      this.partials.add(name);
      // A partial's refs are its caller's: that is the text a reader would look at first.
      for (const ref of template.refs) this.refs.push({ ...ref, place: this.#place(partial) });
    }
    this.#checkValues(hashValues(partial.hash));
    super.PartialStatement(partial);
  }

  override PartialBlockStatement(partial: hbs.AST.PartialBlockStatement): void {
    this.#unsupported("{{#> …}}", partial);
  }

  override DecoratorBlock(decorator: hbs.AST.DecoratorBlock): void {
    this.#unsupported("{{#*…}}", decorator);
  }

  override Decorator(decorator: hbs.AST.Decorator): void {
    this.#unsupported("{{*…}}", decorator);
  }

  #unsupported(form: string, node: hbs.AST.Node): void {
    this.#report("TEMPLATE_UNKNOWN_NAME", `${form} cannot be used here.`, node, {
      hint: "Write a partial of its own, macros/<name>.hbs, and call it: {{> name}}.",
    });
  }

  #call(node: hbs.AST.MustacheStatement | hbs.AST.SubExpression): void {
    const { params } = node;
    const name = pathName(node.path);
    if (name === "ref" || name === "source") {
      this.#reference(name, params, node);
      return;
    }
    if (name === "var" || name === "env") this.#readName(name, params[0]);
    if (this.#macros.helpers.has(name)) this.#helpers.add(name);
    if (builtinHelpers.includes(name) || this.#macros.helpers.has(name)) {
      this.#checkValues([...params, ...hashValues(node.hash)]);
      return;
    }
    if (params.length === 0 && this.#hasParameters()) return;
    const known = [...builtinHelpers, ...this.#macros.helpers];
    this.#report("TEMPLATE_UNKNOWN_NAME", `Unknown name "{{${name}}}".`, node, {
      hint: didYouMean(name, known, `Known: ${known.join(", ")}.`),
    });
  }

  #readName(kind: "var" | "env", name: hbs.AST.Expression | undefined): void {
    if (name?.type === "StringLiteral") {
      this.#named[kind]?.add((name as hbs.AST.StringLiteral).value);
    } else {
      this.#named[kind] = undefined;
    }
  }

  /** Inside a partial or a loop, a plain name is a parameter, known only when rendered. */
  #hasParameters(): boolean {
    return this.#isPartial || this.#loopDepth > 0;
  }

  /** Finds values that were meant as texts or calls and would be looked up as parameters. */
  #checkValues(values: readonly hbs.AST.Expression[]): void {
    if (this.#hasParameters()) return;
    for (const value of values) {
      if (value.type !== "PathExpression") continue;
      const name = pathName(value);
      if (name === "this") continue;
      const isCall = builtinHelpers.includes(name) || this.#macros.helpers.has(name);
      this.#report("TEMPLATE_UNKNOWN_NAME", `"${name}" has no value here.`, value, {
        hint: isCall ? `Call it in parentheses: (${name}).` : `Write it in quotes: "${name}".`,
      });
    }
  }

  #reference(
    kind: "ref" | "source",
    params: readonly hbs.AST.Expression[],
    node: hbs.AST.Node,
  ): void {
    const [first] = params;
    if (params.length === 1 && first?.type === "StringLiteral") {
      const { value } = first as hbs.AST.StringLiteral;
      this.refs.push({ kind, name: value, place: this.#place(first) });
      return;
    }
    // A generic test's settings stand in YAML, from where the graph has them.
    if (this.#refsByParameter && kind === "ref" && first?.type === "PathExpression") return;
    const example = kind === "ref" ? '{{ref "cleaned.customer"}}' : '{{source "oltp.customer"}}';
    this.#report("REF_NOT_LITERAL", `${kind} takes one text in quotes.`, node, {
      cause: "The graph is read from the template without rendering it.",
      hint: `Write ${example}.`,
    });
  }

  #place(node: hbs.AST.Node): Place {
    return { file: this.#file.file, line: node.loc.start.line, column: node.loc.start.column + 1 };
  }

  #report(
    code: Diagnostic["code"],
    message: string,
    node: hbs.AST.Node,
    rest: Pick<Diagnostic, "cause" | "hint">,
  ): void {
    const place = this.#place(node);
    this.diagnostics.push({
      code,
      message,
      place,
      frame: codeFrame(this.#file.text, place),
      ...rest,
    });
  }
}

function hashValues(hash: hbs.AST.Hash | undefined): readonly hbs.AST.Expression[] {
  return (hash?.pairs ?? []).map((pair) => pair.value);
}

function pathName(path: hbs.AST.Expression): string {
  if (path.type === "PathExpression") return (path as hbs.AST.PathExpression).original;
  return "original" in path ? String(path.original) : path.type;
}
