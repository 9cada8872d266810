import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import type { Engine } from "../../../runner/core/ports.ts";
import { openDuckDb } from "../../../runner/engine/duckdb/engine.ts";
import { openLedger, readState } from "../../../runner/record/ledger.ts";

export interface Contents {
  /** The published rows of each relation, sorted, without the moments at which they were loaded. */
  readonly rows: Readonly<Record<string, readonly string[]>>;
  /** What breaks the promises that hold after any run: empty when all is well. */
  readonly problems: readonly string[];
}

const loadTimes = new Set(["loaded_at", "_extracted_at", "rejected_at"]);

/** Reads a home as its readers would, warehouse and lake, and looks for what no run may leave behind. */
export async function inspect(project: { warehouse: string; lake: string }): Promise<Contents> {
  const engine = await openDuckDb({ file: project.warehouse, threads: 2, readOnly: true });
  try {
    const rows: Record<string, readonly string[]> = {};
    const problems = [...(await leftovers(engine)), ...(await strayFiles(engine, project.lake))];
    const state = await readState(engine);
    for (const relation of [...state.published.keys()].sort()) {
      const found = await rowsOf(engine, `select * from ${relation}`);
      rows[relation] = relation.startsWith("raw.") ? [...new Set(found)] : found;
      const inLake = await lakeRows(engine, project.lake, relation, problems);
      if (inLake !== undefined && JSON.stringify(inLake) !== JSON.stringify(found)) {
        problems.push(`${relation}: the lake and the warehouse differ`);
      }
    }
    return { rows, problems };
  } finally {
    await engine.close();
  }
}

async function rowsOf(engine: Engine, query: string): Promise<string[]> {
  const { rows } = await engine.query(query);
  return rows
    .map((row) => JSON.stringify(Object.entries(row).filter(([name]) => !loadTimes.has(name))))
    .sort();
}

interface ManifestText {
  readonly relation: string;
  readonly files: readonly {
    readonly key: string;
    readonly rows: number;
    readonly sha256: string;
  }[];
}

function readManifest(lake: string, relation: string): ManifestText | undefined {
  const path = join(lake, ...relation.split("."), "_manifest.json");
  if (!existsSync(path)) return undefined;
  return JSON.parse(readFileSync(path, "utf8")) as ManifestText;
}

async function lakeRows(
  engine: Engine,
  lake: string,
  relation: string,
  problems: string[],
): Promise<string[] | undefined> {
  const manifest = readManifest(lake, relation);
  if (manifest === undefined) {
    problems.push(`${relation} has no manifest`);
    return undefined;
  }
  for (const { key, sha256 } of manifest.files) {
    const found = createHash("sha256")
      .update(readFileSync(join(lake, key)))
      .digest("hex");
    if (found !== sha256) problems.push(`${key} is not what the manifest says`);
  }
  if (manifest.files.length === 0) return [];
  const files = manifest.files.map(({ key }) => `'${join(lake, key)}'`).join(", ");
  return rowsOf(
    engine,
    `select * from read_parquet([${files}], union_by_name = true, hive_partitioning = false)`,
  );
}

/** Private relations that the ledger does not know, and runs that never ended. */
async function leftovers(engine: Engine): Promise<string[]> {
  const known = await (await openLedger(engine)).knownPhysical();
  const { rows: physical } = await engine.query(
    `select table_name from information_schema.tables where table_schema = '_physical'`,
  );
  const unknown = physical
    .map((row) => `_physical.${String(row.table_name)}`)
    .filter((name) => !known.has(name));
  const { rows: open } = await engine.query(
    `select run_id from _runner.run where status = 'running'`,
  );
  const { rows: pending } = await engine.query(
    `select relation from _runner.relation_version where superseded_at is null and manifest is not null and not is_pointed`,
  );
  return [
    ...unknown.map((name) => `${name} is left`),
    ...open.map((row) => `the run ${String(row.run_id)} is open`),
    ...pending.map((row) => `the lake has not followed ${String(row.relation)}`),
  ];
}

/** Files of the lake that no manifest of the ledger lists. */
async function strayFiles(engine: Engine, lake: string): Promise<string[]> {
  const { rows } = await engine.query(
    `select distinct manifest from _runner.relation_version where manifest is not null`,
  );
  const listed = new Set(
    rows.flatMap((row) =>
      (JSON.parse(String(row.manifest)) as ManifestText).files.map(({ key }) => key),
    ),
  );
  return readdirSync(lake, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== "_manifest.json")
    .map((entry) => relative(lake, join(entry.parentPath, entry.name)))
    .filter((key) => !listed.has(key))
    .map((key) => `${key} is in no manifest`);
}

/** Every file below a folder with its content's hash. */
export function fingerprint(folder: string): Readonly<Record<string, string>> {
  if (!existsSync(folder)) return {};
  return Object.fromEntries(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      // What the runner remembers of files that it read is no state, and may change with every reading.
      .filter((path) => !relative(folder, path).startsWith("cache/"))
      .sort()
      .map((path) => [
        relative(folder, path),
        createHash("sha256").update(readFileSync(path)).digest("hex"),
      ]),
  );
}
