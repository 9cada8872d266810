import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { production, publicNameIn } from "../../../runner/core/environment.ts";
import type { LakeManifest } from "../../../runner/core/manifest.ts";
import type { Engine } from "../../../runner/core/ports.ts";
import { parseRelationName } from "../../../runner/core/relation.ts";
import { openDuckDb } from "../../../runner/engine/duckdb/engine.ts";
import type { StoredLake } from "../../../runner/lake/stored-lake.ts";
import { openLedger, readState } from "../../../runner/record/ledger.ts";
import { keyOf, readTexts } from "../../../runner/record/version-texts.ts";
import type { ProjectPlace } from "./targets.ts";

export interface Contents {
  /** The published rows of each relation, sorted, without the moments at which they were loaded. */
  readonly rows: Readonly<Record<string, readonly string[]>>;
  /** What breaks the promises that hold after any run: empty when all is well. */
  readonly problems: readonly string[];
}

/** Of the ledger's. */
const everyVersion = "1 = 1";

const loadTimes = new Set(["loaded_at", "_extracted_at", "rejected_at"]);

/** Reads what was built as its readers would, warehouse and lake, and looks for what no run may leave behind. */
export async function inspect({ place }: { readonly place: ProjectPlace }): Promise<Contents> {
  const engine = await place.openWarehouse();
  const files = await openDuckDb({ file: ":memory:", threads: 2 });
  try {
    const lake = place.openLake();
    const rows: Record<string, readonly string[]> = {};
    const problems = [...(await leftovers(engine)), ...(await strayFiles(engine, place))];
    const state = await readState(engine);
    for (const relation of [...state.published.keys()].sort()) {
      const found = await rowsOf(engine, `select * from ${publicNameIn(production)(relation)}`);
      rows[relation] = relation.startsWith("raw.") ? [...new Set(found)] : found;
      const inLake = await lakeRows(files, { lake, relation, problems });
      if (inLake !== undefined && JSON.stringify(inLake) !== JSON.stringify(found)) {
        problems.push(`${relation}: the lake and the warehouse differ`);
      }
    }
    return { rows, problems };
  } finally {
    await files.close();
    await engine.close();
  }
}

/** Sorted, without the moments at which they were loaded. */
export async function rowsOf(engine: Engine, query: string): Promise<string[]> {
  const { rows } = await engine.query(query);
  return rows
    .map((row) => JSON.stringify(Object.entries(row).filter(([name]) => !loadTimes.has(name))))
    .sort();
}

interface Reading {
  readonly lake: StoredLake;
  readonly relation: string;
  readonly problems: string[];
}

async function lakeRows(
  engine: Engine,
  { lake, relation, problems }: Reading,
): Promise<string[] | undefined> {
  const name = parseRelationName(relation);
  const manifest = name === undefined ? undefined : await lake.readManifest(name);
  if (manifest === undefined) {
    problems.push(`${relation} has no manifest`);
    return undefined;
  }
  const paths: string[] = [];
  for (const file of manifest.files) {
    const path = await lake.localPath(file);
    paths.push(`'${path}'`);
    const found = createHash("sha256").update(readFileSync(path)).digest("hex");
    if (found !== file.sha256) problems.push(`${file.key} is not what the manifest says`);
  }
  if (paths.length === 0) return [];
  return rowsOf(
    engine,
    `select * from read_parquet([${paths.join(", ")}], union_by_name = true, hive_partitioning = false)`,
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
  const { rows: versions } = await engine.query(
    `select environment, relation, publication_id from _runner.relation_version
where superseded_at is null and not is_pointed`,
  );
  const texts = await readTexts(engine, everyVersion);
  const pending = versions.filter((row) => texts.get(keyOf(row))?.manifest !== undefined);
  return [
    ...unknown.map((name) => `${name} is left`),
    ...open.map((row) => `the run ${String(row.run_id)} is open`),
    ...pending.map((row) => `the lake has not followed ${String(row.relation)}`),
  ];
}

/** Files of the lake that no manifest of the ledger lists. */
async function strayFiles(engine: Engine, place: ProjectPlace): Promise<string[]> {
  const texts = await readTexts(engine, everyVersion);
  const listed = new Set(
    [...texts.values()].flatMap(({ manifest }) =>
      manifest === undefined
        ? []
        : (JSON.parse(manifest) as Pick<LakeManifest, "files">).files.map(({ key }) => key),
    ),
  );
  return place
    .lakeKeys()
    .filter((key) => !key.endsWith("/_manifest.json") && !listed.has(key))
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
