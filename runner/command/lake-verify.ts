import { printBytes } from "../core/byte-size.ts";
import { messageOf } from "../core/caught.ts";
import { parseColumnType } from "../core/column-type.ts";
import { counted } from "../core/counted.ts";
import { Failure } from "../core/diagnostic.ts";
import type { Diagnostic } from "../core/diagnostic.ts";
import { production } from "../core/environment.ts";
import type { LakeColumn, LakeFile } from "../core/manifest.ts";
import type { Engine } from "../core/ports.ts";
import { quotePlain } from "../core/sql-text.ts";
import { duckdbDialect } from "../dialect/duckdb/dialect.ts";
import type { StoredLake } from "../lake/stored-lake.ts";
import { bytesOf, rowsOf } from "./lake-list.ts";
import { selectPointed } from "./lake-pointers.ts";
import type { Pointed } from "./lake-pointers.ts";
import { exitCodes } from "./options.ts";
import type { ExitCode, GlobalOptions } from "./options.ts";
import { readPipelines } from "./pipelines-file.ts";
import { printRows } from "./query.ts";
import { openLake } from "./open-lake.ts";

/** Reads every file that a pointer of any environment leads to, and compares it with what its manifest says. */
export async function verifyLakeCommand(
  names: readonly string[],
  options: GlobalOptions,
): Promise<ExitCode> {
  const { target } = readPipelines(options);
  const lake = await openLake(target);
  const { openDuckDb } = await import("../engine/duckdb/engine.ts");
  const engine = await openDuckDb({ file: ":memory:", threads: target.threads });
  try {
    const { pointed, faults } = await allPointers(lake);
    const selected = selectPointed(pointed, names);
    const checked = new Map<string, Promise<readonly Diagnostic[]>>();
    for (const each of selected) {
      const found = await verifyPointed(each, { lake, engine, checked });
      faults.push(...found);
      if (options.json === true) printRows({ columns: [], rows: [resultOf(each, found)] }, options);
    }
    const bytes = selected.reduce((sum, { manifest }) => sum + bytesOf(manifest), 0);
    const before = new Date(Date.now() - target.retentionSeconds * 1000);
    process.stderr.write(
      `${counted(selected.length, "manifest")} and ${counted(checked.size, "file")} read, ${printBytes(bytes)}: ${faults.length === 0 ? "all is as the manifests say" : counted(faults.length, "fault")}.\n${await tellOrphans(lake, pointed, before)}`,
    );
    if (faults.length > 0) throw new Failure(distinct(faults), exitCodes.failed);
    return exitCodes.ok;
  } finally {
    await engine.close();
  }
}

/** The pointers of every environment; one that cannot be read is a fault, and no reason to leave the others. */
async function allPointers(lake: StoredLake) {
  const pointed: Pointed[] = [];
  const faults: Diagnostic[] = [];
  for (const environment of [production, ...(await lake.environments())]) {
    const relations =
      environment === production ? await lake.relations() : await lake.relationsOf(environment);
    for (const relation of relations) {
      try {
        const manifest = await lake.readManifest(relation, environment);
        if (manifest !== undefined) pointed.push({ environment, manifest });
      } catch (error) {
        if (!(error instanceof Failure) || !isCorrupt(error)) throw error;
        faults.push(...error.diagnostics);
      }
    }
  }
  return { pointed, faults };
}

function isCorrupt({ diagnostics }: Failure): boolean {
  return diagnostics.every(({ code }) => code === "LAKE_CORRUPT");
}

interface Verification {
  readonly lake: StoredLake;
  readonly engine: Engine;
  /** What was found of each file, so that none is read twice. */
  readonly checked: Map<string, Promise<readonly Diagnostic[]>>;
}

async function verifyPointed(
  { manifest, environment }: Pointed,
  verification: Verification,
): Promise<readonly Diagnostic[]> {
  const { lake, checked } = verification;
  const { relation } = manifest;
  const entries = (await lake.entryFaults(relation, environment)).map((cause) => ({
    code: "LAKE_CORRUPT" as const,
    message: `The entries for Redshift in ${lake.locateManifest(relation, environment)} do not agree with its files.`,
    cause,
    hint: "Readers that follow the files are not concerned. Build the relation again for new entries: runner build --full-refresh",
  }));
  const found: Diagnostic[] = [...entries];
  for (const file of manifest.files) {
    const name = JSON.stringify([file, manifest.columns]);
    const check =
      checked.get(name) ?? verifyFile(file, file.columns ?? manifest.columns, verification);
    checked.set(name, check);
    found.push(...(await check));
  }
  return found;
}

async function verifyFile(
  file: LakeFile,
  columns: readonly LakeColumn[],
  { lake, engine }: Verification,
): Promise<readonly Diagnostic[]> {
  const found = await lake.fetch(file.key);
  if (found === undefined) return [fault(file, lake, "is not there")];
  try {
    if (found.bytes !== file.bytes) {
      return [fault(file, lake, `has ${found.bytes} bytes instead of ${file.bytes}`)];
    }
    if (found.sha256 !== file.sha256) {
      return [fault(file, lake, "has another content: its SHA-256 differs")];
    }
    const differences = await compareContent(found.path, file, columns, engine);
    return differences.map((difference) => fault(file, lake, difference));
  } finally {
    await found.release();
  }
}

/** What a file with the right checksum says otherwise than its manifest: rows, columns and their types. */
async function compareContent(
  path: string,
  file: LakeFile,
  columns: readonly LakeColumn[],
  engine: Engine,
): Promise<readonly string[]> {
  try {
    const { rows } = await engine.query(
      `select num_rows from parquet_file_metadata(${quotePlain(path)})`,
    );
    const count = Number(rows[0]?.num_rows);
    const described = await engine.describe(duckdbDialect.files.parquetQuery([path]));
    const has = described.map(({ name, type }) => `${name} ${type.toLowerCase()}`);
    const wanted = (file.columns ?? columns).map(({ name, type }) => {
      const parsed = parseColumnType(type);
      return `${name} ${parsed === undefined ? type : duckdbDialect.describedType(parsed).toLowerCase()}`;
    });
    return [
      ...(count === file.rows ? [] : [`has ${count} rows instead of ${file.rows}`]),
      ...(has.join() === wanted.join()
        ? []
        : [`has the columns ${has.join(", ")} instead of ${wanted.join(", ")}`]),
    ];
  } catch (error) {
    return [`cannot be read as Parquet: ${messageOf(error)}`];
  }
}

function fault(file: LakeFile, lake: StoredLake, what: string): Diagnostic {
  return {
    code: "LAKE_CORRUPT",
    message: `${lake.locate(file.key)} ${what}.`,
    hint: `Bring it back from a backup, or go back to what was before: runner rollback. Or make it again: ${file.key.startsWith("raw/") ? "runner extract" : "runner build"} --full-refresh`,
  };
}

function resultOf({ manifest, environment }: Pointed, faults: readonly Diagnostic[]) {
  return {
    relation: manifest.relation,
    environment,
    files: manifest.files.length,
    rows: rowsOf(manifest),
    bytes: bytesOf(manifest),
    status: faults.length === 0 ? "ok" : "corrupt",
  };
}

/** Files that no pointer leads to: a build's, a kept version's, or nobody's any more. */
async function tellOrphans(
  lake: StoredLake,
  pointed: readonly Pointed[],
  before: Date,
): Promise<string> {
  const needed = new Set(pointed.flatMap(({ manifest }) => manifest.files.map(({ key }) => key)));
  const orphans = (await lake.sweep({ needed, before, dryRun: true })).filter(
    ({ kind }) => kind === "part",
  );
  if (orphans.length === 0) return "";
  const bytes = orphans.reduce((sum, file) => sum + file.bytes, 0);
  return `${counted(orphans.length, "old file")} (${printBytes(bytes)}) in no manifest: runner lake gc --dry-run tells which can go.\n`;
}

/** A file that several environments share is one fault. */
function distinct(faults: readonly Diagnostic[]): readonly Diagnostic[] {
  return [...new Map(faults.map((each) => [each.message, each])).values()];
}
