import Handlebars from "handlebars";
import { didYouMean } from "../core/closest.ts";
import type { Diagnostic, Place } from "../core/diagnostic.ts";
import { codeFrame } from "../core/frame.ts";
import type { Template, TemplateRef } from "../core/node.ts";
import type { TextFile } from "../load/project_files.ts";

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
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads a template's refs from its syntax tree, so that the graph is known before anything is rendered. */
export function parseTemplate(
  file: TextFile,
  macros: MacroNames,
  isPartial = false,
): ParsedTemplate {
  let program: hbs.AST.Program;
  try {
    program = Handlebars.parseWithoutProcessing(file.text);
  } catch (error) {
    const diagnostic = syntaxDiagnostic(file, error);
    return { template: { file: file.file, text: file.text, refs: [] }, diagnostics: [diagnostic] };
  }
  const reader = new TemplateReader(file, macros, isPartial);
  reader.accept(program);
  return {
    template: { file: file.file, text: file.text, refs: reader.refs },
    diagnostics: reader.diagnostics,
  };
}

function syntaxDiagnostic(file: TextFile, error: unknown): Diagnostic {
  const text = error instanceof Error ? error.message : String(error);
  const hash =
    typeof error === "object" && error !== null && "hash" in error
      ? (error.hash as { loc?: { first_line: number; first_column: number } } | undefined)
      : undefined;
  const lineInMessage = /(?:on line |- )(\d+)(?::(\d+))?/.exec(text);
  const line = hash?.loc?.first_line ?? Number(lineInMessage?.[1] ?? 1);
  const column = (hash?.loc?.first_column ?? Number(lineInMessage?.[2] ?? 0)) + 1;
  const place: Place = { file: file.file, line, column };
  const expected = /(Expecting .*)$/m.exec(text)?.[1];
  return {
    code: "TEMPLATE_SYNTAX",
    message: text.split("\n")[0]?.replace(/:$/, ".") ?? "The template cannot be read.",
    place,
    frame: codeFrame(file.text, place),
    cause: expected === undefined ? undefined : expected.replaceAll("'", ""),
    hint: "Every {{#block}} needs its {{/block}}, and every {{ its }}.",
  };
}

class TemplateReader extends Handlebars.Visitor {
  readonly refs: TemplateRef[] = [];
  readonly diagnostics: Diagnostic[] = [];
  readonly #file: TextFile;
  readonly #macros: MacroNames;
  readonly #isPartial: boolean;
  #loopDepth = 0;

  constructor(file: TextFile, macros: MacroNames, isPartial: boolean) {
    super();
    this.#file = file;
    this.#macros = macros;
    this.#isPartial = isPartial;
  }

  override MustacheStatement(mustache: hbs.AST.MustacheStatement): void {
    this.#call(mustache.path, mustache.params, mustache);
    super.MustacheStatement(mustache);
  }

  override SubExpression(expression: hbs.AST.SubExpression): void {
    this.#call(expression.path, expression.params, expression);
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
    if (template !== undefined) {
      // A partial's refs are its caller's: that is the text a reader would look at first.
      for (const ref of template.refs) this.refs.push({ ...ref, place: this.#place(partial) });
    } else if (!this.#isPartial) {
      this.#report("TEMPLATE_UNKNOWN_NAME", `Unknown partial "{{> ${name}}}".`, partial, {
        hint: didYouMean(name, this.#macros.partials.keys(), `Partials are macros/<name>.hbs.`),
      });
    }
    super.PartialStatement(partial);
  }

  #call(
    path: hbs.AST.PathExpression | hbs.AST.Literal,
    params: readonly hbs.AST.Expression[],
    node: hbs.AST.Node,
  ): void {
    const name = pathName(path);
    if (name === "ref" || name === "source") {
      this.#reference(name, params, node);
      return;
    }
    if (builtinHelpers.includes(name) || this.#macros.helpers.has(name)) return;
    // Inside a partial or a loop, a plain name is a parameter, known only when rendered.
    if (params.length === 0 && (this.#isPartial || this.#loopDepth > 0)) return;
    const known = [...builtinHelpers, ...this.#macros.helpers];
    this.#report("TEMPLATE_UNKNOWN_NAME", `Unknown name "{{${name}}}".`, node, {
      hint: didYouMean(name, known, `Known: ${known.join(", ")}.`),
    });
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

function pathName(path: hbs.AST.Expression): string {
  if (path.type === "PathExpression") return (path as hbs.AST.PathExpression).original;
  return "original" in path ? String(path.original) : path.type;
}
