import { createHash } from "node:crypto";
import { buffer } from "node:stream/consumers";
import { concurrently } from "../../core/concurrently.ts";
import type { Io } from "../../core/io.ts";
import { retried, type RetryPolicy } from "../dynamodb/read-retry.ts";
import { exportCorrupt } from "./export-failure.ts";
import {
  checksumSuffixes,
  exportsFolder,
  parseFiles,
  parseSummary,
  type ExportFile,
  type ExportSummary,
} from "./export-manifest.ts";
import type { ExportStore } from "./export-store.ts";

export interface ExportReading {
  readonly store: ExportStore;
  readonly io: Io;
  readonly retry: RetryPolicy;
}

const readAtATime = 8;

/** All complete exports that stand in the store, of whatever table, in the order of their ids. */
export async function listExports(reading: ExportReading): Promise<readonly ExportSummary[]> {
  const { store, io, retry } = reading;
  const ids = await retried(
    () => io.call({ part: "dynamodb", action: "list exports" }, () => store.folders(exportsFolder)),
    retry,
  );
  const summaries: ExportSummary[] = [];
  await concurrently(ids, readAtATime, async (id) => {
    const key = `${exportsFolder}/${id}/manifest-summary.json`;
    const text = await readVerified(reading, key, { isOptional: true });
    // Incremental exports share a folder for data, and an export that is not complete has no summary yet.
    if (text === undefined) return;
    const summary = parseSummary(id, text);
    if (typeof summary === "string") throw unreadable(reading, key, summary);
    summaries.push(summary);
  });
  return summaries.toSorted((one, other) => (one.id < other.id ? -1 : 1));
}

/** The data files of an export. */
export async function listFiles(
  reading: ExportReading,
  summary: ExportSummary,
): Promise<readonly ExportFile[]> {
  const text = await readVerified(reading, summary.filesKey, { isOptional: false });
  const files = parseFiles(summary, text ?? "");
  if (typeof files === "string") throw unreadable(reading, summary.filesKey, files);
  return files;
}

/** A manifest's text, once its MD5 is the one that stands beside it. */
async function readVerified(
  reading: ExportReading,
  key: string,
  { isOptional }: { readonly isOptional: boolean },
): Promise<string | undefined> {
  const bytes = await readWhole(reading, key);
  const { location } = reading.store;
  if (bytes === undefined) {
    if (isOptional) return undefined;
    throw exportCorrupt({ key, location }, "is missing");
  }
  const stem = key.replace(/\.json$/, "");
  for (const suffix of checksumSuffixes) {
    const checksum = await readWhole(reading, `${stem}${suffix}`);
    if (checksum === undefined) continue;
    const expected = checksum.toString("utf8").trim();
    const md5 = createHash("md5").update(bytes).digest();
    if (expected === md5.toString("base64") || expected === md5.toString("hex")) {
      return bytes.toString("utf8");
    }
    throw exportCorrupt(
      { key, location },
      "is cut or altered",
      `Its MD5 is ${md5.toString("base64")}, ${stem}${suffix} says ${expected}.`,
    );
  }
  throw exportCorrupt({ key: `${stem}${checksumSuffixes[0]}`, location }, "is missing");
}

function readWhole({ store, io, retry }: ExportReading, key: string): Promise<Buffer | undefined> {
  const read = async () => {
    const stream = await store.open(key);
    return stream === undefined ? undefined : buffer(stream);
  };
  return retried(() => io.call({ part: "dynamodb", action: "read manifest" }, read), retry);
}

function unreadable({ store }: ExportReading, key: string, cause: string): Error {
  return exportCorrupt({ key, location: store.location }, "cannot be understood", cause);
}
