import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { CapacityBudget, PageSize } from "./capacity-budget.ts";

/** A clock that goes on only when somebody sleeps, or work takes its time. */
function testClock() {
  let time = 0;
  return {
    now: () => time,
    sleep: (milliseconds: number) => {
      time += milliseconds;
      return Promise.resolve();
    },
  };
}

describe("a capacity budget", () => {
  test("over any stretch of time lets no more through than its rate, a second's reserve, one larger read and one misjudged read", async () => {
    const read = fc.record({
      expected: fc.integer({ min: 1, max: 60 }),
      used: fc.integer({ min: 1, max: 120 }),
      takes: fc.integer({ min: 0, max: 400 }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 5, max: 200 }),
        fc.array(read, { minLength: 1, maxLength: 60 }),
        async (rate, reads) => {
          const clock = testClock();
          const budget = new CapacityBudget(rate, clock);
          const spent: { readonly at: number; readonly units: number }[] = [];
          for (const { expected, used, takes } of reads) {
            await budget.reserve(expected);
            spent.push({ at: clock.now(), units: used });
            await clock.sleep(takes);
            budget.settle(expected, used);
          }
          spent.forEach((first, index) => {
            let units = 0;
            for (const { at, units: more } of spent.slice(index)) {
              units += more;
              const allowed = (rate * (at - first.at)) / 1000 + rate + 60 + 120;
              expect(units).toBeLessThanOrEqual(allowed + 1e-6);
            }
          });
        },
      ),
    );
  });

  test("gives back what a read did not take", async () => {
    const clock = testClock();
    const budget = new CapacityBudget(10, clock);
    await budget.reserve(10);
    budget.settle(10, 1);
    await budget.reserve(9);
    expect(clock.now()).toBe(0);
    await budget.reserve(5);
    expect(clock.now()).toBe(500);
  });
});

describe("a page's size", () => {
  test("follows the items, and never falls to none", () => {
    expect(new PageSize(50).items).toBe(1);
    const page = new PageSize(50, 1);
    expect(page.items).toBe(50);
    page.measured(50, 500);
    expect(page.items).toBe(5);
    page.measured(5, 5 * 100);
    expect(page.items).toBe(1);
    for (let round = 0; round < 40; round += 1) page.measured(100, 50);
    expect(page.items).toBe(99);
  });
});
