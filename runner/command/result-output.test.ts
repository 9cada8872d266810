import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { deliverFile, deliverText } from "./result-output.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "mercado-output-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

test("a result is not written through a link that somebody put where it arrives", async () => {
  const [victim, output, source] = ["victim", "out.csv", "rows"].map((name) => join(folder, name));
  writeFileSync(victim!, "mine");
  writeFileSync(source!, "a\n1\n");
  for (const name of [`${output!}.${process.pid}.tmp`, `${output!}.tmp`])
    symlinkSync(victim!, name);
  await deliverText("a\n1\n", { output: output! });
  await deliverFile(source!, { output: output! });
  expect(readFileSync(victim!, "utf8")).toBe("mine");
  expect(readFileSync(output!, "utf8")).toBe("a\n1\n");
  expect(readdirSync(folder)).toHaveLength(5);
});
