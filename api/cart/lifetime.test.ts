import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { expiryOf, firstVersionAt } from "./lifetime.ts";

const NOW = Date.UTC(2026, 2, 1) / 1_000;

test("a version never comes back, however often a cart changes, expires and is deleted", () => {
  const anyStep = fc.record({
    changes: fc.integer({ min: 1, max: 500 }),
    pause: fc.integer({ min: 0, max: 100 }),
    deleted: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(anyStep), fc.integer({ min: 1, max: 90 }), (steps, lifetime) => {
      let now = NOW;
      let stored: { version: number; expiresAt: number } | null = null;
      let highest = 0;
      for (const { changes, pause, deleted } of steps) {
        for (let change = 0; change < changes; change += 1) {
          const version: number = stored === null ? firstVersionAt(now) : stored.version + 1;
          if (version <= highest) return false;
          highest = version;
          stored = { version, expiresAt: expiryOf(version, now, lifetime) };
        }
        now += pause;
        if (deleted && stored !== null && stored.expiresAt <= now) stored = null;
      }
      return true;
    }),
  );
});

test("a cart of today is kept for its lifetime", () => {
  expect(expiryOf(firstVersionAt(NOW), NOW, 60)).toBe(NOW + 60);
});

test("versions fit Postgres's integer for decades", () => {
  expect(firstVersionAt(Date.UTC(2085, 0, 1) / 1_000)).toBeLessThan(2 ** 31);
  expect(firstVersionAt(0)).toBe(1);
});
