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
    environment: "production",
    steps: { extract: 0, seed: 1, model: 3, hook: 0, unit_test: 0, test: 2 },
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
  {
    type: "withheld",
    relations: [
      { relation: "gold.sales", because: "test.positive failed", isBuilt: true },
      { relation: "gold.report", because: "gold.report was not built", isBuilt: false },
    ],
  },
  { type: "published", relations: ["raw.category"], details: [], milliseconds: 10 },
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
ok       1 data test
skipped  1 relation, because of test.positive
withheld gold.sales: test.positive failed
published 1 relation 0.01 s
Failed in 2.50 s: 4 ok, 0 warned, 1 failed, 1 skipped.
`);
  });

  test("what a warehouse elsewhere had to do stands before the verdict", () => {
    const load = {
      ...{ statements: 1, rows: 3, bytes: 12_345 },
      ...{ queueMilliseconds: 70_000, executionMilliseconds: 1234 },
    };
    const end = failedRun.at(-1) as Extract<RunEvent, { readonly type: "run_finished" }>;
    expect(
      told([failedRun[1]!, { ...end, load }])
        .split("\n")
        .slice(1),
    ).toEqual([
      "load     1 statement: 70.00 s in the queue, 1.23 s at work, 12.3 kB of results",
      "Failed in 2.50 s: 4 ok, 0 warned, 1 failed, 1 skipped.",
      "",
    ]);
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
      "Interrupted. Nothing was published. After 0.50 s: 1 ok, 0 warned, 0 failed, 0 skipped.",
    );
  });

  test("an increment's rows are told as new, so that none does not read as emptied", () => {
    const increment = (rows: number): RunEvent => ({
      type: "step_finished",
      outcome: {
        ...{ id: "gold.sales", kind: "model", status: "ok", milliseconds: 1 },
        ...{ rows, mode: "delta" },
      },
    });
    expect(told([increment(0), increment(1), increment(1200)])).toBe(
      [
        "ok       gold.sales                                     0 new rows  0.00 s",
        "ok       gold.sales                                      1 new row  0.00 s",
        "ok       gold.sales                                  1200 new rows  0.00 s\n",
      ].join("\n"),
    );
  });

  test("one cause is not buried under what it held up, and stands at the end again when much came between", () => {
    const diagnostic = {
      code: "SOURCE_UNREACHABLE",
      message: "Postgres does not answer.",
      place: { file: "sources/oltp.yml", line: 4, column: 5 },
      cause: "connect ECONNREFUSED",
      hint: "Start it.",
    } as const;
    const skipped = (id: string, kind: StepOutcome["kind"]): RunEvent => ({
      type: "step_finished",
      outcome: { id, kind, status: "skipped", milliseconds: 0, because: ["extract.oltp"] },
    });
    const failed: RunEvent = {
      type: "step_finished",
      outcome: {
        ...{ id: "extract.oltp", kind: "extract", status: "failed", milliseconds: 5 },
        diagnostic,
      },
    };
    const others = (length: number) =>
      Array.from({ length }, (_, index) => ok(`raw.seed_${index}`, "seed", 1));
    const end: readonly RunEvent[] = [
      ...Array.from({ length: 26 }, (_, index) => skipped(`gold.m${index}`, "model")),
      ...Array.from({ length: 102 }, (_, index) => skipped(`test.t${index}`, "test")),
      {
        type: "withheld",
        relations: ["gold.date", "gold.category", "gold.m0"].map((relation) => ({
          relation: relation as "gold.date",
          because: "gold is published whole, and gold.m0 was not built",
          isBuilt: relation !== "gold.m0",
        })),
      },
      failedRun.at(-1)!,
    ];
    const tail = [
      "skipped  26 relations and 102 data tests, because of extract.oltp",
      "withheld 2 relations, gold.date, gold.category: gold is published whole, and gold.m0 was not built",
    ];
    const verdict = "Failed in 2.50 s: 4 ok, 0 warned, 1 failed, 1 skipped.";
    expect(
      told([failed, ...others(2), ...end])
        .split("\n")
        .slice(-4),
    ).toEqual([...tail, verdict, ""]);
    expect(
      told([failed, ...others(12), ...end])
        .split("\n")
        .slice(-8),
    ).toEqual([
      ...tail,
      "FAILED   extract.oltp",
      "         SOURCE_UNREACHABLE  sources/oltp.yml:4:5",
      "         Postgres does not answer.",
      "         -> Start it.",
      verdict,
      "",
    ]);
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

  test("that does not know its width, what is running keeps its last letter", () => {
    const started: RunEvent = { type: "step_started", id: "gold.sales", kind: "model" };
    expect(told([failedRun[1]!, started], { isTTY: true, columns: 0 })).toContain(
      "0/6  gold.sales",
    );
  });
});
