import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type { RunStatus, StepStatus } from "../core/event.ts";
import type { HookStep } from "../plan/step.ts";
import { decidePublication } from "./publication.ts";
import { runEnd } from "./run-end.ts";
import { hookStep, writeStep } from "./testing/steps.ts";
import { openTestWarehouse } from "./testing/warehouse.ts";
import type { TestWarehouse } from "./testing/warehouse.ts";

let warehouse: TestWarehouse;

beforeEach(async () => {
  warehouse = await openTestWarehouse();
  await warehouse.engine.execute("create table told (status varchar)");
});

afterEach(() => warehouse.close());

const telling = (status: RunStatus) => [
  hookStep("on_run_end.1", "select * from nowhere"),
  hookStep("on_run_end.2", `insert into told values ('${status}')`),
];
const end = {
  succeeded: telling("succeeded"),
  failed: telling("failed"),
  interrupted: telling("interrupted"),
};
const told = async () => (await warehouse.rows("select status from told")).map((row) => row.status);

describe("the hooks of a run's end", () => {
  test("run also when the runner itself fails, which is then what is told", async () => {
    const fault = new Error("a bug");
    const engine = new Proxy(warehouse.engine, {
      get: (target, property) => {
        if (property === "files") {
          return { kind: "local", writeParquet: () => Promise.reject(fault) };
        }
        const part: unknown = Reflect.get(target, property);
        return typeof part === "function" ? (part.bind(target) as unknown) : part;
      },
    });
    const step = writeStep("gold.sales", []);
    await expect(warehouse.execute(1, [step], { engine, end })).rejects.toThrow(fault);
    expect(await told()).toEqual(["failed"]);
  });

  test("run once when it is one of them that fails", async () => {
    const { status } = await warehouse.execute(1, [], { end });
    expect(status).toBe("failed");
    expect(await told()).toEqual(["succeeded"]);
  });

  test.each([
    ["succeeded", "ok", "succeeded"],
    ["succeeded", "failed", "failed"],
    ["failed", "ok", "failed"],
    ["interrupted", "failed", "interrupted"],
  ] as const)("leave a run that %s and whose hook was %s as %s", async (reached, hook, status) => {
    const carryOut = (step: HookStep) =>
      Promise.resolve({ id: step.id, kind: step.kind, status: hook, milliseconds: 0 });
    expect(await runEnd({ end }, reached, carryOut)).toBe(status);
    expect(await runEnd({}, reached, carryOut)).toBe(reached);
  });
});

describe("what a hook's end means for publishing", () => {
  const pre = hookStep("gold.sales.pre_hook.1", "select 1", {
    when: "pre_hook",
    relation: "gold.sales",
  });
  const sales = writeStep("gold.sales", [pre.id]);
  const post = hookStep("gold.sales.post_hook.1", "select 1", {
    when: "post_hook",
    relation: "gold.sales",
    after: [sales.id],
  });
  const report = writeStep("work.report", [sales.id, post.id]);
  const decide = (...statuses: readonly StepStatus[]) => {
    const steps = [pre, sales, post, report];
    return decidePublication(
      { steps, groups: [] },
      new Map(steps.map(({ id }, index) => [id, statuses[index] ?? "skipped"])),
    );
  };

  test("all well publishes the model once", () => {
    expect([...decide("ok", "ok", "ok", "ok").publish]).toEqual(["gold.sales", "work.report"]);
  });

  test("a failed hook withholds its model and its readers, written or not", () => {
    const before = decide("failed");
    expect(before.publish.size).toBe(0);
    expect(before.withheld[0]).toEqual({
      relation: "gold.sales",
      because: "hook.gold.sales.pre_hook.1 failed",
      isBuilt: false,
    });
    const after = decide("ok", "ok", "failed");
    expect(after.publish.size).toBe(0);
    expect(after.withheld.map(({ because, isBuilt }) => [because, isBuilt])).toEqual([
      ["hook.gold.sales.post_hook.1 failed", true],
      ["work.report was not built", false],
    ]);
  });
});
