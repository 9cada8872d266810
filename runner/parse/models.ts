import path from "node:path";
import { didYouMean } from "../core/closest.ts";
import type { Diagnostic } from "../core/diagnostic.ts";
import type { Materialization } from "../core/materialization.ts";
import type { GenericTest } from "../core/data-test.ts";
import type { Model } from "../core/node.ts";
import type { Column } from "../core/node-base.ts";
import type { UnitTest } from "../core/unit-test.ts";
import { parseRelationName, zones } from "../core/relation.ts";
import type { RelationName } from "../core/relation.ts";
import type { TextFile } from "../load/project-files.ts";
import { stemOf, yamlBeside } from "./beside.ts";
import { contractTest, readContract } from "./contract.ts";
import type { Fixtures } from "./fixture-rows.ts";
import { readHooks } from "./hooks.ts";
import type { ParsedMacros } from "./macros.ts";
import { readMaterialization, readSnapshotColumns } from "./materialization.ts";
import { hasDay } from "./raw-settings.ts";
import type { ModelFile } from "./schema/model.ts";
import { modelSchema } from "./schema/model.ts";
import type { PipelinesFile } from "./schema/pipelines.ts";
import { readTableStorage } from "./table-storage.ts";
import { parseTemplate } from "./template.ts";
import type { MacroNames } from "./template.ts";
import { readGenericTests } from "./tests.ts";
import { readUnitTests } from "./unit-tests.ts";
import { readYaml } from "./yaml-file.ts";
import type { YamlFile } from "./yaml-file.ts";

export interface ParsedModels {
  readonly models: readonly Model[];
  readonly tests: readonly GenericTest[];
  readonly unitTests: readonly UnitTest[];
  readonly diagnostics: readonly Diagnostic[];
}

/** What of the project a model's declarations depend on beside its own files. */
export interface Surroundings {
  readonly macros: MacroNames & Partial<Pick<ParsedMacros, "tests">>;
  readonly folderDefaults: PipelinesFile["models"];
  readonly fixtures?: Fixtures;
}

/** Each `models/<zone>/…/<name>.sql` with its `<name>.yml` is the relation `<zone>.<name>`. */
export function parseModels(
  sqlFiles: readonly TextFile[],
  yamlFiles: readonly TextFile[],
  surroundings: Surroundings,
): ParsedModels {
  const models: Model[] = [];
  const tests: GenericTest[] = [];
  const unitTests: UnitTest[] = [];
  const diagnostics: Diagnostic[] = [];
  const beside = yamlBeside(yamlFiles);
  diagnostics.push(...beside.diagnostics);
  const orphans = new Map(beside.byStem);

  for (const sql of sqlFiles) {
    const stem = stemOf(sql.file);
    const yamlFile = beside.byStem.get(stem);
    orphans.delete(stem);
    const place = { file: sql.file, line: 1, column: 1 };
    const relation = relationOf(sql.file);
    if (relation === undefined) {
      diagnostics.push({
        code: "YAML_SCHEMA",
        message: `${sql.file} names no relation.`,
        place,
        hint: `A model is models/<zone>/<name>.sql: a zone (${zones.join(", ")}) and a lower snake case name.`,
      });
      continue;
    }
    if (yamlFile === undefined) {
      diagnostics.push({
        code: "MODEL_WITHOUT_YAML",
        message: `The model ${relation} has no ${stem}.yml beside it.`,
        place,
        hint: `Declare its grain and its columns there; runner contract infer ${relation} --write begins it with what the query yields.`,
      });
      continue;
    }
    const parsed = readYaml(yamlFile, modelSchema);
    diagnostics.push(...parsed.diagnostics);
    const template = parseTemplate(sql, surroundings.macros);
    diagnostics.push(...template.diagnostics);
    if (parsed.value === undefined) continue;
    const yaml = parsed.value;
    const defaults = folderDefaultsOf(sql.file, surroundings.folderDefaults);
    const tags = [...new Set([...defaults.tags, ...yaml.value.tags])];
    const materialized = yaml.value.materialized ?? defaults.materialized;
    const isSnapshot = materialized === "snapshot";
    // A snapshot's key may hold nulls: a null is like a null there.
    const contract = isSnapshot ? { ...yaml, value: { ...yaml.value, key: [] } } : yaml;
    const declared = readContract(contract, diagnostics);
    const columnNames = declared.map((column) => column.name);
    const materialization = readMaterialization(yaml, materialized, columnNames, diagnostics);
    // Of a snapshot, the declared key tells its query's rows apart; its versions have an id of their own.
    const columns = isSnapshot
      ? [...declared, ...readSnapshotColumns(yaml, columnNames, diagnostics)]
      : declared;
    const key = isSnapshot ? ["snapshot_id"] : (yaml.value.key ?? []);
    models.push({
      kind: "model",
      relation,
      description: yaml.value.description,
      grain: yaml.value.grain,
      key,
      tags,
      owner: yaml.value.owner ?? defaults.owner,
      place,
      template: template.template,
      materialization,
      columns,
      ...readTableStorage(
        yaml,
        { materialization, columns, byDefault: defaults.distribution },
        diagnostics,
      ),
      ...readPartition(yaml, materialization, columns, diagnostics),
      ...readModelHooks(yaml, materialization, surroundings.macros, diagnostics),
    });
    const names = columns.map((column) => column.name);
    const testMacros = surroundings.macros.tests ?? new Map();
    const reader = { yaml, relation, columnNames: names, tags, macros: testMacros, diagnostics };
    const versions = materialization.type === "snapshot" ? materialization.key : undefined;
    tests.push(...readGenericTests(reader, { ...yaml.value, key, versions }, []));
    const implied = contractTest(contract, { relation, tags });
    if (implied !== undefined) tests.push(implied);
    const fixtures = surroundings.fixtures ?? new Map();
    unitTests.push(...readUnitTests({ yaml, relation, tags, fixtures, diagnostics }));
  }

  for (const orphan of orphans.values()) {
    diagnostics.push({
      code: "MODEL_WITHOUT_SQL",
      message: `${orphan.file} describes a model that has no .sql beside it.`,
      place: { file: orphan.file, line: 1, column: 1 },
    });
  }
  return { models, tests, unitTests, diagnostics };
}

function readPartition(
  yaml: YamlFile<ModelFile>,
  { type }: Materialization,
  columns: readonly Column[],
  diagnostics: Diagnostic[],
): Pick<Model, "partitionBy"> {
  const { partition_by: name } = yaml.value;
  if (name === undefined) return {};
  const report = (message: string, hint?: string) => {
    diagnostics.push(yaml.diagnostic("YAML_SCHEMA", ["partition_by"], message, hint));
  };
  const column = columns.find((candidate) => candidate.name === name);
  if (type === "ephemeral") report("An ephemeral model is never written, so it has no files.");
  if (column === undefined) {
    const names = columns.map((each) => each.name);
    const otherwise = `It has ${names.join(", ")}.`;
    report(`The model declares no column "${name}".`, didYouMean(name, names, otherwise));
  } else if (!hasDay(column.type)) {
    report(`The column "${name}" is no date or timestamp.`);
  }
  return { partitionBy: name };
}

function readModelHooks(
  yaml: YamlFile<ModelFile>,
  { type }: Materialization,
  macros: MacroNames,
  diagnostics: Diagnostic[],
): Pick<Model, "hooks"> {
  const read = (name: "pre_hook" | "post_hook") => {
    if (type === "ephemeral" && yaml.value[name].length > 0) {
      const message = "An ephemeral model is never written, so nothing can run around its write.";
      diagnostics.push(yaml.diagnostic("YAML_SCHEMA", [name], message));
    }
    return readHooks({ yaml, path: [name] }, yaml.value[name], macros, diagnostics);
  };
  const hooks = { pre: read("pre_hook"), post: read("post_hook") };
  return hooks.pre.length + hooks.post.length === 0 ? {} : { hooks };
}

/** The relation that a file of models/ makes; undefined when its path names none. */
export function relationOf(file: string): RelationName | undefined {
  const [, zone] = file.split("/");
  return parseRelationName(`${zone ?? ""}.${path.posix.basename(file, ".sql")}`);
}

interface FolderDefaults {
  readonly materialized: Materialization["type"];
  readonly tags: readonly string[];
  readonly owner?: string;
  readonly distribution?: "auto" | "even" | "all";
}

/** Defaults of the folders around a file; an inner folder's win, only, tags add up. */
function folderDefaultsOf(file: string, declared: PipelinesFile["models"]): FolderDefaults {
  const around = Object.entries(declared)
    .filter(([folder]) => file.startsWith(`models/${folder}/`))
    .sort(([a], [b]) => a.length - b.length);
  return {
    materialized: around.reduce<FolderDefaults["materialized"]>(
      (outer, [, defaults]) => defaults.materialized ?? outer,
      "view",
    ),
    tags: around.flatMap(([, defaults]) => defaults.tags ?? []),
    owner: around.findLast(([, defaults]) => defaults.owner !== undefined)?.[1].owner,
    distribution: around.findLast(([, defaults]) => defaults.redshift !== undefined)?.[1].redshift
      ?.distribution,
  };
}
