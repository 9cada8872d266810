import path from "node:path";
import Handlebars from "handlebars";
import { closest } from "../core/closest.ts";
import type { Diagnostic } from "../core/diagnostic.ts";
import type { Template } from "../core/template.ts";
import { identifierPattern } from "../core/relation.ts";
import type { TextFile } from "../load/project-files.ts";
import { columnTests, tableTests, testModifiers } from "./schema/tests.ts";
import { parseSyntax } from "./template-syntax.ts";
import { builtinHelpers, parseTemplate } from "./template.ts";
import type { MacroNames } from "./template.ts";

/** A generic test of the project's own: a query over `{{relation}}` for the rows that break it. */
export interface TestMacro {
  readonly name: string;
  readonly template: Template;
  /** Whether it is about one column, `{{column}}`. */
  readonly usesColumn: boolean;
  /** Settings that its YAML entry has to give. */
  readonly required: ReadonlySet<string>;
  /** Settings that an `{{#if}}` or `{{#unless}}` asks for. */
  readonly optional: ReadonlySet<string>;
  /** Settings that name a relation: `{{ref to}}`. */
  readonly relations: ReadonlySet<string>;
}

export interface ParsedTestMacros {
  readonly tests: ReadonlyMap<string, TestMacro>;
  readonly diagnostics: readonly Diagnostic[];
}

const folder = "macros/tests/";

export function isTestMacro({ file }: TextFile): boolean {
  return file.startsWith(folder);
}

/** Each `macros/tests/<name>.hbs` is the generic test `name`. */
export function parseTestMacros(files: readonly TextFile[], macros: MacroNames): ParsedTestMacros {
  const tests = new Map<string, TestMacro>();
  const diagnostics: Diagnostic[] = [];
  for (const file of files) {
    const name = path.posix.basename(file.file, ".hbs");
    const problem = nameProblem(name, tests);
    if (problem !== undefined) {
      const hint = "A generic test is named as its file: rename the file.";
      const place = { file: file.file, line: 1, column: 1 };
      diagnostics.push({ code: "MACRO_INVALID", message: problem, place, hint });
      continue;
    }
    const { template, diagnostics: found } = parseTemplate(file, macros, true, true);
    diagnostics.push(...found);
    const reader = new ParameterReader(macros.helpers);
    const { program } = parseSyntax(file.text);
    if (program !== undefined) reader.accept(program);
    const { used, optional, relations } = reader;
    if (found.length === 0 && !used.has("relation")) {
      const place = { file: file.file, line: 1, column: 1 };
      const near = closest("relation", used);
      diagnostics.push({
        code: "MACRO_INVALID",
        message: `The test ${name} never reads {{relation}}, so it would say the same of every relation.`,
        place,
        hint:
          near === undefined
            ? "Select the rows that break it: select * from {{relation}} where …"
            : `Did you mean {{relation}} by {{${near}}}?`,
      });
    }
    const required = [...used].filter(
      (parameter) => !optional.has(parameter) && !["relation", "column"].includes(parameter),
    );
    const usesColumn = used.has("column");
    tests.set(name, {
      name,
      template,
      usesColumn,
      required: new Set(required),
      optional,
      relations,
    });
  }
  return { tests, diagnostics };
}

function nameProblem(name: string, tests: ReadonlyMap<string, unknown>): string | undefined {
  if (!identifierPattern.test(name)) return `"${name}" is not lower snake case.`;
  const isBuiltin = Object.hasOwn(columnTests, name) || Object.hasOwn(tableTests, name);
  if (isBuiltin) return `There is a built-in generic test "${name}".`;
  return tests.has(name) ? `There are two generic tests "${name}".` : undefined;
}

/** Finds the plain names that a template uses: its parameters. */
class ParameterReader extends Handlebars.Visitor {
  readonly used = new Set<string>();
  readonly optional = new Set<string>();
  readonly relations = new Set<string>();
  readonly #helpers: ReadonlySet<string>;

  constructor(helpers: ReadonlySet<string>) {
    super();
    this.#helpers = helpers;
  }

  override MustacheStatement(mustache: hbs.AST.MustacheStatement): void {
    if (mustache.params.length === 0 && !this.#isHelper(mustache.path)) this.#use([mustache.path]);
    this.#call(mustache);
    super.MustacheStatement(mustache);
  }

  override SubExpression(expression: hbs.AST.SubExpression): void {
    this.#call(expression);
    super.SubExpression(expression);
  }

  override BlockStatement(block: hbs.AST.BlockStatement): void {
    const name = parameterName(block.path);
    if (name === "if" || name === "unless") {
      for (const condition of block.params) {
        const parameter = parameterName(condition);
        if (parameter !== undefined) this.optional.add(parameter);
      }
    }
    this.#use(block.params);
    super.BlockStatement(block);
  }

  override PartialStatement(partial: hbs.AST.PartialStatement): void {
    const { hash } = partial as { readonly hash?: hbs.AST.Hash };
    this.#use((hash?.pairs ?? []).map((pair) => pair.value));
    super.PartialStatement(partial);
  }

  #call({ path: called, params }: hbs.AST.MustacheStatement | hbs.AST.SubExpression): void {
    this.#use(params);
    const [first] = params;
    const name = first === undefined ? undefined : parameterName(first);
    if (parameterName(called) === "ref" && name !== undefined) this.relations.add(name);
  }

  #use(expressions: readonly hbs.AST.Expression[]): void {
    for (const expression of expressions) {
      const name = parameterName(expression);
      if (name !== undefined) this.used.add(name);
    }
  }

  #isHelper(expression: hbs.AST.Expression): boolean {
    const name = parameterName(expression) ?? "";
    return builtinHelpers.includes(name) || this.#helpers.has(name);
  }
}

/** The name that a path begins with; undefined for a literal, for `this` and for `@index` and its like. */
function parameterName(expression: hbs.AST.Expression): string | undefined {
  if (expression.type !== "PathExpression") return undefined;
  const { data, parts } = expression as hbs.AST.PathExpression;
  return data ? undefined : parts[0];
}

/** Every setting that an entry of this test may have. */
export function settingsOf({ usesColumn, required, optional }: TestMacro): readonly string[] {
  return [
    ...(usesColumn ? ["column"] : []),
    ...required,
    ...optional,
    ...Object.keys(testModifiers),
  ];
}
