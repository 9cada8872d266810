import { isUtf8 } from "node:buffer";
import { parse } from "csv-parse/sync";
import { columnsOf, HeaderError } from "./csv-header.ts";
import { checkFields, type ItemLine, type RejectedLine } from "./item-line.ts";
import {
  LINE_TOO_LONG,
  MAXIMUM_LINE_BYTES,
  NOT_UTF8,
  splitLines,
  type Line,
} from "./split-lines.ts";

/**
 * A row goes over several lines where a quoted cell does. When such a row is not good, only its first line is rejected,
 * and those that follow are read again, as lines of their own: a stray quote takes no other line with it.
 */
export async function* readCsv(
  body: AsyncIterable<Buffer>,
): AsyncGenerator<ItemLine | RejectedLine> {
  const lines = splitLines(body);
  try {
    yield* readRows(openSource(lines));
  } finally {
    await lines.return();
  }
}

async function* readRows(source: Source): AsyncGenerator<ItemLine | RejectedLine> {
  let columns: readonly string[] | undefined;
  for (let first = await source.next(); first !== undefined; first = await source.next()) {
    if (first.bytes?.length === 0) continue;
    const { line } = first;
    const further = await takeQuoted(first, source);
    const cells = typeof further === "string" ? further : cellsOf([first, ...further]);
    if (columns === undefined) {
      columns = columnsOf(cells);
      continue;
    }
    const read = typeof cells === "string" ? cells : fieldsOf(cells, columns);
    const row = typeof read === "string" ? { line, reason: read } : checkFields(read, line);
    const isFolded = typeof further !== "string" && further.length > 0;
    if (isFolded && "reason" in row) {
      source.putBack(further);
      yield typeof cells === "string" ? row : foldedReject(row, further.length);
    } else yield row;
  }
  if (columns === undefined) throw new HeaderError("The file has no line with the columns' names.");
}

function foldedReject({ line, reason }: RejectedLine, further: number): RejectedLine {
  return { line, reason: `a quote opens here and closes on line ${line + further}; ${reason}` };
}

/** Lines in their order, those that were put back first. */
interface Source {
  next: () => Promise<Line | undefined>;
  putBack: (lines: readonly Line[]) => void;
}

function openSource(lines: AsyncGenerator<Line, void>): Source {
  /** The next one last. */
  const again: Line[] = [];
  return {
    async next() {
      return again.pop() ?? (await lines.next()).value ?? undefined;
    },
    putBack(back) {
      for (const line of back.toReversed()) again.push(line);
    },
  };
}

/**
 * The lines on which a cell that is quoted on `first` goes on; or why it does not, and they are left where they are.
 * Quotes within quotes are doubled, so that one more line with an odd number of them has to end it: lines are read at
 * most twice.
 */
async function takeQuoted(first: Line, source: Source): Promise<Line[] | string> {
  if (first.bytes === undefined) return LINE_TOO_LONG;
  const further: Line[] = [];
  let length = first.bytes.length;
  let open = hasOddQuotes(first.bytes);
  while (open) {
    const next = await source.next();
    if (next !== undefined) further.push(next);
    length += 1 + (next?.bytes?.length ?? Infinity);
    if (next?.bytes === undefined || length > MAXIMUM_LINE_BYTES) {
      source.putBack(further);
      return "a quote opens here and is never closed";
    }
    open = !hasOddQuotes(next.bytes);
  }
  return further;
}

const UNMATCHED = "the quotes of the line do not match";
const QUOTE = 0x22;

function hasOddQuotes(bytes: Buffer): boolean {
  let odd = false;
  for (let at = bytes.indexOf(QUOTE); at !== -1; at = bytes.indexOf(QUOTE, at + 1)) odd = !odd;
  return odd;
}

/** The cells of one row, or why it has none. */
function cellsOf(lines: readonly Line[]): string[] | string {
  const foreign = lines.findIndex(({ bytes }) => bytes === undefined || !isUtf8(bytes));
  if (foreign !== -1) return foreign === 0 ? NOT_UTF8 : UNMATCHED;
  const joined = lines.map(({ bytes }) => bytes?.toString("utf8")).join("\n");
  const text = lines[0]?.line === 1 ? joined.replace(/^\ufeff/, "") : joined;
  if (!text.includes('"')) return text.split(",");
  try {
    const [cells, ...others] = parse(text, { relax_column_count: true, record_delimiter: "\n" });
    if (cells !== undefined && others.length === 0) return cells;
  } catch {
    // As below.
  }
  return UNMATCHED;
}

/** An empty cell says nothing. */
function fieldsOf(cells: readonly string[], columns: readonly string[]): object | string {
  if (cells.length !== columns.length) {
    return `has ${cells.length} cells, the first line has ${columns.length}`;
  }
  const fields: Record<string, string> = {};
  for (const [index, cell] of cells.entries()) {
    const name = columns[index] ?? "";
    if (cell === "") continue;
    if (name === "") return `cell ${index + 1} stands in a column without a name`;
    fields[name] = cell;
  }
  return fields;
}
