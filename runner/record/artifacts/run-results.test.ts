import { expect, test } from "@jest/globals";
import type { RunEvent } from "../../core/event.ts";
import { recordRunResults } from "./run-results.ts";
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

test("a warehouse that can no longer be asked does not cost the run its results", async () => {
  const broken = () => Promise.reject(new Error("disk"));
  expect(await tell([started, finished], broken)).toMatchObject([
    {},
    { status: "failed", sources: {} },
  ]);
});
