import { concurrently } from "../../core/concurrently.ts";
import { itemExcerpt, itemJson, UnfitValue, type Item } from "../dynamodb/dynamodb-text.ts";
import { KeySet } from "../dynamodb/key-set.ts";
import type { TableSink } from "../dynamodb/table-sink.ts";
import { contractFailure, shorten } from "../extract-failure.ts";
import { listFiles, type ExportReading } from "./export-catalog.ts";
import type { ExportChain } from "./export-chain.ts";
import { exportCorrupt } from "./export-failure.ts";
import { readExportFile } from "./export-file.ts";
import type { ExportFile, ExportSummary } from "./export-manifest.ts";
import { readRecord, type ExportRecord } from "./export-record.ts";

export interface ChainReading extends ExportReading {
  readonly chain: ExportChain;
  /** Data files that are read at a time. */
  readonly segments: number;
}

/**
 * Hands every item that a chain of exports leads to over once, as it was at the end. The exports are read backwards: an
 * item's newest image comes first and hides older ones. Only the keys of what changed are remembered, and none when
 * there is one export. Returns how many items were deleted on the way.
 */
export async function readChain(
  reading: ChainReading,
  sinks: readonly TableSink[],
): Promise<{ readonly deleted: number }> {
  const { base, increments } = reading.chain;
  const backwards = [...increments.toReversed(), ...(base === undefined ? [] : [base])];
  const newer = new NewerItems();
  let deleted = 0;
  for (const [index, summary] of backwards.entries()) {
    assertReadable(reading, summary);
    const files = await listFiles(reading, summary);
    const remembers = index < backwards.length - 1;
    await concurrently(files, reading.segments, (file) =>
      readExportFile(reading, file, async (line, number) => {
        const record = recordOf(reading, summary, file, { line, number });
        if (newer.hides(record, remembers)) return;
        if (record.item === undefined) deleted += 1;
        else await handOver(record.item, sinks);
      }),
    );
  }
  return { deleted };
}

/** The keys of items that a newer export said the last of. */
class NewerItems {
  readonly #keys = new KeySet();
  #names: readonly string[] = [];

  /** Whether the record's item was met before; it is remembered where an older export is still to come. */
  hides({ keys, item }: ExportRecord, remembers: boolean): boolean {
    if (keys !== undefined) {
      this.#names = Object.keys(keys).toSorted();
      const text = itemJson(keys);
      return remembers ? !this.#keys.add(text) : this.#keys.has(text);
    }
    if (item === undefined || this.#keys.size === 0) return false;
    return this.#keys.has(itemJson(pick(item, this.#names)));
  }
}

function pick(item: Item, names: readonly string[]): Item {
  return Object.fromEntries(
    names.flatMap((name) => (item[name] === undefined ? [] : [[name, item[name]]])),
  );
}

async function handOver(item: Item, sinks: readonly TableSink[]): Promise<void> {
  for (const sink of sinks) {
    const { table } = sink.request;
    const { sortKeyPrefix, sortKey = defaultSortKey } = table;
    if (sortKeyPrefix !== "") {
      const position = Object.hasOwn(item, sortKey) ? item[sortKey] : undefined;
      if (position === undefined) {
        throw contractFailure(table, {
          message: `an exported item has no attribute ${sortKey} (${shorten(itemExcerpt(item), 120)}).`,
          cause: "An export does not tell which attribute is the table's sort key.",
          hint: "Name it: `sort_key: <attribute>` beside `dynamodb_table` in the source's YAML.",
        });
      }
      if (!(position.S ?? "").startsWith(sortKeyPrefix)) continue;
    }
    await sink.add(item);
  }
}

const defaultSortKey = "sk";

function assertReadable({ store }: ChainReading, summary: ExportSummary): void {
  if (summary.outputFormat === "DYNAMODB_JSON") return;
  const key = `AWSDynamoDB/${summary.id}`;
  throw exportCorrupt(
    { key, location: store.location },
    `is in the format ${summary.outputFormat}, which is not read`,
    "Only DynamoDB's own JSON is.",
    "Export with --export-format DYNAMODB_JSON.",
  );
}

function recordOf(
  { store }: ChainReading,
  summary: ExportSummary,
  file: ExportFile,
  at: { readonly line: Buffer; readonly number: number },
): ExportRecord {
  try {
    return readRecord(summary.kind, at.line);
  } catch (error) {
    if (!(error instanceof UnfitValue)) throw error;
    throw exportCorrupt(
      { key: file.key, location: store.location },
      `has no ${summary.kind} export's record in line ${at.number}`,
      `${error.message}: ${shorten(at.line.toString("utf8"))}`,
    );
  }
}
