import type { CompiledProject } from "../compile/compile.ts";
import type { Diagnostic, Place } from "../core/diagnostic.ts";
import { production, publicNameIn } from "../core/environment.ts";
import { isEphemeral } from "../core/node.ts";
import { StatementFailure } from "../core/statement-failure.ts";
import type { Template } from "../core/template.ts";
import { redshiftDialect } from "../dialect/redshift/dialect.ts";
import { loadRedshiftGrammar } from "../dialect/redshift/grammar.ts";
import type { CheckStatement } from "../dialect/redshift/grammar.ts";
import type { LinkedProject } from "./project.ts";

/** A statement of the project as Redshift would get it. */
interface RenderedStatement {
  readonly sql: string;
  /** Where its author wrote it. */
  readonly place: Place;
  readonly template: Template | undefined;
}

const increment = {
  since: "cast('2000-01-01 00:00:00' as timestamp)",
  until: "cast('2000-01-02 00:00:00' as timestamp)",
};

/** What Redshift would refuse of the project's models, tests and hooks for its form alone, at the templates' lines. */
export async function checkForRedshift(
  linked: LinkedProject,
  compiled: CompiledProject,
): Promise<readonly Diagnostic[]> {
  const check = await loadRedshiftGrammar();
  const seen = new Set<string>();
  const diagnostics = new Map<string, Diagnostic>();
  for (const statement of renderedStatements(linked, compiled)) {
    if (seen.has(statement.sql)) continue;
    seen.add(statement.sql);
    for (const found of problemsOf(statement, check, compiled)) {
      diagnostics.set(JSON.stringify(found), found);
    }
  }
  return [...diagnostics.values()];
}

function problemsOf(
  { sql, place, template }: RenderedStatement,
  check: CheckStatement,
  compiled: CompiledProject,
): readonly Diagnostic[] {
  return check(sql).map(({ offset, message, hint }) => {
    const before = sql.slice(0, offset).split("\n");
    const position = { line: before.length, column: (before.at(-1) ?? "").length + 1 };
    const diagnostic: Diagnostic = {
      code: "SQL_NOT_PORTABLE",
      message: message.includes("Redshift") ? message : `Redshift would not read this: ${message}`,
      hint: hint ?? "Write it in the form that both engines read; a macro may differ by engine.",
      place,
    };
    if (template === undefined) return diagnostic;
    const failure = new StatementFailure(diagnostic, sql, position);
    return { ...diagnostic, ...compiled.locate(failure, template) };
  });
}

/** Rendered before, for every engine, so that none fails here. */
function* renderedStatements(
  { project }: LinkedProject,
  compiled: CompiledProject,
): Generator<RenderedStatement> {
  const dialect = redshiftDialect({ iamRole: "default" });
  const context = { dialect: dialect.name, resolve: publicNameIn(production) };
  const run = { id: "run" };
  const fromTemplate = (template: Template, sql: string): RenderedStatement => {
    return { sql, template, place: { file: template.file, line: 1, column: 1 } };
  };
  for (const model of project.models) {
    const self = isEphemeral(model) ? undefined : context.resolve(model.relation);
    const { template, hooks } = model;
    yield fromTemplate(template, compiled.modelQuery(model, { ...context, self }));
    if (model.materialization.type === "incremental") {
      yield fromTemplate(template, compiled.modelQuery(model, { ...context, self, increment }));
    }
    for (const hook of [...(hooks?.pre ?? []), ...(hooks?.post ?? [])]) {
      yield fromTemplate(hook, compiled.hookStatement(hook, { ...context, self, run }));
    }
  }
  for (const hook of compiled.runHooks.start) {
    yield fromTemplate(hook, compiled.hookStatement(hook, { ...context, run }));
  }
  for (const hook of compiled.runHooks.end) {
    const ended = { ...run, status: "succeeded" as const };
    yield fromTemplate(hook, compiled.hookStatement(hook, { ...context, run: ended }));
  }
  for (const test of project.tests) {
    const template = test.form === "singular" ? test.template : undefined;
    yield { sql: compiled.testQuery(test, context), template, place: test.place };
  }
  for (const test of project.unitTests) {
    const { actual, expected } = compiled.unitTestQueries(test, dialect);
    for (const sql of [actual, expected]) yield { sql, template: undefined, place: test.place };
  }
}
