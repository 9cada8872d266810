import type { CompiledProject } from "../compile/compile.ts";
import { counted } from "../core/counted.ts";
import { Failure } from "../core/diagnostic.ts";
import type { Diagnostic } from "../core/diagnostic.ts";
import { production, publicNameIn } from "../core/environment.ts";
import { isEphemeral, queryColumns } from "../core/node.ts";
import type { Model } from "../core/node.ts";
import type { Engine, EngineName } from "../core/ports.ts";
import { zones } from "../core/relation.ts";
import { StatementFailure } from "../core/statement-failure.ts";
import { readableColumns } from "../core/technical-columns.ts";
import { duckdbDialect } from "../dialect/duckdb/dialect.ts";
import { compareWithContract } from "../execute/model-contract.ts";
import { seedStatements } from "../plan/write/seed.ts";
import { checkForRedshift } from "./check-redshift.ts";
import { checkPipelines } from "./pipelines-file.ts";
import { exitCodes } from "./options.ts";
import type { ExitCode, GlobalOptions } from "./options.ts";
import { portabilityOf, portabilityOfTemplate } from "./portability.ts";
import { accessDiagnostics } from "./project-classes.ts";
import { compileProject, openProject } from "./project.ts";
import type { LinkedProject } from "./project.ts";
import { resolveTarget } from "./target.ts";

const engines: readonly EngineName[] = ["duckdb", "redshift"];
const increment = {
  since: "cast('2000-01-01 00:00:00' as timestamp)",
  until: "cast('2000-01-02 00:00:00' as timestamp)",
};

/**
 * Finds what is wrong with a project without touching its data: every file is read, every model is rendered for
 * every engine, what does not port is named, every query is bound against empty tables of the declared types and
 * compared with its contract, and every statement is read by Redshift's grammar.
 */
export async function checkCommand(
  options: GlobalOptions & { readonly vars?: string },
): Promise<ExitCode> {
  const linked = await openProject(options);
  const compiled = await compileProject(linked, options);
  resolveTarget(linked.project, options.target);
  checkPipelines(linked);
  const diagnostics = [...portability(linked), ...renderEverywhere(linked, compiled)];
  if (diagnostics.length === 0) {
    const unbound = await bind(linked, compiled);
    const files = new Set(unbound.map(({ place }) => place?.file));
    const refused = await checkForRedshift(linked.project, compiled, { withHooks: true });
    diagnostics.push(...unbound, ...refused.filter(({ place }) => !files.has(place?.file)));
    diagnostics.push(...(await accessDiagnostics(linked.project, compiled)));
  }
  if (diagnostics.length > 0) throw new Failure(diagnostics);

  const { sources, seeds, models, tests, unitTests } = linked.project;
  const summary = {
    sources: sources.length,
    seeds: seeds.length,
    models: models.length,
    tests: tests.length,
    unit_tests: unitTests.length,
    engines,
  };
  if (options.json === true) process.stdout.write(`${JSON.stringify(summary)}\n`);
  else
    process.stderr.write(
      `Sound: ${counted(sources.length, "source table")}, ${counted(seeds.length, "seed")}, ${counted(models.length, "model")}, ${counted(tests.length, "data test")} and ${counted(unitTests.length, "unit test")}, for ${engines.join(" and ")}.\n`,
    );
  return exitCodes.ok;
}

function portability({ project }: LinkedProject): readonly Diagnostic[] {
  const { partials, tests } = project.macros;
  const called = [...partials.values(), ...[...tests.values()].map(({ template }) => template)];
  return [...called.flatMap(portabilityOfTemplate), ...portabilityOf(project)];
}

function renderEverywhere({ project }: LinkedProject, compiled: CompiledProject): Diagnostic[] {
  const diagnostics = new Map<string, Diagnostic>();
  const attempt = (render: () => unknown) => {
    try {
      render();
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      // The same mistake shows for every engine; it is told once.
      for (const diagnostic of error.diagnostics)
        diagnostics.set(JSON.stringify(diagnostic), diagnostic);
    }
  };
  for (const dialect of engines) {
    const context = { dialect, resolve: publicNameIn(production) };
    for (const model of project.models) {
      attempt(() => compiled.modelQuery(model, { ...context, self: selfOf(model) }));
      if (model.materialization.type === "incremental") {
        attempt(() => compiled.modelQuery(model, { ...context, self: model.relation, increment }));
      }
      for (const hook of [...(model.hooks?.pre ?? []), ...(model.hooks?.post ?? [])]) {
        const around = { ...context, self: model.relation, run: { id: "run" } };
        attempt(() => compiled.hookStatement(hook, around));
      }
    }
    const run = { id: "run" };
    for (const hook of compiled.runHooks.start) {
      attempt(() => compiled.hookStatement(hook, { ...context, run }));
    }
    for (const hook of compiled.runHooks.end) {
      const ended = { ...run, status: "succeeded" as const };
      attempt(() => compiled.hookStatement(hook, { ...context, run: ended }));
    }
    for (const test of project.tests) attempt(() => compiled.testQuery(test, context));
    for (const test of project.unitTests) {
      attempt(() => compiled.unitTestQueries(test, { ...duckdbDialect, name: dialect }));
    }
  }
  return [...diagnostics.values()];
}

/** Makes an empty warehouse of the project in memory, so that the engine itself checks names and types. */
async function bind(linked: LinkedProject, compiled: CompiledProject): Promise<Diagnostic[]> {
  const { openDuckDb } = await import("../engine/duckdb/engine.ts");
  const engine = await openDuckDb({ file: ":memory:", threads: 1 });
  try {
    await engine.transaction(zones.map((zone) => `create schema ${zone}`));
    const diagnostics: Diagnostic[] = [];
    const broken = new Set<string>();
    for (const [id, node] of linked.graph.nodes) {
      if ((linked.graph.parents.get(id) ?? []).some((parent) => broken.has(parent))) {
        broken.add(id);
        continue;
      }
      const found = await bindNode(node, engine, compiled);
      if (found.length > 0) broken.add(id);
      diagnostics.push(...found);
    }
    return diagnostics;
  } finally {
    await engine.close();
  }
}

async function bindNode(
  node: LinkedProject["graph"]["nodes"] extends ReadonlyMap<unknown, infer Node> ? Node : never,
  engine: Engine,
  compiled: CompiledProject,
): Promise<readonly Diagnostic[]> {
  const context = { dialect: "duckdb" as const, resolve: publicNameIn(production) };
  try {
    switch (node.kind) {
      case "source": {
        const columns = readableColumns(node);
        await engine.execute(duckdbDialect.createTable(node.relation, columns));
        return [];
      }
      case "seed": {
        await engine.transaction(seedStatements(node.relation, node, duckdbDialect));
        return [];
      }
      case "model": {
        const query = compiled.modelQuery(node, { ...context, self: selfOf(node) });
        const described = await engine.describe(query);
        const contract = queryColumns(node);
        const mismatch = compareWithContract(node.relation, contract, described, duckdbDialect);
        if (mismatch !== undefined) return [mismatch];
        if (isEphemeral(node)) return [];
        await engine.execute(
          duckdbDialect.createView(node.relation, withAddedColumns(node, query)),
        );
        if (node.materialization.type === "incremental") {
          await engine.describe(
            compiled.modelQuery(node, { ...context, self: node.relation, increment }),
          );
        }
        return [];
      }
      case "test":
        await engine.describe(
          `select * from (\n${compiled.testQuery(node, context)}\n) as failing`,
        );
        return [];
      case "unit_test": {
        const { actual, expected } = compiled.unitTestQueries(node, duckdbDialect);
        await engine.describe(actual);
        await engine.describe(expected);
        return [];
      }
    }
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const template = "template" in node ? node.template : undefined;
    const found =
      error instanceof StatementFailure && template !== undefined
        ? (compiled.locate(error, template) ?? { place: { file: template.file }, frame: undefined })
        : undefined;
    return error.diagnostics.map((diagnostic) => ({
      ...diagnostic,
      place: diagnostic.place ?? found?.place ?? node.place,
      frame: found?.frame ?? diagnostic.frame,
    }));
  }
}

/** An ephemeral model has no relation to read. */
function selfOf(model: Model): string | undefined {
  return isEphemeral(model) ? undefined : model.relation;
}

/** A model's query with the columns that a snapshot adds, as readers would see it. */
function withAddedColumns(model: Model, query: string): string {
  const added = model.columns.slice(queryColumns(model).length);
  if (added.length === 0) return query;
  const nulls = added.map(
    ({ name, type }) => `cast(null as ${duckdbDialect.columnType(type)}) as ${name}`,
  );
  return `select *, ${nulls.join(", ")} from (\n${query}\n) as versions`;
}
