import { expect, test } from "@jest/globals";
import { microsecondsOf } from "./cursor.ts";

test.each([
  ["1970-01-01T00:00:00Z", 0n],
  ["1970-01-01", 0n],
  ["1970-01-01 00:00:01.5", 1_500_000n],
  ["1970-01-01T00:00:00.000001Z", 1n],
  ["1970-01-01T02:30:00+02:30", 0n],
  ["1969-12-31 23:00:00-01", 0n],
  ["2026-01-01T00:00:00.123456Z", 1_767_225_600_123_456n],
  ["yesterday", undefined],
  ["2026-01-01T00:00:00.1234567Z", undefined],
])("%s is the microsecond %s", (text, expected) => {
  expect(microsecondsOf(text)).toBe(expected);
});
