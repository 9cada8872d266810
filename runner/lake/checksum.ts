import { createHash, hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import type { Measured } from "./store.ts";

/** A file up to this size is read at once, which takes a fraction of a stream's time. */
const smallBytes = 1 << 20;

/** Size and SHA-256 of a file, in bounded memory. */
export async function measureFile(path: string): Promise<Measured> {
  if ((await stat(path)).size > smallBytes) return measureStream(createReadStream(path));
  const content = await readFile(path);
  return { bytes: content.length, sha256: hash("sha256", content) };
}

/** Size and SHA-256 of what streams by; `take` gets each chunk, and the next one waits for it. */
export async function measureStream(
  chunks: AsyncIterable<Buffer>,
  take: (chunk: Buffer) => Promise<unknown> = () => Promise.resolve(),
): Promise<Measured> {
  const sum = createHash("sha256");
  let bytes = 0;
  for await (const chunk of chunks) {
    sum.update(chunk);
    bytes += chunk.length;
    await take(chunk);
  }
  return { bytes, sha256: sum.digest("hex") };
}
