import path from "node:path";
import { production } from "../core/environment.ts";
import { Failure } from "../core/diagnostic.ts";
import { messageOf } from "../core/caught.ts";
import type { SourceTable } from "../core/source-table.ts";
import { alignTable } from "../core/text-table.ts";
import { printArtifact, readArtifact, replaceFile } from "../record/artifacts/files.ts";
import { sourcesSchema } from "../record/artifacts/schemas.ts";
import { artifactNames, builtFolder } from "./artifacts.ts";
import type { Connections } from "./connections.ts";
import { exitCodes } from "./options.ts";
import type { ExitCode, GlobalOptions } from "./options.ts";
import { openProject } from "./project.ts";
import { nameOf, namedTables, withConnections } from "./source-tables.ts";
import type { Target } from "./target.ts";

type FreshTable = SourceTable & { readonly freshness: NonNullable<SourceTable["freshness"]> };

interface Measured {
  readonly table: FreshTable;
  /** dbt's words; `runtime error` could not be measured. */
  readonly status: "pass" | "warn" | "error" | "runtime error";
  /** ISO 8601, UTC; absent where there is no row. */
  readonly latest?: string;
  readonly ageSeconds?: number;
  readonly because?: string;
}

/** Measures in the sources how old their newest rows are; exit 1 where one is older than its table allows. */
export async function sourceFreshnessCommand(
  names: readonly string[],
  options: GlobalOptions,
): Promise<ExitCode> {
  const linked = await openProject(options);
  const tables = namedTables(linked, names).flatMap((table) => {
    const { freshness } = table;
    return freshness === undefined ? [] : [{ ...table, freshness }];
  });
  if (tables.length === 0) throw nothingDeclared(names);
  const now = new Date();
  const measured = await withConnections(linked, options.target, async (connections, target) => {
    const results: Measured[] = [];
    for (const table of tables) results.push(await measure(table, connections, now));
    await updateArtifact(target, results, now);
    return results;
  });
  if (options.json === true) {
    process.stdout.write(measured.map((each) => `${JSON.stringify(result(each, now))}\n`).join(""));
  } else {
    print(measured);
  }
  const isGood = measured.every(({ status }) => status === "pass" || status === "warn");
  return isGood ? exitCodes.ok : exitCodes.failed;
}

function nothingDeclared(names: readonly string[]): Failure {
  return new Failure([
    {
      code: "SELECT_NOTHING",
      message: `${names.length === 0 ? "No source table" : `None of ${names.join(", ")}`} declares freshness.`,
      hint: "Say in the source's YAML how old its newest row may be: freshness: { warn_after: 2 hours, error_after: 1 day }",
    },
  ]);
}

const daySeconds = 86_400;

async function measure(table: FreshTable, connections: Connections, now: Date): Promise<Measured> {
  const { column, warnAfterSeconds, errorAfterSeconds } = table.freshness;
  const oldest = Math.max(warnAfterSeconds ?? 0, errorAfterSeconds ?? 0);
  const days = Math.ceil(oldest / daySeconds) + 1;
  let latest: string | undefined;
  try {
    const extractor = await connections.extractor(table.connection);
    latest = await extractor.latest?.(table, column, { now, days });
  } catch (error) {
    const because =
      error instanceof Failure ? (error.diagnostics[0]?.message ?? "") : messageOf(error);
    return { table, status: "runtime error", because };
  }
  const ageSeconds =
    latest === undefined ? undefined : Math.max(0, (now.getTime() - Date.parse(latest)) / 1000);
  const isOlder = (than: number | undefined) =>
    than !== undefined && (ageSeconds === undefined || ageSeconds > than);
  const status = isOlder(errorAfterSeconds) ? "error" : isOlder(warnAfterSeconds) ? "warn" : "pass";
  return {
    table,
    status,
    ...(latest === undefined ? {} : { latest }),
    ...(ageSeconds === undefined ? {} : { ageSeconds: Math.round(ageSeconds) }),
  };
}

function result({ table, status, latest, ageSeconds, because }: Measured, now: Date) {
  const { warnAfterSeconds, errorAfterSeconds, column } = table.freshness;
  return {
    source: nameOf(table),
    relation: table.relation,
    loaded_at: column,
    status,
    max_loaded_at: latest,
    snapshotted_at: now.toISOString(),
    max_loaded_at_time_ago_in_s: ageSeconds,
    warn_after_s: warnAfterSeconds,
    error_after_s: errorAfterSeconds,
    error: because,
  };
}

/** What the selector `source_status:fresher` looks at, once something was built. */
async function updateArtifact(
  target: Target,
  measured: readonly Measured[],
  now: Date,
): Promise<void> {
  const file = path.join(builtFolder(target, production), artifactNames.sources);
  const before = await readArtifact(file, sourcesSchema);
  if (before === undefined) return;
  const sources = { ...before.sources };
  for (const { table, status, latest } of measured) {
    const known = sources[table.relation];
    if (known === undefined) continue;
    const freshness = { status, max_loaded_at: latest, snapshotted_at: now.toISOString() };
    sources[table.relation] = { ...known, freshness };
  }
  await replaceFile(file, printArtifact({ ...before, sources }));
}

function print(measured: readonly Measured[]): void {
  const rows = measured.map(({ table, status, latest, ageSeconds, because }) => [
    nameOf(table),
    status,
    latest === undefined ? (because ?? "no row") : `${latest.slice(0, 19).replace("T", " ")} UTC`,
    ageSeconds === undefined ? "" : duration(ageSeconds),
    duration(table.freshness.warnAfterSeconds),
    duration(table.freshness.errorAfterSeconds),
  ]);
  const header = ["table", "status", "newest row", "age", "warn after", "error after"];
  process.stdout.write(`${alignTable([header, ...rows]).join("\n")}\n`);
}

const units = [
  ["day", daySeconds],
  ["hour", 3600],
  ["minute", 60],
  ["second", 1],
] as const;

/** `1 day 4 hours`: the two largest units that tell. */
function duration(seconds: number | undefined): string {
  if (seconds === undefined) return "";
  let rest = seconds;
  const parts = units.flatMap(([name, length]) => {
    const number = Math.floor(rest / length);
    rest -= number * length;
    return number === 0 ? [] : [`${number} ${name}${number === 1 ? "" : "s"}`];
  });
  return parts.slice(0, 2).join(" ") || "0 seconds";
}
