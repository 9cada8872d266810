import path from "node:path";
import type { CompiledProject } from "../compile/compile.ts";
import { counted } from "../core/counted.ts";
import type { DataTest } from "../core/data-test.ts";
import { production, publicNameIn } from "../core/environment.ts";
import type { Model, ProjectNode } from "../core/node.ts";
import type { EngineName } from "../core/ports.ts";
import type { RelationName } from "../core/relation.ts";
import { refreshManifest } from "./artifacts.ts";
import { exitCodes } from "./options.ts";
import type { ExitCode, SelectionOptions } from "./options.ts";
import { withClassesOf } from "./project-classes.ts";
import { compileProject, openProject } from "./project.ts";
import { withTests } from "./selection.ts";
import { resolveTarget } from "./target.ts";
import { writeCompiled } from "./write-compiled.ts";

export interface CompileOptions extends SelectionOptions {
  readonly vars?: string;
  readonly engine?: EngineName;
}

/**
 * Renders models and tests with their public names into `<home>/compiled/<engine>`: a file for each model, one for the
 * generic tests of each relation, one for each test of `tests/`. One selected model goes to stdout as well.
 */
export async function compileCommand(options: CompileOptions): Promise<ExitCode> {
  const linked = await openProject(options);
  const compiled = await withClassesOf(linked.project, await compileProject(linked, options));
  const target = resolveTarget(linked.project, options.target);
  const engine = options.engine ?? target.warehouse.engine;
  const folder = path.join(target.home, "compiled", engine);

  const files = new Map<string, string>();
  const models: { readonly id: RelationName; readonly sql: string }[] = [];
  const tested = new Set<RelationName>();
  const nodes = [...(await withTests(linked, options))].flatMap(
    (id) => linked.graph.nodes.get(id) ?? [],
  );
  for (const node of nodes) {
    if (node.kind === "model") {
      const sql = compiledQuery(compiled, node, engine);
      files.set(compiledFile(node), `${sql}\n`);
      models.push({ id: node.relation, sql });
    } else if (node.kind === "test" && node.form === "generic") {
      tested.add(node.relation);
    } else if (node.kind === "test") {
      files.set(`tests/${node.name}.sql`, `${compiledTest(compiled, node, engine)}\n`);
    }
  }
  // A relation's file holds all of its tests, whichever of them are selected.
  for (const test of linked.graph.nodes.values()) {
    if (test.kind !== "test" || test.form !== "generic" || !tested.has(test.relation)) continue;
    const file = testsFile(linked.graph.nodes.get(test.relation), test.relation);
    const text = `-- ${test.name}\n${compiledTest(compiled, test, engine)}\n;\n`;
    const before = files.get(file);
    files.set(file, before === undefined ? text : `${before}\n${text}`);
  }
  const isWhole = [options.select, options.selector, options.exclude].every(
    (given) => given === undefined,
  );
  writeCompiled(folder, files, isWhole);
  const { project } = linked.project.pipelines.value;
  await refreshManifest(target, project, compiled, compiled.key());

  const [only] = models;
  if (options.json === true) {
    process.stdout.write(models.map(({ id, sql }) => `${JSON.stringify({ id, sql })}\n`).join(""));
  } else if (only !== undefined && models.length === 1) {
    process.stdout.write(`${only.sql}\n`);
  }
  const tests = nodes.filter((node) => node.kind === "test");
  process.stderr.write(
    `Compiled ${counted(models.length, "model")} and ${counted(tests.length, "data test")} for ${engine} into ${path.relative(process.cwd(), folder)}\n`,
  );
  return exitCodes.ok;
}

/** Compiled models stand as the project's do below `models/`. */
function compiledFile(model: Model): string {
  return model.place.file.replace(/^models\//, "");
}

/** The file of a relation's generic tests, beside the compiled model where there is one. */
function testsFile(node: ProjectNode | undefined, relation: RelationName): string {
  const model = node?.kind === "model" ? compiledFile(node).replace(/\.sql$/, "") : undefined;
  return `${model ?? relation.replace(".", "/")}.tests.sql`;
}

function compiledTest(compiled: CompiledProject, test: DataTest, engine: EngineName): string {
  return compiled.testQuery(test, { dialect: engine, resolve: publicNameIn(production) });
}

/** A model's query with public names, as for a build from nothing. */
export function compiledQuery(compiled: CompiledProject, model: Model, engine: EngineName): string {
  return compiled.modelQuery(model, {
    dialect: engine,
    resolve: publicNameIn(production),
    self: model.relation,
  });
}
