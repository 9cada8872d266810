import { isUtf8 } from "node:buffer";
import { checkFields, type ItemLine, type RejectedLine } from "./item-line.ts";
import { readCsv } from "./read-csv.ts";
import { LINE_TOO_LONG, NOT_UTF8, splitLines } from "./split-lines.ts";

export type LineFormat = "csv" | "ndjson";

/**
 * The lines of a body as it arrives, in their order, each good or rejected; empty ones are left out. Never more of the
 * body is in memory than what one row may have and what the network sent at once.
 */
export function readLines(
  body: AsyncIterable<Buffer>,
  format: LineFormat,
): AsyncIterable<ItemLine | RejectedLine> {
  switch (format) {
    case "csv":
      return readCsv(body);
    case "ndjson":
      return readJsonLines(body);
  }
}

async function* readJsonLines(
  body: AsyncIterable<Buffer>,
): AsyncGenerator<ItemLine | RejectedLine> {
  for await (const { line, bytes } of splitLines(body)) {
    if (bytes?.length === 0) continue;
    const read = bytes === undefined ? LINE_TOO_LONG : parseObject(bytes, line);
    yield typeof read === "string" ? { line, reason: read } : checkFields(read, line);
  }
}

/** The line's object, or why it has none. */
function parseObject(bytes: Buffer, line: number): object | string {
  if (!isUtf8(bytes)) return NOT_UTF8;
  const text = bytes.toString("utf8");
  try {
    const value: unknown = JSON.parse(line === 1 ? text.replace(/^\ufeff/, "") : text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  } catch {
    return "the line is not JSON";
  }
  return "the line is no JSON object";
}
