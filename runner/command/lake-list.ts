import { printBytes } from "../core/byte-size.ts";
import { counted } from "../core/counted.ts";
import type { LakeFile, LakeManifest } from "../core/manifest.ts";
import type { Row } from "../core/ports.ts";
import { zoneOf } from "../core/relation.ts";
import { openPointers, selectPointed } from "./lake-pointers.ts";
import type { Pointed } from "./lake-pointers.ts";
import { exitCodes } from "./options.ts";
import type { EnvironmentOptions, ExitCode } from "./options.ts";
import { printRows } from "./query.ts";

/** Lists the relations of the lake with what their manifests say; reads nothing but pointers. */
export async function listLakeCommand(
  names: readonly string[],
  options: EnvironmentOptions,
): Promise<ExitCode> {
  const { pointed, target } = await openPointers(options);
  const selected = selectPointed(pointed, names);
  const rows: readonly Row[] = selected.map((pointed) =>
    options.json === true ? summaryOf(pointed) : lineOf(pointed),
  );
  const columns = Object.keys(rows[0] ?? {}).map((name) => ({
    name,
    type: ["rows", "files", "size"].includes(name) ? "BIGINT" : "VARCHAR",
  }));
  if (rows.length > 0) printRows({ columns, rows }, options);
  if (options.json !== true) {
    const bytes = selected.reduce((sum, { manifest }) => sum + bytesOf(manifest), 0);
    process.stderr.write(
      `${counted(rows.length, "relation")} in ${target.lake.address}, ${printBytes(bytes)}\n`,
    );
  }
  return exitCodes.ok;
}

function lineOf(pointed: Pointed) {
  const { relation, rows, files, bytes, minimum, maximum, run_id, published_at } =
    summaryOf(pointed);
  return {
    relation,
    rows,
    files,
    size: printBytes(bytes),
    cursor: minimum === null && maximum === null ? "" : `${short(minimum)} .. ${short(maximum)}`,
    published_at: published_at.slice(0, 19).replace("T", " "),
    run: run_id,
    ...(pointed.environment === "production" ? {} : { environment: pointed.environment }),
  };
}

/** To the second: what is finer is in the manifest. */
function short(moment: string | null): string {
  return moment === null ? "" : moment.slice(0, 19).replace("T", " ");
}

function summaryOf({ manifest, environment }: Pointed) {
  const { minimum, maximum } = cursorRange(manifest.files);
  return {
    relation: manifest.relation,
    zone: zoneOf(manifest.relation),
    environment,
    run_id: manifest.runId,
    published_at: manifest.publishedAt,
    rows: rowsOf(manifest),
    files: manifest.files.length,
    bytes: bytesOf(manifest),
    minimum: minimum ?? null,
    maximum: maximum ?? null,
  };
}

export function rowsOf({ files }: LakeManifest): number {
  return files.reduce((sum, { rows }) => sum + rows, 0);
}

export function bytesOf({ files }: LakeManifest): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** Between which cursor values the rows of files are, as far as they say. */
export function cursorRange(files: readonly LakeFile[]): Pick<LakeFile, "minimum" | "maximum"> {
  // Of years up to 9999, and those are all that a cursor has here, texts are in the order of the moments.
  return {
    minimum: files.flatMap(({ minimum }) => minimum ?? []).toSorted()[0],
    maximum: files
      .flatMap(({ maximum }) => maximum ?? [])
      .toSorted()
      .at(-1),
  };
}
