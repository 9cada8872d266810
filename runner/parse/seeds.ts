import path from "node:path";
import type { Diagnostic } from "../core/diagnostic.ts";
import type { GenericTest } from "../core/data-test.ts";
import type { Seed } from "../core/node.ts";
import { parseRelationName } from "../core/relation.ts";
import type { SeedFile, TextFile } from "../load/project-files.ts";
import { stemOf, yamlBeside } from "./beside.ts";
import { readContract } from "./contract.ts";
import { seedSchema } from "./schema/model.ts";
import { readSeedRows } from "./seed-rows.ts";
import type { TestMacro } from "./test-macros.ts";
import { readGenericTests } from "./tests.ts";
import { readYaml } from "./yaml-file.ts";

export interface ParsedSeeds {
  readonly seeds: readonly Seed[];
  readonly tests: readonly GenericTest[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Each `seeds/<name>.csv` with its `<name>.yml` is the relation `raw.<name>`. */
export function parseSeeds(
  csvFiles: readonly SeedFile[],
  yamlFiles: readonly TextFile[],
  macros: ReadonlyMap<string, TestMacro> = new Map(),
): ParsedSeeds {
  const seeds: Seed[] = [];
  const tests: GenericTest[] = [];
  const beside = yamlBeside(yamlFiles);
  const diagnostics: Diagnostic[] = [...beside.diagnostics];
  const orphans = new Map(beside.byStem);
  for (const csv of csvFiles) {
    const stem = stemOf(csv.file);
    const name = path.posix.basename(stem);
    const relation = parseRelationName(`raw.${name}`);
    const yamlFile = beside.byStem.get(stem);
    orphans.delete(stem);
    if (relation === undefined) {
      const message = `"${name}" is no relation's name.`;
      diagnostics.push(invalid(csv.file, message, "Rename the file in lower snake case."));
      continue;
    }
    if (yamlFile === undefined) {
      const message = `The seed ${csv.file} has no ${stem}.yml beside it.`;
      diagnostics.push(invalid(csv.file, message, "Declare its columns and types there."));
      continue;
    }
    const parsed = readYaml(yamlFile, seedSchema);
    diagnostics.push(...parsed.diagnostics);
    if (parsed.value === undefined) continue;
    const yaml = parsed.value;
    const columns = readContract(yaml, diagnostics);
    const { description, tags, owner, key = [] } = yaml.value;
    const { file, checksum } = csv;
    const { rows, diagnostics: found } = readSeedRows(csv, columns);
    diagnostics.push(...found);
    const place = { file, line: 1, column: 1 };
    seeds.push({
      kind: "seed",
      relation,
      description,
      tags,
      owner,
      place,
      file,
      key,
      columns,
      rows,
      checksum,
    });
    const columnNames = columns.map((column) => column.name);
    const reader = { yaml, relation, columnNames, tags, macros, diagnostics };
    tests.push(...readGenericTests(reader, { ...yaml.value, key }, []));
  }
  for (const { file } of orphans.values()) {
    const message = `${file} describes a seed that has no .csv beside it.`;
    diagnostics.push(invalid(file, message, "Add the CSV file, or remove this one."));
  }
  return { seeds, tests, diagnostics };
}

function invalid(file: string, message: string, hint: string): Diagnostic {
  return { code: "SEED_INVALID", message, place: { file, line: 1, column: 1 }, hint };
}
