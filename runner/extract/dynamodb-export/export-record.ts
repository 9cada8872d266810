import { UnfitValue, type Item } from "../dynamodb/dynamodb-text.ts";
import { readItem } from "../dynamodb/read-item.ts";
import type { ExportSummary } from "./export-manifest.ts";

/**
 * One line of an export. By the Developer Guide, a full export holds each item once; an incremental one holds, for each
 * item that changed, its keys and its last image before the export's end, and of a deleted item no new image.
 */
export interface ExportRecord {
  /** Undefined in a full export, which does not tell keys from other attributes. */
  readonly keys: Item | undefined;
  /** Undefined when the item was deleted. */
  readonly item: Item | undefined;
}

/** Throws `UnfitValue` for what is no record of the export's kind. */
export function readRecord(kind: ExportSummary["kind"], line: Buffer): ExportRecord {
  let json: unknown;
  try {
    json = JSON.parse(line.toString("utf8"));
  } catch {
    throw new UnfitValue("it is no JSON");
  }
  if (kind === "full") {
    const item = member(json, "Item");
    if (item === undefined) throw new UnfitValue("it has no Item");
    return { keys: undefined, item: readItem(item) };
  }
  const keys = member(json, "Keys");
  if (keys === undefined) throw new UnfitValue("it has no Keys");
  const image = member(json, "NewImage");
  return { keys: readItem(keys), item: image === undefined ? undefined : readItem(image) };
}

function member(json: unknown, name: string): unknown {
  if (typeof json !== "object" || json === null || !Object.hasOwn(json, name)) return undefined;
  return (json as Readonly<Record<string, unknown>>)[name] ?? undefined;
}
