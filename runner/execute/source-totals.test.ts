import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { LakeFile } from "../core/manifest.ts";
import type { GenericTest } from "../core/data-test.ts";
import type { Engine } from "../core/ports.ts";
import { openDuckDb } from "../engine/duckdb/engine.ts";
import type { SourceTotals, TestStep } from "../plan/step.ts";
import { emptyFindings } from "./context.ts";
import { runTestStep } from "./test-step.ts";
import { sourceTable, testStep } from "./testing/steps.ts";

let engine: Engine;

beforeAll(async () => {
  engine = await openDuckDb({ file: ":memory:", threads: 1 });
  await engine.execute(
    "create table payment as select 1 as id, cast(10.10 as decimal(10,2)) as amount union all select 2, cast(99999999.99 as decimal(10,2))",
  );
});
afterAll(() => engine.close());

function file(rows: number, sums: Readonly<Record<string, string>> | undefined): LakeFile {
  return { key: "raw/payment/part", bytes: 1, rows, sha256: "", runId: "run1", sums };
}

function step(
  files: readonly LakeFile[],
  isExtractedNow = false,
  more: Partial<SourceTotals> = {},
): TestStep {
  const subject: GenericTest = {
    kind: "test",
    form: "generic",
    name: "equal_totals.raw.payment.source",
    description: "",
    tags: [],
    place: { file: "sources/oltp.yml", line: 9, column: 7 },
    relation: "raw.payment",
    severity: "error",
    assertion: {
      type: "equal_totals",
      of: [{ here: "amount", there: "amount" }],
      groupBy: [],
      countsRows: true,
      with: { kind: "source" },
    },
  };
  return {
    ...testStep("totals", []),
    test: subject,
    query:
      "select count(*) as row_count, cast(coalesce(sum(amount), 0) as varchar(50)) as total_1 from payment",
    totals: {
      relation: "raw.payment",
      of: "extracts",
      files,
      ...(isExtractedNow ? { extractedNow: {} } : {}),
      ...more,
    },
  };
}

const run = (subject: TestStep, findings = emptyFindings()) =>
  runTestStep(
    subject,
    {
      engine,
      run: { id: "run1", startedAt: "2026-03-01T00:00:00.000Z" },
      emit: () => Promise.resolve(),
    },
    findings,
  );

test("a relation has the rows and the money that its source said, over all of its files", async () => {
  const files = [file(1, { amount: "10.1" }), file(1, { amount: "99999999.99" })];
  expect(await run(step(files))).toEqual({ status: "ok", failures: 0 });
});

test("a lost row and a lost cent are told, each with both sides", async () => {
  const { status, diagnostic } = await run(step([file(3, { amount: "100000010.10" })]));
  expect(status).toBe("failed");
  expect(diagnostic?.message).toBe(
    "equal_totals.raw.payment.source: 2 totals of raw.payment are not as in the source.",
  );
  expect(diagnostic?.frame).toBe(
    "count of rows: 2 here, 3 in the source, differs by -1\n" +
      "sum(amount): 100000010.09 here, 100000010.10 in the source, differs by -0.01",
  );
});

test("what this run extracts counts with what earlier ones left", async () => {
  const findings = emptyFindings();
  findings.extracted.set("raw.payment", {
    table: sourceTable("raw.payment"),
    files: [file(1, { amount: "99999999.99" })],
    columns: [],
    totals: { rows: 1, sums: { amount: "99999999.99" } },
  });
  const kept = [file(1, { amount: "10.10" })];
  expect((await run(step(kept, true), findings)).status).toBe("ok");
  expect((await run(step(kept), findings)).status).toBe("failed");
});

test("a sum that the source never gave is a failure, not a pass", async () => {
  await expect(run(step([file(2, undefined)]))).rejects.toThrow(/recorded no sum of amount/);
});

test("what is made of a raw table is held against the source's whole table, which an increment alone does not tell", async () => {
  const whole = { rows: 2, sums: { amount: "100000010.09" } };
  // Of overlapping increments, with rows that were extracted twice.
  const files = [file(2, { amount: "100000010.09" }), file(1, { amount: "10.10" })];
  const downstream = (more: Partial<SourceTotals>) => step(files, false, { of: "table", ...more });
  expect((await run(downstream({ table: whole }))).status).toBe("ok");
  const lost = { rows: 3, sums: { amount: "100000010.10" } };
  expect((await run(downstream({ table: lost }))).status).toBe("failed");
  await expect(run(downstream({}))).rejects.toThrow(/whole of raw.payment was not added up/);

  const findings = emptyFindings();
  const increment = {
    table: sourceTable("raw.payment"),
    files: [],
    columns: [],
    totals: { rows: 0, sums: { amount: "0.00" } },
  };
  findings.extracted.set("raw.payment", { ...increment, tableTotals: whole });
  const now = downstream({ table: lost, extractedNow: { since: "2026-03-01T00:00:00Z" } });
  expect((await run(now, findings)).status).toBe("ok");
  findings.extracted.set("raw.payment", increment);
  await expect(run(now, findings)).rejects.toThrow(/was not added up/);
});
