import { expect, test } from "@jest/globals";
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { newLake } from "../testing/fixtures.ts";
import { usePostgres } from "../testing/postgres-source.ts";

const source = usePostgres();
const child = fileURLToPath(new URL("../testing/extract-measured.ts", import.meta.url));

test.each([
  ["many rows of two kilobytes", 150_000, 64],
  ["a few rows of fifteen megabytes", 20, 480_000],
])("%s take less than 400 MB of memory to extract", async (_, rows, repeats) => {
  await source.execute(`
    create or replace view large as
    select n as id, repeat(md5(n::text), ${repeats}) as text from generate_series(1, ${rows}) as n`);
  const { root } = newLake();
  const args = ["--import", "tsx", child, source.url(), root, "large"];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  const measured = JSON.parse(stdout) as { rows: number; peakMegabytes: number };
  expect(measured.rows).toBe(rows);
  expect(measured.peakMegabytes).toBeLessThan(400);
});
