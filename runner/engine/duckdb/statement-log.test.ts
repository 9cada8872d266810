import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, expect, test } from "@jest/globals";
import { openDuckDb } from "./engine.ts";

const folder = mkdtempSync(path.join(tmpdir(), "mercado-log-"));
afterEach(() => {
  delete process.env.MERCADO_STATEMENT_LOG;
  rmSync(folder, { recursive: true, force: true });
});

test("the statement log holds every statement once, in the order in which they were sent", async () => {
  const file = path.join(folder, "sent.jsonl");
  process.env.MERCADO_STATEMENT_LOG = file;
  const engine = await openDuckDb({ file: ":memory:", threads: 1 });
  await engine.execute("create table numbers as select 1 as number");
  await engine.query("select number from numbers");
  await engine.query("select number from numbers", 1);
  await engine.transaction(["insert into numbers values (2)"]);
  await engine.close();
  const lines = readFileSync(file, "utf8").trimEnd().split("\n");
  expect(lines.map((line) => (JSON.parse(line) as { statement: string }).statement)).toEqual([
    "create table numbers as select 1 as number",
    "select number from numbers",
    "select number from numbers",
    "begin transaction",
    "insert into numbers values (2)",
    "commit",
  ]);
});
