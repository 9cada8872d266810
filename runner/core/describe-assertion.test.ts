import { expect, test } from "@jest/globals";
import { describeAssertion, describeDuration } from "./describe-assertion.ts";

test("a report says in words what a test asserts", () => {
  expect(describeAssertion({ type: "unique", columns: ["a", "b"] })).toBe("a and b is unique");
  expect(describeAssertion({ type: "row_count", minimum: 1, maximum: 9 })).toBe(
    "has at least 1 and at most 9 rows",
  );
});

test("a length of time is told in its largest whole unit", () => {
  expect([90, 3600, 129_600, 172_800].map(describeDuration)).toEqual([
    "90 seconds",
    "1 hour",
    "36 hours",
    "2 days",
  ]);
});
