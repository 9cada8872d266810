import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import type { Metafile } from "esbuild";

/**
 * For each helper, a text that changes with its code and with that of everything it imports, and with nothing else:
 * not with where the files stand, nor with how their lines end.
 */
export function helperChecksums(
  root: string,
  files: ReadonlyMap<string, string>,
  inputs: Metafile["inputs"],
): ReadonlyMap<string, string> {
  const checksumOfFile = new Map<string, string>();
  const ownChecksum = (file: string): string => {
    const known = checksumOfFile.get(file);
    if (known !== undefined) return known;
    const text = readFileSync(path.join(root, file), "utf8").replaceAll("\r\n", "\n");
    const checksum = createHash("sha256").update(text).digest("hex");
    checksumOfFile.set(file, checksum);
    return checksum;
  };
  const checksumOf = (entry: string): string => {
    const reached = new Set([entry]);
    // A set goes on with what is added while it is walked.
    for (const file of reached) {
      for (const imported of inputs[file]?.imports ?? []) {
        if (imported.external !== true) reached.add(imported.path);
      }
    }
    const hash = createHash("sha256");
    for (const file of reached) hash.update(`${ownChecksum(file)}\n`);
    return hash.digest("hex");
  };
  return new Map([...files].map(([name, file]) => [name, checksumOf(file)]));
}
