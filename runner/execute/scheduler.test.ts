import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { runInOrder } from "./scheduler.ts";
import type { Schedulable, Verdict } from "./scheduler.ts";

/** Steps in any order, each after some of those that were numbered before it, and the end that each will come to. */
const workloads = fc
  .integer({ min: 0, max: 12 })
  .chain((size) =>
    fc.record({
      after: fc.tuple(
        ...Array.from({ length: size }, (_, index) =>
          fc.uniqueArray(fc.integer({ min: 0, max: Math.max(0, index - 1) }), {
            maxLength: index === 0 ? 0 : 3,
          }),
        ),
      ),
      verdicts: fc.array(fc.constantFrom<Verdict>("ok", "ok", "ok", "failed"), {
        minLength: size,
        maxLength: size,
      }),
      order: fc.shuffledSubarray(
        Array.from({ length: size }, (_, index) => index),
        { minLength: size },
      ),
      delays: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: size, maxLength: size }),
    }),
  )
  .map(({ after, verdicts, order, delays }) => ({
    steps: order.map((index) => ({
      id: String(index),
      after: (after[index] ?? []).map(String),
      verdict: verdicts[index] ?? "ok",
      delay: delays[index] ?? 0,
    })),
  }));

interface Observed {
  readonly ended: string[];
  readonly skipped: Map<string, readonly string[]>;
  mostAtOnce: number;
}

async function ticks(count: number): Promise<void> {
  for (let tick = 0; tick < count; tick += 1) await new Promise((resolve) => setImmediate(resolve));
}

type Work = Schedulable & { readonly verdict: Verdict; readonly delay: number };

async function observe(steps: readonly Work[], limit: number): Promise<Observed> {
  const observed: Observed = { ended: [], skipped: new Map(), mostAtOnce: 0 };
  const known = new Map(steps.map((step) => [step.id, step]));
  let atOnce = 0;
  await runInOrder(
    steps,
    { limit },
    {
      run: async (step) => {
        for (const id of step.after) {
          expect(observed.ended).toContain(id);
          expect(known.get(id)?.verdict).toBe("ok");
        }
        atOnce += 1;
        observed.mostAtOnce = Math.max(observed.mostAtOnce, atOnce);
        await ticks(step.delay);
        atOnce -= 1;
        observed.ended.push(step.id);
        return step.verdict;
      },
      skip: (step, because) => {
        expect(observed.skipped.has(step.id)).toBe(false);
        observed.skipped.set(step.id, because);
        return Promise.resolve();
      },
    },
  );
  return observed;
}

describe("runInOrder", () => {
  test("runs or skips every step once, in order and within the limit, whatever the steps", async () => {
    await fc.assert(
      fc.asyncProperty(workloads, fc.integer({ min: 1, max: 4 }), async ({ steps }, limit) => {
        const { ended, skipped, mostAtOnce } = await observe(steps, limit);
        expect([...ended, ...skipped.keys()].sort()).toEqual(steps.map(({ id }) => id).sort());
        expect(mostAtOnce).toBeLessThanOrEqual(limit);
      }),
      { numRuns: 150 },
    );
  });

  test("skips exactly what stands on a failed step, and names failures at the root", async () => {
    await fc.assert(
      fc.asyncProperty(workloads, async ({ steps }) => {
        const { ended, skipped } = await observe(steps, 3);
        const byId = new Map(steps.map((step) => [step.id, step]));
        const failuresBelow = (id: string): string[] =>
          (byId.get(id)?.after ?? []).flatMap((parent) =>
            ended.includes(parent) && byId.get(parent)?.verdict === "failed"
              ? [parent]
              : failuresBelow(parent),
          );
        for (const { id } of steps) {
          const roots = failuresBelow(id);
          const because = skipped.get(id) ?? [];
          // The first failure is enough; others may come later.
          expect(because.length > 0).toBe(roots.length > 0);
          for (const root of because) expect(roots).toContain(root);
        }
      }),
      { numRuns: 150 },
    );
  });

  test("lets running steps end after a fault, begins no other, and throws the fault", async () => {
    const ended: string[] = [];
    const steps = ["a", "b", "c", "d"].map((id) => ({ id, after: [] }));
    const running = runInOrder(
      steps,
      { limit: 2 },
      {
        run: async ({ id }) => {
          if (id === "a") throw new Error("a fault");
          await ticks(5);
          ended.push(id);
          return "ok";
        },
        skip: () => Promise.resolve(),
      },
    );
    await expect(running).rejects.toThrow("a fault");
    expect(ended).toEqual(["b"]);
  });

  test("treats a skip that cannot be recorded like a fault: what runs still ends", async () => {
    const ended: string[] = [];
    const steps = [
      { id: "fails", after: [] },
      { id: "slow", after: [] },
      { id: "waits", after: ["fails"] },
    ];
    const running = runInOrder(
      steps,
      { limit: 2 },
      {
        run: async ({ id }) => {
          await ticks(id === "slow" ? 10 : 0);
          ended.push(id);
          return id === "fails" ? "failed" : "ok";
        },
        skip: () => Promise.reject(new Error("no disk")),
      },
    );
    await expect(running).rejects.toThrow("no disk");
    expect(ended).toEqual(["fails", "slow"]);
  });

  test("begins nothing more once it is interrupted, and returns when what runs has ended", async () => {
    const interruption = new AbortController();
    const ended: string[] = [];
    await runInOrder(
      ["a", "b", "c"].map((id) => ({ id, after: [] })),
      { limit: 1, signal: interruption.signal },
      {
        run: async ({ id }) => {
          interruption.abort();
          await ticks(3);
          ended.push(id);
          return "ok";
        },
        skip: () => Promise.reject(new Error("nothing was to be skipped")),
      },
    );
    expect(ended).toEqual(["a"]);
  });

  test("refuses steps that wait for one another", async () => {
    const steps = [
      { id: "a", after: ["b"] },
      { id: "b", after: ["a"] },
    ];
    const handlers = { run: () => Promise.resolve("ok" as const), skip: () => Promise.resolve() };
    await expect(runInOrder(steps, { limit: 1 }, handlers)).rejects.toThrow("wait for one another");
  });
});
