import { createHash, type Hash } from "node:crypto";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { codeOf } from "../../core/caught.ts";
import { ReadGivenUp, retried } from "../dynamodb/read-retry.ts";
import type { ExportReading } from "./export-catalog.ts";
import { exportCorrupt } from "./export-failure.ts";
import type { ExportFile } from "./export-manifest.ts";

/** Called with each line's bytes, in order; the next is read when it returns. */
export type VisitLine = (line: Buffer, number: number) => Promise<void>;

/**
 * Reads a data file in bounded memory, each line once, and verifies its MD5 and its number of items. A reading that
 * breaks off begins again and passes over the lines that were visited. Throws EXPORT_CORRUPT, naming the file.
 */
export async function readExportFile(
  reading: ExportReading,
  file: ExportFile,
  visit: VisitLine,
): Promise<void> {
  const visited = { lines: 0, content: createHash("md5") };
  try {
    await retried(() => readOnce(reading, file, visited, visit), reading.retry);
  } catch (error) {
    if (!(error instanceof ReadGivenUp)) throw error;
    const { location } = reading.store;
    const isFault = error.cause instanceof ContentFault || codeOf(error.cause)?.startsWith("Z_");
    const what = isFault === true ? "is cut or altered" : "cannot be read";
    throw exportCorrupt({ key: file.key, location }, what, error.message);
  }
}

/** The bytes arrived, but they are not those that the export's list of files promises. */
class ContentFault extends Error {}

function nameOf(error: unknown): unknown {
  return typeof error === "object" && error !== null && "name" in error ? error.name : undefined;
}

interface Visited {
  lines: number;
  /** Of the lines that were visited. */
  content: Hash;
}

async function readOnce(
  { store, io }: ExportReading,
  file: ExportFile,
  visited: Visited,
  visit: VisitLine,
): Promise<void> {
  const { key } = file;
  const { location } = store;
  const stored = await io.call({ part: "dynamodb", action: "open export file" }, () =>
    store.open(key),
  );
  if (stored === undefined) throw exportCorrupt({ key, location }, "is missing");
  const before = visited.lines;
  const again = createHash("md5");
  const sum = createHash("md5");
  let lines = 0;
  let refused: { readonly error: unknown } | undefined;
  const take = async (line: Buffer) => {
    lines += 1;
    if (lines > before) {
      await visit(line, lines);
      visited.content.update(line);
      visited.lines = lines;
      return;
    }
    again.update(line);
    if (lines === before) assertSame(again, visited.content);
  };
  try {
    await pipeline(
      io.bytes({ part: "dynamodb", action: "read export file" }, stored),
      tap(sum),
      createGunzip(),
      async (content: AsyncIterable<Buffer>) => {
        try {
          for await (const line of linesOf(content)) await take(line);
        } catch (error) {
          refused = { error };
          throw error;
        }
      },
    );
  } catch (error) {
    // When one stage fails, the others are told to stop: what failed first is the reason.
    throw refused === undefined || nameOf(refused.error) === "AbortError" ? error : refused.error;
  }
  const md5 = sum.digest("base64");
  if (md5 !== file.md5) {
    throw new ContentFault(`Its MD5 is ${md5}, the export's list of files says ${file.md5}.`);
  }
  if (lines !== file.items) {
    throw new ContentFault(
      `It holds ${lines} items, the export's list of files says ${file.items}.`,
    );
  }
}

function tap(sum: Hash): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      sum.update(chunk);
      done(null, chunk);
    },
  });
}

/** What was visited before cannot be taken back. */
function assertSame(again: Hash, visited: Hash): void {
  if (again.digest("hex") === visited.copy().digest("hex")) return;
  throw new ContentFault("Read a second time, it was another.");
}

const newLine = 10;

/** Lines without their ends; empty ones are left out. Only `\n` ends one: texts may hold every other break. */
async function* linesOf(content: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let rest: Buffer[] = [];
  for await (const chunk of content) {
    let start = 0;
    for (let end = chunk.indexOf(newLine); end >= 0; end = chunk.indexOf(newLine, start)) {
      const line = joined(rest, chunk.subarray(start, end));
      rest = [];
      start = end + 1;
      if (line.length > 0) yield line;
    }
    if (start < chunk.length) rest.push(chunk.subarray(start));
  }
  const last = joined(rest, Buffer.alloc(0));
  if (last.length > 0) yield last;
}

function joined(parts: readonly Buffer[], last: Buffer): Buffer {
  return parts.length === 0 ? last : Buffer.concat([...parts, last]);
}
