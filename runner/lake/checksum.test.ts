import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "@jest/globals";
import { measureFile } from "./checksum.ts";

const folder = mkdtempSync(path.join(tmpdir(), "mercado-checksum-"));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

test.each([0, 1, 2 ** 20, 2 ** 20 + 1, 3 * 2 ** 20])(
  "a file of %i bytes has the size and checksum of its content",
  async (bytes) => {
    const content = Buffer.from(Array.from({ length: bytes }, (_, at) => (at * 31) % 251));
    const file = path.join(folder, String(bytes));
    writeFileSync(file, content);
    const sha256 = createHash("sha256").update(content).digest("hex");
    expect(await measureFile(file)).toEqual({ bytes, sha256 });
  },
);
