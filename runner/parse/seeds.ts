import path from "node:path";
import { CsvError, parse } from "csv-parse/sync";
import type { Diagnostic } from "../core/diagnostic.ts";
import { codeFrame } from "../core/frame.ts";
import type { GenericTest, Seed } from "../core/node.ts";
import { parseRelationName } from "../core/relation.ts";
import type { SeedFile, TextFile } from "../load/project_files.ts";
import { readContract } from "./contract.ts";
import { seedSchema } from "./schema/model.ts";
import { readGenericTests } from "./tests.ts";
import { readYaml } from "./yaml_file.ts";

export interface ParsedSeeds {
  readonly seeds: readonly Seed[];
  readonly tests: readonly GenericTest[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Each `seeds/<name>.csv` with its `<name>.yml` is the relation `raw.<name>`. */
export function parseSeeds(
  csvFiles: readonly SeedFile[],
  yamlFiles: readonly TextFile[],
): ParsedSeeds {
  const seeds: Seed[] = [];
  const tests: GenericTest[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const csv of csvFiles) {
    const name = path.posix.basename(csv.file, ".csv");
    const place = { file: csv.file, line: 1, column: 1 };
    const relation = parseRelationName(`raw.${name}`);
    const yamlFile = yamlFiles.find(
      (file) => file.file.replace(/\.ya?ml$/, "") === `seeds/${name}`,
    );
    if (relation === undefined || yamlFile === undefined) {
      const message =
        relation === undefined
          ? `"${name}" is no relation's name: it must be lower snake case.`
          : `The seed ${csv.file} has no seeds/${name}.yml beside it.`;
      diagnostics.push({
        code: "SEED_INVALID",
        message,
        place,
        hint: "Declare its columns and types there.",
      });
      continue;
    }
    const parsed = readYaml(yamlFile, seedSchema);
    diagnostics.push(...parsed.diagnostics);
    if (parsed.value === undefined) continue;
    const yaml = parsed.value;
    const columns = readContract(yaml);
    const { description, tags, key = [] } = yaml.value;
    const columnNames = columns.map((column) => column.name);
    const rows = readRows(csv, columnNames, diagnostics);
    const { file, checksum } = csv;
    seeds.push({
      kind: "seed",
      relation,
      description,
      tags,
      place,
      file,
      key,
      columns,
      rows,
      checksum,
    });
    tests.push(
      ...readGenericTests(
        { yaml, relation, columnNames, tags, diagnostics },
        { ...yaml.value, key },
        [],
      ),
    );
  }
  return { seeds, tests, diagnostics };
}

function readRows(
  csv: SeedFile,
  columnNames: readonly string[],
  diagnostics: Diagnostic[],
): (string | null)[][] {
  const report = (line: number, message: string, hint?: string) => {
    const place = { file: csv.file, line, column: 1 };
    diagnostics.push({
      code: "SEED_INVALID",
      message,
      place,
      frame: codeFrame(csv.text, place),
      hint,
    });
  };
  try {
    const [header = [], ...records] = parse(csv.text, { bom: true, skip_empty_lines: true });
    if (header.join() !== columnNames.join()) {
      report(1, `The header is ${header.join()}, but its YAML declares ${columnNames.join()}.`);
      return [];
    }
    return records.map((record) => record.map((field) => (field === "" ? null : field)));
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    report(Number(error.lines ?? 1), error.message);
    return [];
  }
}
