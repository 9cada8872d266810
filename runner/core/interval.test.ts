import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import {
  intervalUnits,
  isCovered,
  iso,
  mergeIntervals,
  printUnit,
  shift,
  unitsOf,
} from "./interval.ts";

const unit = fc.constantFrom(...intervalUnits);
/** Hours of 2024 to 2027, leap years and turns of the year included. */
const moment = fc
  .integer({ min: 0, max: 4 * 366 * 24 })
  .map((hours) => Date.UTC(2024, 0, 1) + hours * 3_600_000);
const stretch = fc
  .tuple(moment, fc.integer({ min: 1, max: 24 * 100 }))
  .map(([start, hours]) => ({ start: iso(start), end: iso(start + hours * 3_600_000) }));

describe("units of time", () => {
  test("follow one another without a gap or an overlap, and hold the stretch that they are of", () => {
    fc.assert(
      fc.property(unit, stretch, (each, whole) => {
        const units = unitsOf(each, whole);
        units.forEach(({ start, end }, index) => {
          expect(start < end).toBe(true);
          if (index > 0) expect(units[index - 1]?.end).toBe(start);
        });
        expect(mergeIntervals(units)).toHaveLength(1);
        expect(isCovered(whole, mergeIntervals(units))).toBe(true);
        expect(units[0]!.end > whole.start && units.at(-1)!.start < whole.end).toBe(true);
      }),
    );
  });

  test("are counted back as they are counted on", () => {
    fc.assert(
      fc.property(unit, moment, fc.integer({ min: -30, max: 30 }), (each, from, count) => {
        expect(shift(each, shift(each, from, count), -count)).toBe(shift(each, from, 0));
      }),
    );
  });

  test.each([
    ["hour", "2026-03-01 10:00", "2026-03-01T10:00:00.000Z", "2026-03-01T11:00:00.000Z"],
    ["day", "2026-03-01", "2026-03-01T00:00:00.000Z", "2026-03-02T00:00:00.000Z"],
    ["week", "the week of 2026-02-23", "2026-02-23T00:00:00.000Z", "2026-03-02T00:00:00.000Z"],
    ["month", "2026-03", "2026-03-01T00:00:00.000Z", "2026-04-01T00:00:00.000Z"],
  ] as const)("a %s is what a calendar says: %s", (each, name, start, end) => {
    const now = { start: "2026-03-01T10:20:30.000Z", end: "2026-03-01T10:20:31.000Z" };
    expect(unitsOf(each, now)).toEqual([{ start, end }]);
    expect(printUnit(each, { start, end })).toBe(name);
  });
});

test("merged stretches hold the same moments, in order and apart from one another", () => {
  fc.assert(
    fc.property(fc.array(stretch, { maxLength: 8 }), moment, (stretches, at) => {
      const merged = mergeIntervals(stretches);
      const holds = (all: typeof stretches, text = iso(at)) =>
        all.some(({ start, end }) => start <= text && text < end);
      expect(holds([...merged])).toBe(holds(stretches));
      merged.slice(1).forEach(({ start }, index) => {
        expect(merged[index]!.end < start).toBe(true);
      });
    }),
  );
});
