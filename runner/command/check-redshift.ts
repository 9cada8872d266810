import type { CompiledProject } from "../compile/compile.ts";
import { Failure } from "../core/diagnostic.ts";
import type { Diagnostic, Place } from "../core/diagnostic.ts";
import { production, publicNameIn } from "../core/environment.ts";
import { isEphemeral } from "../core/node.ts";
import type { Model } from "../core/node.ts";
import { StatementFailure } from "../core/statement-failure.ts";
import type { Template } from "../core/template.ts";
import { redshiftDialect } from "../dialect/redshift/dialect.ts";
import { loadRedshiftGrammar } from "../dialect/redshift/grammar.ts";
import type { CheckStatement } from "../dialect/redshift/grammar.ts";
import type { ParsedProject } from "../parse/project.ts";

/** What of a project has SQL of its own. */
export type QueryNodes = Pick<ParsedProject, "models" | "tests" | "unitTests">;

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

/** What Redshift would refuse of models and tests for its form alone, at the templates' lines; or of their hooks, too. */
export async function checkForRedshift(
  nodes: QueryNodes,
  compiled: CompiledProject,
  { withHooks = false }: { readonly withHooks?: boolean } = {},
): Promise<readonly Diagnostic[]> {
  const renderings = [
    ...queriesOf(nodes, compiled),
    ...(withHooks ? hooksOf(nodes, compiled) : []),
  ];
  if (renderings.length === 0) return [];
  const check = await loadRedshiftGrammar();
  const seen = new Set<string>();
  const diagnostics = new Map<string, Diagnostic>();
  for (const render of renderings) {
    const statement = attempt(render);
    if (statement === undefined || seen.has(statement.sql)) continue;
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

type Render = () => RenderedStatement;

/** What does not render is told by who renders everything, and all of it together. */
function attempt(render: Render): RenderedStatement | undefined {
  try {
    return render();
  } catch (error) {
    if (error instanceof Failure) return undefined;
    throw error;
  }
}

const dialect = redshiftDialect({ iamRole: "default" });
const context = { dialect: dialect.name, resolve: publicNameIn(production) };

function queriesOf(
  { models, tests, unitTests }: QueryNodes,
  compiled: CompiledProject,
): readonly Render[] {
  return [
    ...models.flatMap((model): readonly Render[] => {
      const { template, materialization } = model;
      const around = { ...context, self: selfOf(model) };
      const whole = () => fromTemplate(template, compiled.modelQuery(model, around));
      const delta = () =>
        fromTemplate(template, compiled.modelQuery(model, { ...around, increment }));
      return materialization.type === "incremental" ? [whole, delta] : [whole];
    }),
    ...tests.map((test) => () => {
      const template = test.form === "singular" ? test.template : undefined;
      return { sql: compiled.testQuery(test, context), template, place: test.place };
    }),
    ...unitTests.flatMap((test) =>
      (["actual", "expected"] as const).map((side) => () => {
        const { [side]: sql } = compiled.unitTestQueries(test, dialect);
        return { sql, template: undefined, place: test.place };
      }),
    ),
  ];
}

function hooksOf({ models }: QueryNodes, compiled: CompiledProject): readonly Render[] {
  const run = { id: "run" };
  const ended = { ...run, status: "succeeded" as const };
  const { start, end } = compiled.runHooks;
  const ofModels = models.flatMap((model) => {
    const around = { ...context, self: selfOf(model), run };
    const { pre = [], post = [] } = model.hooks ?? {};
    return [...pre, ...post].map((hook) => ({ hook, around }));
  });
  const all = [
    ...ofModels,
    ...start.map((hook) => ({ hook, around: { ...context, run } })),
    ...end.map((hook) => ({ hook, around: { ...context, run: ended } })),
  ];
  return all.map(
    ({ hook, around }) =>
      () =>
        fromTemplate(hook, compiled.hookStatement(hook, around)),
  );
}

function selfOf(model: Model): string | undefined {
  return isEphemeral(model) ? undefined : context.resolve(model.relation);
}

function fromTemplate(template: Template, sql: string): RenderedStatement {
  return { sql, template, place: { file: template.file, line: 1, column: 1 } };
}
