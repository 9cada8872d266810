import { createHash, hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";

/** A file up to this size is read at once, which takes a fraction of a stream's time. */
const smallBytes = 1 << 20;

/** Size and SHA-256 (hexadecimal) of a file, in bounded memory. */
export async function measureFile(path: string): Promise<{ bytes: number; sha256: string }> {
  if ((await stat(path)).size <= smallBytes) {
    const content = await readFile(path);
    return { bytes: content.length, sha256: hash("sha256", content) };
  }
  const sum = createHash("sha256");
  let bytes = 0;
  await pipeline(createReadStream(path), async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) {
      sum.update(chunk);
      bytes += chunk.length;
    }
  });
  return { bytes, sha256: sum.digest("hex") };
}
