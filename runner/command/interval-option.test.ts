import { expect, test } from "@jest/globals";
import { printStretch } from "../core/interval.ts";
import { parseInterval } from "./interval-option.ts";

test.each([
  ["2026-03-01..2026-03-05", "2026-03-01T00:00:00.000Z", "2026-03-05T00:00:00.000Z"],
  ["2026-03-01", "2026-03-01T00:00:00.000Z", "2026-03-02T00:00:00.000Z"],
  ["2026-03-01T06:00..2026-03-01T08:30", "2026-03-01T06:00:00.000Z", "2026-03-01T08:30:00.000Z"],
  ["2026-03-01 06:00:10..2026-03-02", "2026-03-01T06:00:10.000Z", "2026-03-02T00:00:00.000Z"],
])("%s is a stretch in UTC whose end is not part of it", (text, start, end) => {
  expect(parseInterval(text)).toEqual({ start, end });
  expect(parseInterval(printStretch({ start, end }))).toEqual({ start, end });
});

test.each([
  "",
  "yesterday",
  "2026-02-30",
  "2026-03-05..2026-03-01",
  "2026-03-01..2026-03-01",
  "2026-03-01..2026-03-02..2026-03-03",
  "2026-03-01..",
  "2026-13-01",
  "2026-03-01T25:00",
])("'%s' is no stretch of time", (text) => {
  expect(parseInterval(text)).toBeUndefined();
});
