import type { Access } from "../core/access.ts";
import type { Diagnostic } from "../core/diagnostic.ts";
import type { Memory } from "../core/memory.ts";
import type { DataTest } from "../core/data-test.ts";
import type { Model, RunHooks, Seed } from "../core/node.ts";
import type { SourceTable } from "../core/source-table.ts";
import type { UnitTest } from "../core/unit-test.ts";
import type { ProjectFiles } from "../load/project-files.ts";
import { readAccess } from "./access.ts";
import { readHooks } from "./hooks.ts";
import { parseMacros } from "./macros.ts";
import type { ParsedMacros } from "./macros.ts";
import { parseModels } from "./models.ts";
import { parseRememberedModels } from "./remembered-models.ts";
import { pipelinesSchema } from "./schema/pipelines.ts";
import type { PipelinesFile } from "./schema/pipelines.ts";
import { parseSeeds } from "./seeds.ts";
import { parseSingularTests } from "./singular-tests.ts";
import { parseSources } from "./sources.ts";
import { fixturesByName } from "./fixture-rows.ts";
import { parseUnitTestFiles } from "./unit-tests.ts";
import { readYaml } from "./yaml-file.ts";
import type { YamlFile } from "./yaml-file.ts";

/** A project's declarations, each with its place; nothing is linked yet. */
export interface ParsedProject {
  readonly root: string;
  readonly pipelines: YamlFile<PipelinesFile>;
  readonly macros: ParsedMacros;
  readonly sources: readonly SourceTable[];
  readonly seeds: readonly Seed[];
  readonly models: readonly Model[];
  readonly tests: readonly DataTest[];
  readonly runHooks: RunHooks;
  readonly unitTests: readonly UnitTest[];
  /** Absent where the project declares no roles. */
  readonly access?: Access;
}

export interface ParseResult {
  /** Absent when `pipelines.yaml` itself cannot be read. */
  readonly project?: ParsedProject;
  readonly diagnostics: readonly Diagnostic[];
}

/** With a memory, models that it knows are not parsed again. */
export function parseProject(files: ProjectFiles, memory?: Memory): ParseResult {
  const pipelines = readYaml(files.pipelines, pipelinesSchema);
  const macros = parseMacros(files.partials, files.helpers);
  const sources = parseSources(files.sources, macros.tests);
  const seeds = parseSeeds(files.seeds, files.seedYaml, macros.tests);
  const fixtures = fixturesByName(files.fixtures);
  const surroundings = {
    macros,
    folderDefaults: pipelines.value?.value.models ?? {},
    fixtures,
  };
  const models =
    memory === undefined
      ? parseModels(files.modelSql, files.modelYaml, surroundings)
      : parseRememberedModels(files.modelSql, files.modelYaml, surroundings, memory);
  const singular = parseSingularTests(files.testSql, files.testYaml, macros);
  const unitTests = parseUnitTestFiles(files.unitTestYaml, macros, fixtures);
  // Without the defaults of its folder, a model would be told what is not so.
  const sound = pipelines.value === undefined ? [] : [models];
  const diagnostics = [pipelines, macros, sources, seeds, ...sound, singular, unitTests].flatMap(
    (part) => part.diagnostics,
  );
  if (pipelines.value === undefined) return { diagnostics };
  const yaml = pipelines.value;
  const relations = [...sources.tables, ...seeds.seeds, ...models.models];
  const access = readAccess(yaml, relations, diagnostics);
  const hooks = (name: "on_run_start" | "on_run_end") =>
    readHooks({ yaml, path: [name] }, yaml.value[name], macros, diagnostics);
  return {
    diagnostics,
    project: {
      root: files.root,
      pipelines: pipelines.value,
      macros,
      sources: sources.tables,
      seeds: seeds.seeds,
      models: models.models,
      tests: [...sources.tests, ...seeds.tests, ...models.tests, ...singular.tests],
      runHooks: { start: hooks("on_run_start"), end: hooks("on_run_end") },
      unitTests: [...models.unitTests, ...unitTests.tests],
      ...(access === undefined ? {} : { access }),
    },
  };
}
