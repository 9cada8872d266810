import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { production, publicNameIn } from "../core/environment.ts";
import type { Model } from "../core/node.ts";
import type { EngineName } from "../core/ports.ts";
import { link } from "../graph/link.ts";
import { loadHelpers } from "../load/helpers.ts";
import { loadProjectFiles } from "../load/project-files.ts";
import { parseProject } from "../parse/project.ts";
import { ansiStatements } from "../dialect/ansi/statements.ts";
import { snapshotRules } from "../core/snapshot-rules.ts";
import { compile } from "./compile.ts";
import type { CompiledProject } from "./compile.ts";

/**
 * The SQL that this repository's models become, kept as files so that a change of a macro or of the compiler is
 * reviewed as the SQL that it changes. After an intended change, renew them and look at the difference:
 *
 *     RENEW_GOLDEN=1 npm test -- runner/compile/golden.test.ts && git diff runner/compile/golden
 */
const renew = process.env.RENEW_GOLDEN === "1";
const folder = path.join(import.meta.dirname, "golden");
const engines: readonly EngineName[] = ["duckdb", "redshift"];

async function openRepository(): Promise<{ compiled: CompiledProject; models: readonly Model[] }> {
  const root = path.resolve(import.meta.dirname, "../..");
  const { project, diagnostics } = parseProject(loadProjectFiles(root));
  expect(diagnostics).toEqual([]);
  if (project === undefined) throw new Error("the repository's project cannot be read");
  const { helpers, checksums } = await loadHelpers(root, project.macros.helperFiles);
  const { graph } = link(project);
  const { partials } = project.macros;
  const { vars } = project.pipelines.value;
  const parts = { partials, helpers, helperChecksums: checksums, vars };
  return { compiled: compile(graph, { ...parts, env: {} }), models: project.models };
}

/** Every model with public names, an incremental one in its second form too, and how a snapshot finds versions, by file name. */
function compiledFiles(
  compiled: CompiledProject,
  models: readonly Model[],
  dialect: EngineName,
): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const model of models) {
    const context = { dialect, resolve: publicNameIn(production), self: model.relation };
    files.set(`${model.relation}.sql`, compiled.modelQuery(model, context));
    const { materialization } = model;
    if (materialization.type === "snapshot") {
      const rules = snapshotRules({ ...model, materialization }, "cast('2025-03-17' as timestamp)");
      const rows = { source: "_physical.source", published: "_physical.published" };
      files.set(`${model.relation}.versions.sql`, ansiStatements().changedVersions(rows, rules));
    }
    if (materialization.type !== "incremental") continue;
    const increment = {
      since: "cast('2025-03-16 00:00:00' as timestamp)",
      until: "cast('2025-03-17 00:00:00' as timestamp)",
    };
    const name = `${model.relation}.incremental.sql`;
    files.set(name, compiled.modelQuery(model, { ...context, increment }));
  }
  return files;
}

describe.each(engines)("the SQL for %s", (engine) => {
  const engineFolder = path.join(folder, engine);
  let current: ReadonlyMap<string, string> = new Map();

  beforeAll(async () => {
    const { compiled, models } = await openRepository();
    current = compiledFiles(compiled, models, engine);
    if (!renew) return;
    rmSync(engineFolder, { recursive: true, force: true });
    mkdirSync(engineFolder, { recursive: true });
    for (const [name, sql] of current) writeFileSync(path.join(engineFolder, name), `${sql}\n`);
  });

  test("is that which was reviewed, for every model and no other", () => {
    const names = existsSync(engineFolder) ? readdirSync(engineFolder) : [];
    const reviewed = names.map((name) => [
      name,
      readFileSync(path.join(engineFolder, name), "utf8"),
    ]);
    const compiled = [...current].map(([name, sql]) => [name, `${sql}\n`]);
    expect(Object.fromEntries(compiled)).toEqual(Object.fromEntries(reviewed));
    expect(current.size).toBeGreaterThan(20);
  });

  test("has no template left in it", () => {
    for (const sql of current.values()) expect(sql).not.toMatch(/\{\{|\}\}|undefined|\[object/);
  });
});
