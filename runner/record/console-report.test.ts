import { describe, expect, test } from "@jest/globals";
import type { RunEvent, StepOutcome } from "../core/event.ts";
import { ConsoleReport } from "./console-report.ts";

const ok = (id: string, kind: StepOutcome["kind"], rows?: number): RunEvent => ({
  type: "step_finished",
  outcome: { id, kind, status: "ok", milliseconds: 1234, rows },
});

const failedRun: readonly RunEvent[] = [
  { type: "recovered", message: "The run run1 was interrupted." },
  {
    type: "run_started",
    runId: "run2",
    startedAt: "2026-03-01T00:00:00.000Z",
    command: "build --select gold.*",
    target: "local",
    steps: { extract: 0, seed: 1, model: 3, test: 2 },
  },
  { type: "note", message: "The test late waits: raw.cart has never been built." },
  { type: "step_started", id: "raw.category", kind: "seed" },
  ok("raw.category", "seed", 1),
  ok("work.sale_line", "model"),
  ok("gold.sales", "model", 2000),
  ok("test.sums", "test", 0),
  {
    type: "step_finished",
    outcome: {
      id: "test.positive",
      kind: "test",
      status: "failed",
      milliseconds: 5,
      rows: 2,
      diagnostic: {
        code: "DATA_TEST_FAILED",
        message: "positive: 2 rows break this test.",
        place: { file: "tests/positive.sql", line: 1, column: 1 },
        frame: "id=1  amount=-1.00\nid=2  amount=-0.07",
        cause: "What is sold has a price.",
        hint: "Look at the rows.",
      },
    },
  },
  {
    type: "step_finished",
    outcome: {
      id: "gold.report",
      kind: "model",
      status: "skipped",
      milliseconds: 0,
      because: ["test.positive"],
    },
  },
  { type: "withheld", relations: [{ relation: "gold.sales", because: "test.positive failed" }] },
  { type: "published", relations: ["raw.category"], milliseconds: 10 },
  {
    type: "run_finished",
    runId: "run2",
    status: "failed",
    milliseconds: 2500,
    counts: { ok: 4, warned: 0, failed: 1, skipped: 1 },
  },
];

function told(events: readonly RunEvent[], terminal: { isTTY?: boolean; columns?: number } = {}) {
  let text = "";
  const report = new ConsoleReport({ ...terminal, write: (more: string) => (text += more) });
  for (const event of events) report.tell(event);
  return text;
}

describe("without a terminal", () => {
  test("a run is told in plain lines, without colours or cursor movements", () => {
    expect(told(failedRun)).toBe(`note     The run run1 was interrupted.
build --select gold.* on local: 1 seed, 3 models, 2 data tests
note     The test late waits: raw.cart has never been built.
ok       raw.category                                        1 row  1.23 s
ok       work.sale_line                                             1.23 s
ok       gold.sales                                      2000 rows  1.23 s
FAILED   test.positive                                      2 rows  0.01 s
         DATA_TEST_FAILED  tests/positive.sql:1:1
         positive: 2 rows break this test.
           id=1  amount=-1.00
           id=2  amount=-0.07
         What is sold has a price.
         -> Look at the rows.
skipped  gold.report                                  waited for test.positive
withheld gold.sales: test.positive failed
ok       1 data test
published 1 relation 0.01 s
Failed in 2.50 s: 4 ok, 0 warned, 1 failed, 1 skipped.
`);
  });

  test("an interrupted run does not claim to have published", () => {
    const [, started] = failedRun;
    const counts = { ok: 1, warned: 0, failed: 0, skipped: 0 };
    const end = {
      type: "run_finished",
      runId: "run2",
      status: "interrupted",
      milliseconds: 500,
      counts,
    } as const;
    expect(told([started!, end]).split("\n").at(-2)).toBe(
      "Interrupted, with nothing published, in 0.50 s: 1 ok, 0 warned, 0 failed, 0 skipped.",
    );
  });
});

describe("on a terminal", () => {
  test("the last line shows what is running, within the terminal's width, and is wiped before the next", () => {
    const started: RunEvent = { type: "step_started", id: "gold.sales", kind: "model" };
    const text = told([failedRun[1]!, started, ok("gold.sales", "model", 1)], {
      isTTY: true,
      columns: 13,
    });
    expect(text).toContain("0/6  gold.sa");
    expect(text).not.toContain("0/6  gold.sal");
    expect(text).toContain("\r\u001b[2K");
    expect(text.indexOf("\r\u001b[2K")).toBeGreaterThan(text.indexOf("0/6"));
    expect(text.endsWith("\n")).toBe(true);
  });
});
