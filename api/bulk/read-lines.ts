import { isUtf8 } from "node:buffer";
import { pipeline } from "node:stream/promises";
import { parse, type CsvError, type Info } from "csv-parse";

/** One line of an upload, numbered as an editor does: its fields by name, or why it has none. */
export type ReadLine =
  | { readonly line: number; readonly fields: object }
  | { readonly line: number; readonly reason: string };

export type LineFormat = "csv" | "ndjson";

const MAXIMUM_LINE_BYTES = 65_536;
const NEWLINE = 0x0a;
const LINE_TOO_LONG = `the line is longer than ${MAXIMUM_LINE_BYTES} bytes`;
const NOT_UTF8 = "the line is not UTF-8";

/** The lines of a body as it arrives, roughly in their order; never more of it in memory than a line and what the network sent at once. */
export function readLines(
  body: AsyncIterable<Buffer>,
  format: LineFormat,
): AsyncIterable<ReadLine> {
  switch (format) {
    case "csv":
      return readCsv(body);
    case "ndjson":
      return readJsonLines(body);
  }
}

/** A first line that does not name the columns. */
export class HeaderError extends Error {}

interface CsvRow {
  record: string[];
  info: Info;
}

async function* readCsv(body: AsyncIterable<Buffer>): AsyncGenerator<ReadLine> {
  const broken: ReadLine[] = [];
  let lastBroken = 0;
  const parser = parse({
    bom: true,
    record_delimiter: ["\r\n", "\n"],
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    max_record_size: MAXIMUM_LINE_BYTES,
    on_skip: (error) => {
      // A line with several wrong quotes is broken once.
      const row = brokenRow(error);
      if (row.line !== lastBroken) broken.push(row);
      lastBroken = row.line;
      return undefined;
    },
  });
  const feeding = pipeline(body, parser);
  // What goes wrong with the body comes out of the parser, which the pipeline ends with it.
  feeding.catch(() => undefined);
  let names: string[] | undefined;
  for await (const { record, info } of parser as AsyncIterable<CsvRow>) {
    yield* broken.splice(0);
    if (names === undefined) names = namesOf(record);
    else yield namedFields(names, record, info.lines);
  }
  yield* broken.splice(0);
  await feeding;
  if (names === undefined) throw new HeaderError("The file has no line with the columns' names.");
}

function brokenRow(error: CsvError | undefined): ReadLine {
  const line = typeof error?.lines === "number" ? error.lines : 0;
  const tooLong = error?.code === "CSV_MAX_RECORD_SIZE";
  return { line, reason: tooLong ? LINE_TOO_LONG : "the quotes of the line do not match" };
}

function namesOf(record: readonly string[]): string[] {
  const names = record.map((name) => name.trim());
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new HeaderError(`The column ${twice} is there twice.`);
  return names;
}

/** An empty cell is one that says nothing. */
function namedFields(names: readonly string[], record: readonly string[], line: number): ReadLine {
  if (record.length !== names.length) {
    return { line, reason: `has ${record.length} cells, the first line has ${names.length}` };
  }
  if (record.some((cell) => cell.includes("\ufffd"))) return { line, reason: NOT_UTF8 };
  const cells = names.map((name, index) => [name, record[index]] as const);
  return { line, fields: Object.fromEntries(cells.filter(([, cell]) => cell !== "")) };
}

async function* readJsonLines(body: AsyncIterable<Buffer>): AsyncGenerator<ReadLine> {
  let line = 0;
  for await (const bytes of splitLines(body)) {
    line += 1;
    if (bytes === undefined) yield { line, reason: LINE_TOO_LONG };
    else if (bytes.length > 0) yield parseLine(bytes, line);
  }
}

/** Each line without its end; undefined for one that is too long to be kept. */
async function* splitLines(body: AsyncIterable<Buffer>): AsyncGenerator<Buffer | undefined> {
  let begun: Buffer[] = [];
  let length = 0;
  function whole(): Buffer | undefined {
    const bytes = length > MAXIMUM_LINE_BYTES ? undefined : Buffer.concat(begun);
    begun = [];
    length = 0;
    return bytes?.at(-1) === 0x0d ? bytes.subarray(0, -1) : bytes;
  }
  function take(part: Buffer): void {
    length += part.length;
    if (length <= MAXIMUM_LINE_BYTES) begun.push(part);
    else begun = [];
  }
  for await (const chunk of body) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      take(chunk.subarray(start, end));
      start = end + 1;
      yield whole();
    }
    take(chunk.subarray(start));
  }
  if (length > 0) yield whole();
}

function parseLine(bytes: Buffer, line: number): ReadLine {
  if (!isUtf8(bytes)) return { line, reason: NOT_UTF8 };
  const text = bytes.toString("utf8");
  try {
    const value: unknown = JSON.parse(line === 1 ? text.replace(/^\ufeff/, "") : text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      return { line, fields: value };
    }
  } catch {
    return { line, reason: "the line is not JSON" };
  }
  return { line, reason: "the line is no JSON object" };
}
