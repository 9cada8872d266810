import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { CompiledProject } from "../compile/compile.ts";
import { counted } from "../core/counted.ts";
import type { Model } from "../core/node.ts";
import { nodeId } from "../core/node.ts";
import type { EngineName } from "../core/ports.ts";
import type { RelationName } from "../core/relation.ts";
import { exitCodes } from "./options.ts";
import type { ExitCode, SelectionOptions } from "./options.ts";
import { compileProject, openProject } from "./project.ts";
import { withTests } from "./selection.ts";
import { resolveTarget } from "./target.ts";

export interface CompileOptions extends SelectionOptions {
  readonly vars?: string;
  readonly engine?: EngineName;
}

/** Renders models and tests with their public names. One selected model goes to stdout; all go to `<home>/compiled/`. */
export async function compileCommand(options: CompileOptions): Promise<ExitCode> {
  const linked = await openProject(options);
  const compiled = await compileProject(linked, options.vars);
  const target = resolveTarget(linked.project, options.target);
  const engine = options.engine ?? target.engine;
  const folder = path.join(target.home, "compiled", engine);

  const rendered: { readonly id: string; readonly file: string; readonly sql: string }[] = [];
  for (const id of withTests(linked.graph, options)) {
    const node = linked.graph.nodes.get(id);
    if (node?.kind === "model") {
      const file = node.place.file.replace(/^models\//, "");
      rendered.push({ id, file, sql: compiledQuery(compiled, node, engine) });
    } else if (node?.kind === "test") {
      const context = { dialect: engine, resolve: (relation: RelationName) => relation };
      rendered.push({
        id: nodeId(node),
        file: `tests/${node.name}.sql`,
        sql: compiled.testQuery(node, context),
      });
    }
  }
  // Thousands of small files are written faster without waiting for each.
  const files = rendered.map(({ file, sql }) => ({ full: path.join(folder, file), sql }));
  for (const parent of new Set(files.map(({ full }) => path.dirname(full)))) {
    mkdirSync(parent, { recursive: true });
  }
  for (const { full, sql } of files) writeFileSync(full, `${sql}\n`);

  const models = rendered.filter(
    ({ id }) => linked.graph.nodes.get(id as RelationName)?.kind === "model",
  );
  const [only] = models;
  if (options.json === true) {
    process.stdout.write(models.map(({ id, sql }) => `${JSON.stringify({ id, sql })}\n`).join(""));
  } else if (only !== undefined && models.length === 1) {
    process.stdout.write(`${only.sql}\n`);
  }
  process.stderr.write(
    `Compiled ${counted(models.length, "model")} and ${counted(rendered.length - models.length, "data test")} for ${engine} into ${path.relative(process.cwd(), folder)}\n`,
  );
  return exitCodes.ok;
}

/** A model's query with public names, as for a build from nothing. */
export function compiledQuery(compiled: CompiledProject, model: Model, engine: EngineName): string {
  return compiled.modelQuery(model, {
    dialect: engine,
    resolve: (relation) => relation,
    self: model.relation,
  });
}
