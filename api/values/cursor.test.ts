import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { decodeCursor, encodeCursor, toPage } from "./cursor.ts";

test("a cursor comes back as the position that it was made from", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (position) => {
      expect(decodeCursor(encodeCursor(position))).toBe(position);
    }),
  );
});

test("a cursor that a client made up is recognised", () => {
  for (const cursor of ["", "12", "not a cursor", "MTox=", encodeCursor("50").slice(0, -1)]) {
    expect(decodeCursor(cursor)).toBeUndefined();
  }
});

test("a page has a next one exactly when a row is left over", () => {
  expect(toPage([1, 2, 3], 2, String)).toEqual({ items: [1, 2], nextCursor: encodeCursor("2") });
  expect(toPage([1, 2], 2, String)).toEqual({ items: [1, 2], nextCursor: null });
  expect(toPage([], 2, String)).toEqual({ items: [], nextCursor: null });
});
