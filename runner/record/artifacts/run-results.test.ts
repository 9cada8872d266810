import { expect, test } from "@jest/globals";
import type { SubmissionCost } from "../../core/engine-load.ts";
import type { RunEvent } from "../../core/event.ts";
import { recordRunResults } from "./run-results.ts";
import { runResultsSchema } from "./schemas.ts";
import type { RunResults } from "./schemas.ts";

const started: RunEvent = {
  type: "run_started",
  runId: "20260101_000000_000_abcd",
  startedAt: "2026-01-01T00:00:00.000Z",
  command: "build",
  target: "local",
  environment: "production",
  steps: { extract: 0, seed: 0, model: 1, unit_test: 0, test: 2, hook: 0 },
};
const finished: RunEvent = {
  type: "run_finished",
  runId: "20260101_000000_000_abcd",
  status: "failed",
  milliseconds: 12.3456,
  counts: { ok: 0, warned: 0, failed: 1, skipped: 1 },
};

async function tell(
  events: readonly RunEvent[],
  sources = () => Promise.resolve({}),
): Promise<RunResults[]> {
  const written: RunResults[] = [];
  const record = recordRunResults({
    args: {},
    sources,
    write: (results) => {
      written.push(structuredClone(results));
      return Promise.resolve();
    },
  });
  for (const event of events) await record(event);
  return written;
}

test("a killed run leaves results that say it was running", async () => {
  expect(await tell([started])).toMatchObject([{ status: "running", results: [] }]);
});

test("steps end in dbt's words: a test fails, what could not do its work is an error", async () => {
  const step = (
    id: string,
    kind: "test" | "model",
    status: "ok" | "warned" | "failed" | "skipped",
    code?: "DATA_TEST_FAILED" | "SQL_FAILED",
  ): RunEvent => ({
    type: "step_finished",
    outcome: {
      id,
      kind,
      status,
      milliseconds: 1,
      diagnostic: code && { code, message: "m", place: { file: "a.sql", line: 2, column: 3 } },
    },
  });
  const [, end] = await tell([
    started,
    step("a", "model", "ok"),
    step("b", "model", "failed", "SQL_FAILED"),
    step("c", "test", "ok"),
    step("d", "test", "failed", "DATA_TEST_FAILED"),
    step("e", "test", "failed", "SQL_FAILED"),
    step("f", "test", "warned"),
    step("g", "model", "skipped"),
    finished,
  ]);
  expect(end?.results.map(({ id, status }) => `${id} ${status}`)).toEqual([
    "a success",
    "b error",
    "c pass",
    "d fail",
    "e error",
    "f warn",
    "g skipped",
  ]);
  expect(end?.results[1]?.diagnostic).toMatchObject({ code: "SQL_FAILED", file: "a.sql", line: 2 });
  expect(end).toMatchObject({ status: "failed", milliseconds: 12.35 });
});

test("what steps asked of a warehouse elsewhere is told statement by statement and added up, with times rounded", async () => {
  const submission = (id: string, statements: number, rows?: number): SubmissionCost => ({
    ...{ id, status: "finished", statements, bytes: 10 },
    ...{ queueMilliseconds: 1.23456, executionMilliseconds: 100 },
    ...(rows === undefined ? {} : { rows }),
  });
  const submissions = [submission("1", 1), submission("2", 3, 7)];
  const outcome = { id: "gold.sales", kind: "model", status: "ok", milliseconds: 1 } as const;
  const load = {
    ...{ statements: 9, rows: 8, bytes: 90 },
    ...{ queueMilliseconds: 5, executionMilliseconds: 700.005 },
  };
  const written = await tell([
    started,
    { type: "step_finished", outcome: { ...outcome, submissions } },
    { type: "step_finished", outcome: { ...outcome, id: "gold.other" } },
    { type: "published", relations: [], details: [], milliseconds: 5.5555, submissions },
    { ...finished, load },
  ]);
  const times = { queue_milliseconds: 1.23, execution_milliseconds: 100 };
  const statements = {
    ...{ count: 4, rows: 7, bytes: 20, queue_milliseconds: 2.47, execution_milliseconds: 200 },
    submissions: [
      { id: "1", status: "finished", count: 1, bytes: 10, ...times },
      { id: "2", status: "finished", count: 3, rows: 7, bytes: 10, ...times },
    ],
  };
  const results: unknown = JSON.parse(JSON.stringify(written.at(-1)));
  expect(runResultsSchema.parse(results)).toEqual(results);
  expect(results).toMatchObject({
    results: [{ statements }, { id: "gold.other" }],
    publication: { milliseconds: 5.56, statements },
    statements: { count: 9, rows: 8, bytes: 90, queue_milliseconds: 5 },
  });
  expect((results as RunResults).results[1]).not.toHaveProperty("statements");
});

test("a warehouse that can no longer be asked does not cost the run its results", async () => {
  const broken = () => Promise.reject(new Error("disk"));
  expect(await tell([started, finished], broken)).toMatchObject([
    {},
    { status: "failed", sources: {} },
  ]);
});
