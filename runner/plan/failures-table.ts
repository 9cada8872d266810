import { createHash } from "node:crypto";
import { failuresSchema } from "../core/sql-text.ts";

const longestName = 127;
const hashLength = 8;

/**
 * The table that keeps the rows that break a data test. A name that had to be changed to be an identifier ends in a
 * hash of the test's own, so that no two tests share a table.
 */
export function failuresTable(test: string): string {
  const readable = test
    .toLowerCase()
    .replaceAll(".", "__")
    .replace(/[^a-z0-9_]/g, "_");
  const isTold = /^[a-z][a-z0-9]*(?:_[a-z0-9]+)*(?:\.[a-z][a-z0-9]*(?:_[a-z0-9]+)*)*$/.test(test);
  if (isTold && readable.length <= longestName) return `${failuresSchema}.${readable}`;
  const hash = createHash("sha256").update(test).digest("hex").slice(0, hashLength);
  const beginning = `t_${readable}`.slice(0, longestName - hashLength - 1);
  return `${failuresSchema}.${beginning}_${hash}`;
}
