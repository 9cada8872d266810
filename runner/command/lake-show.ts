import { printBytes } from "../core/byte-size.ts";
import type { LakeFile } from "../core/manifest.ts";
import type { Row } from "../core/ports.ts";
import { printTable } from "../record/print-table.ts";
import { bytesOf, cursorRange, rowsOf } from "./lake-list.ts";
import { openPointers, selectPointed } from "./lake-pointers.ts";
import type { OpenedLake, Pointed } from "./lake-pointers.ts";
import { exitCodes } from "./options.ts";
import type { EnvironmentOptions, ExitCode } from "./options.ts";

/** Shows what the manifest of a relation says, as text or with `--json` as it is. */
export async function showLakeCommand(
  name: string,
  options: EnvironmentOptions,
): Promise<ExitCode> {
  const opened = await openPointers(options);
  for (const pointed of selectPointed(opened.pointed, [name])) {
    if (options.json === true) process.stdout.write(`${JSON.stringify(pointed)}\n`);
    else process.stdout.write(describe(pointed, opened));
  }
  return exitCodes.ok;
}

function describe({ manifest, environment }: Pointed, { lake }: OpenedLake): string {
  const { minimum, maximum } = cursorRange(manifest.files);
  const { totals, watermark, identity } = manifest;
  const facts: readonly (readonly [string, string | undefined])[] = [
    ["relation", manifest.relation],
    ["environment", environment],
    ["published", `${manifest.publishedAt} by ${manifest.runId}`],
    ["rows", String(rowsOf(manifest))],
    ["size", printBytes(bytesOf(manifest))],
    ["cursor", minimum && maximum && `${minimum} .. ${maximum}`],
    ["watermark", watermark],
    ["source", identity],
    ["totals", totals && printTotals({ rows: totals.rows, ...totals.sums })],
    ["manifest", lake.locateManifest(manifest.relation, environment)],
  ];
  const lines = facts.flatMap(([name, value]) =>
    value === undefined ? [] : [`${name.padEnd(12)}${value}\n`],
  );
  const isClassed = manifest.columns.some(({ classes }) => classes !== undefined);
  const columns = table(
    manifest.columns.map(({ name, type, classes = [] }) => ({
      column: name,
      type,
      ...(isClassed ? { classes: classes.join(", ") } : {}),
    })),
  );
  const files = table(manifest.files.map(describeFile));
  return `${lines.join("")}\n${columns}\n${files === "" ? "" : `\n${files}\n`}`;
}

function printTotals(totals: Readonly<Record<string, string | number>>): string {
  return Object.entries(totals)
    .map(([name, value]) => `${name} ${value}`)
    .join(", ");
}

function describeFile({ key, rows, bytes, sha256, sums, minimum, maximum }: LakeFile): Row {
  return {
    file: key,
    rows,
    size: printBytes(bytes),
    sha256: `${sha256.slice(0, 12)}…`,
    ...(minimum === undefined || maximum === undefined ? {} : { minimum, maximum }),
    ...(sums === undefined || Object.keys(sums).length === 0 ? {} : { sums: printTotals(sums) }),
  };
}

function table(rows: readonly Row[]): string {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  if (names.length === 0) return "";
  const columns = names.map((name) => ({
    name,
    type: name === "rows" || name === "size" ? "BIGINT" : "VARCHAR",
  }));
  const filled = rows.map((row) =>
    Object.fromEntries(names.map((name) => [name, row[name] ?? ""])),
  );
  return printTable({ columns, rows: filled });
}

export interface LakePathOptions extends EnvironmentOptions {
  /** The address of the manifest instead of those of the files. */
  readonly manifest?: boolean;
}

/** Prints the addresses of a relation's files, one a line, for whatever reads Parquet. */
export async function lakePathCommand(name: string, options: LakePathOptions): Promise<ExitCode> {
  const { lake, pointed } = await openPointers(options);
  for (const { manifest, environment } of selectPointed(pointed, [name])) {
    const found =
      options.manifest === true
        ? [{ address: lake.locateManifest(manifest.relation, environment) }]
        : manifest.files.map((file) => ({ address: lake.locate(file.key), ...file }));
    for (const each of found) {
      process.stdout.write(
        options.json === true ? `${JSON.stringify(each)}\n` : `${each.address}\n`,
      );
    }
  }
  return exitCodes.ok;
}
