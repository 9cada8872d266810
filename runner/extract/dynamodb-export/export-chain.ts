import { didYouMean } from "../../core/closest.ts";
import type { Failure } from "../../core/diagnostic.ts";
import { exportGap, exportMissing } from "./export-failure.ts";
import type { ExportSummary } from "./export-manifest.ts";

/** The exports that lead from a moment, or from nothing, to the newest state. */
export interface ExportChain {
  /** Undefined when what was extracted before is the base. */
  readonly base: ExportSummary | undefined;
  /** Oldest first; each begins not later than where the one before ends. */
  readonly increments: readonly ExportSummary[];
  /** The moment that is reached, in milliseconds since 1970. */
  readonly until: number;
  /** A full export that shows a later moment than the increments lead to. */
  readonly newerFull: ExportSummary | undefined;
}

export interface ChainRequest {
  readonly tableName: string;
  /** Where the exports stand, for messages. */
  readonly location: string;
  /** The moment that earlier extractions reached; undefined begins with a full export. */
  readonly watermark: number | undefined;
  /** The export to lead to; undefined is the newest. */
  readonly wanted: string | undefined;
}

/** The complete exports of one table. Throws EXPORT_MISSING or EXPORT_GAP. */
export function chooseExports(
  exports: readonly ExportSummary[],
  request: ChainRequest,
): ExportChain {
  const { tableName, watermark } = request;
  const ofTable = exports.filter((each) => each.tableName === tableName);
  const last = lastOf(ofTable, exports, request);
  // A table that was made anew under its name is another table.
  const known = ofTable.filter(({ identity, to }) => identity === last.identity && to <= last.to);
  const base = watermark === undefined ? baseOf(known, last, tableName) : undefined;
  const increments: ExportSummary[] = [];
  const start = base?.to ?? watermark ?? last.to;
  let until = start;
  const incremental = known.filter(({ kind }) => kind === "incremental");
  for (;;) {
    const next = newest(incremental.filter(({ from, to }) => from <= until && to > until));
    if (next === undefined) break;
    increments.push(next);
    until = next.to;
  }
  const beyond = incremental
    .filter(({ to }) => to > until)
    .toSorted((one, other) => one.from - other.from)[0];
  if (beyond !== undefined) throw gap(tableName, until, beyond);
  const newerFull = newest(known.filter(({ kind, to }) => kind === "full" && to > until));
  return { base, increments, until, newerFull };
}

/** The newest export of the table, or the one that is asked for. */
export function lastOf(
  ofTable: readonly ExportSummary[],
  all: readonly ExportSummary[],
  { tableName, location, wanted }: Omit<ChainRequest, "watermark">,
): ExportSummary {
  if (wanted !== undefined) {
    const found = ofTable.find(({ id }) => id === wanted);
    if (found !== undefined) return found;
    const ids = ofTable.map(({ id }) => id);
    throw exportMissing({
      message: `There is no complete export ${wanted} of the DynamoDB table ${tableName}.`,
      cause: `In ${location}, complete are ${ids.join(", ") || "none"}.`,
      hint: didYouMean(
        wanted,
        ids,
        "Wait until it is complete, or correct the connection's `export`.",
      ),
    });
  }
  const last = newest(ofTable);
  if (last !== undefined) return last;
  const names = [...new Set(all.map((each) => each.tableName))];
  throw exportMissing({
    message: `There is no complete export of the DynamoDB table ${tableName}.`,
    cause: `In ${location} there are complete exports of ${names.join(", ") || "no table"}.`,
    hint: didYouMean(
      tableName,
      names,
      "Correct the connection's `location`, or `dynamodb_table`; an export is complete when it has a manifest-summary.json.",
    ),
  });
}

function baseOf(
  known: readonly ExportSummary[],
  last: ExportSummary,
  tableName: string,
): ExportSummary {
  if (last.kind === "full") return last;
  const base = newest(known.filter(({ kind }) => kind === "full"));
  if (base !== undefined) return base;
  throw exportMissing({
    message: `There is no full export of the DynamoDB table ${tableName} to begin with.`,
    cause: `There are incremental ones only, up to ${printTime(last.to)}.`,
    hint: "Export the whole table once: aws dynamodb export-table-to-point-in-time --export-type FULL_EXPORT",
  });
}

/** The one that leads furthest; of equals the one that was begun last. */
function newest(exports: readonly ExportSummary[]): ExportSummary | undefined {
  return exports.toSorted((one, other) => other.to - one.to || (other.id < one.id ? -1 : 1))[0];
}

function gap(tableName: string, until: number, beyond: ExportSummary): Failure {
  return exportGap({
    message: `What changed in the DynamoDB table ${tableName} from ${printTime(until)} to ${printTime(beyond.from)} is in no complete export.`,
    cause: `The export ${beyond.id} begins at ${printTime(beyond.from)}; those before it lead to ${printTime(until)}.`,
    hint: "Export that time incrementally too, or wait for the export that does; or begin again with a new full export: runner build --full-refresh",
  });
}

/** DynamoDB exports to the second. */
export function printTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(".000Z", "Z");
}
