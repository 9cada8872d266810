import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { Schedule } from "../parse/schema/pipeline.ts";
import { decide, dueBetween, scheduleProblem } from "./due.ts";

const berlin = (rest: Partial<Schedule> = {}): Schedule => ({
  cron: "30 2 * * *",
  timezone: "Europe/Berlin",
  catch_up: "latest",
  ...rest,
});
const at = (text: string) => new Date(text);
const iso = (times: readonly Date[]) => times.map((time) => time.toISOString().slice(0, 16));

describe("due times in a time zone", () => {
  test("the hour that summer time leaves out is made up for at the first moment after it", () => {
    expect(iso(dueBetween(berlin(), at("2026-03-27T12:00Z"), at("2026-03-30T12:00Z")))).toEqual([
      "2026-03-28T01:30",
      "2026-03-29T01:00",
      "2026-03-30T00:30",
    ]);
  });

  test("the hour that comes twice in autumn is due once", () => {
    expect(iso(dueBetween(berlin(), at("2026-10-24T12:00Z"), at("2026-10-26T12:00Z")))).toEqual([
      "2026-10-25T00:30",
      "2026-10-26T01:30",
    ]);
  });

  test("a machine that was forgotten for years catches up the last thousand times, and no more", () => {
    const hourly = berlin({ cron: "0 * * * *" });
    const until = at("2026-06-01T00:00Z");
    const found = dueBetween(hourly, at("2020-01-01T00:00Z"), until);
    expect(found).toHaveLength(1000);
    expect(found.at(-1)).toEqual(until);
    expect(dueBetween(hourly, found[500]!, until)).toEqual(found.slice(501));
  });

  test("cutting a span in two loses no time and doubles none, through every change of the clocks", () => {
    const crons = ["30 2 * * *", "*/15 1-3 * * 0", "0 3 1 * *", "15 2 * 3,10 *"];
    const zones = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC"];
    const span = fc.integer({ min: 0, max: 20 * 86_400_000 });
    const bounds = { min: at("2026-01-01T00:00Z"), max: at("2026-12-31T00:00Z") };
    fc.assert(
      fc.property(
        fc.constantFrom(...crons),
        fc.constantFrom(...zones),
        fc.date({ ...bounds, noInvalidDate: true }),
        fc.tuple(span, span),
        (cron, timezone, after, [first, second]) => {
          const schedule = berlin({ cron, timezone });
          const middle = new Date(after.getTime() + first);
          const until = new Date(middle.getTime() + second);
          const halves = [
            ...dueBetween(schedule, after, middle),
            ...dueBetween(schedule, middle, until),
          ];
          expect(iso(halves)).toEqual(iso(dueBetween(schedule, after, until)));
        },
      ),
      { numRuns: 60 },
    );
  });

  test("a time is due at its moment and never again after it was dealt with", () => {
    const due = at("2026-05-01T00:30Z");
    expect(dueBetween(berlin(), at("2026-04-30T12:00Z"), due)).toEqual([due]);
    expect(dueBetween(berlin(), due, at("2026-05-01T12:00Z"))).toEqual([]);
    expect(dueBetween(berlin(), at("2026-04-30T12:00Z"), new Date(due.getTime() - 1))).toEqual([]);
  });

  test.each([
    ["61 * * * *", "UTC", "cron"],
    ["daily", "UTC", "cron"],
    ["0 0 30 2 *", "UTC", "cron"],
    ["0 0 * * *", "Mars/Olympus", "timezone"],
  ])("%s in %s is told as a mistake", (cron, timezone, setting) => {
    expect(scheduleProblem(berlin({ cron, timezone }))).toMatchObject({ setting });
    expect(scheduleProblem(berlin())).toBeUndefined();
  });
});

describe("what is caught up after four days without a scheduler", () => {
  const now = at("2026-06-05T12:00Z");
  const handledUntil = at("2026-06-01T12:00Z");
  const missed = ["2026-06-02T00:30", "2026-06-03T00:30", "2026-06-04T00:30", "2026-06-05T00:30"];
  const decided = (rest: Partial<Schedule>, more: Partial<Parameters<typeof decide>[1]> = {}) => {
    const { run, dropped } = decide(berlin(rest), { now, handledUntil, ...more });
    return { run: iso(run), dropped: iso(dropped) };
  };

  test("latest: the last one", () => {
    expect(decided({})).toEqual({ run: missed.slice(-1), dropped: missed.slice(0, -1) });
  });

  test("all: each in order", () => {
    expect(decided({ catch_up: "all" })).toEqual({ run: missed, dropped: [] });
  });

  test("none: none of them, but one that is due now", () => {
    expect(decided({ catch_up: "none" })).toEqual({ run: [], dropped: missed });
    const onTime = at("2026-06-05T00:30:05Z");
    expect(decided({ catch_up: "none" }, { now: onTime }).run).toEqual(missed.slice(-1));
  });

  test("none: waiting for another pipeline is not missing", () => {
    const busySince = at("2026-06-05T00:10Z");
    expect(decided({ catch_up: "none" }, { busySince }).run).toEqual(missed.slice(-1));
  });

  test("max_age gives up what is too old", () => {
    expect(decided({ catch_up: "all", max_age: 86_400 * 2 }).run).toEqual(missed.slice(-2));
    expect(decided({ max_age: 3600 })).toEqual({ run: [], dropped: missed });
  });

  test("a run that was killed is due again by the same rule", () => {
    const interrupted = at("2026-06-01T00:30Z");
    expect(decided({}, { interrupted, handledUntil: now }).run).toEqual(["2026-06-01T00:30"]);
    expect(decided({}, { interrupted }).run).toEqual(missed.slice(-1));
    expect(decided({ catch_up: "all" }, { interrupted }).run).toEqual([
      "2026-06-01T00:30",
      ...missed,
    ]);
    expect(decided({ catch_up: "none" }, { interrupted, handledUntil: now }).run).toEqual([]);
  });
});
