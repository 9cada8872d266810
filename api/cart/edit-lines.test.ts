import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { Offer, ShownLine } from "../values/cart.ts";
import { totalOfLines } from "../dynamodb/lines.ts";
import { centsFromStorage, formatCents, multiplyCents } from "../values/money.ts";
import { editLines, type CartEdit, type RequestedLine } from "./edit-lines.ts";
import { mergeLines } from "./merge-carts.ts";
import {
  anyEditOf,
  editPlainly,
  mergePlainly,
  unitsOf,
  type PlainCart,
  type PlainEdit,
} from "./testing.ts";

const offerOf = (itemId: number, unitPrice = 1_050n): Offer => ({
  itemId,
  itemName: `item ${itemId}`,
  vendorId: 5,
  category: 2,
  unitPrice,
});
const offers = new Map(Array.from({ length: 200 }, (_, id) => [id, offerOf(id)]));
const at = (pricedAt: string, changed: readonly Offer[] = []) => ({
  offers: new Map([...offers, ...changed.map((offer) => [offer.itemId, offer] as const)]),
  pricedAt,
});

const anyEdit = anyEditOf(fc.integer({ min: 1, max: 4 }));

function asCartEdit(edit: PlainEdit): CartEdit {
  switch (edit.does) {
    case "add":
    case "change":
      return { does: edit.does, line: edit };
    case "replace":
      return {
        does: "replace",
        lines: edit.units.map(([itemId, quantity]) => ({ itemId, quantity })),
      };
    default:
      return edit;
  }
}

function outcomeOf(lines: readonly ShownLine[], edit: PlainEdit): readonly ShownLine[] | string {
  try {
    return editLines(lines, asCartEdit(edit), at("now"));
  } catch (error) {
    return (error as { mercado: string }).mercado;
  }
}

function expectSound(lines: readonly ShownLine[]): void {
  expect(lines.map((line) => line.lineNumber)).toEqual(lines.map((_, index) => index + 1));
  for (const line of lines) {
    const exact = multiplyCents(centsFromStorage(line.unitPrice), line.quantity);
    expect(line.totalPrice).toBe(formatCents(exact));
    expect(line.quantity).toBeGreaterThanOrEqual(1);
    expect(line.quantity).toBeLessThanOrEqual(10_000);
  }
}

/** The lines that these edits lead to, beside a plain cart that went the same way. */
function walk(edits: readonly PlainEdit[]): { lines: readonly ShownLine[]; plain: PlainCart } {
  let lines: readonly ShownLine[] = [];
  let plain: PlainCart = new Map();
  for (const edit of edits) {
    const [found, expected] = [outcomeOf(lines, edit), editPlainly(plain, edit)];
    if (typeof found === "string" || typeof expected === "string") {
      expect(found).toBe(expected);
      continue;
    }
    expect(unitsOf({ lines: found })).toEqual([...expected]);
    expectSound(found);
    [lines, plain] = [found, expected];
  }
  return { lines, plain };
}

const anyEdits = fc.array(anyEdit, { maxLength: 30 });

describe("the lines of a cart", () => {
  test("are what a plain cart would hold, whatever is added, changed, taken out and replaced", () => {
    fc.assert(fc.property(anyEdits, (edits) => void walk(edits)));
  });

  test("merged with a guest's hold the units of both, up to the limit, and what had no room is told", () => {
    fc.assert(
      fc.property(anyEdits, anyEdits, (own, guest) => {
        const [mine, theirs] = [walk(own), walk(guest)];
        const { lines, leftOut } = mergeLines(mine.lines, theirs.lines);
        expectSound(lines);
        expect(unitsOf({ lines })).toEqual([...mergePlainly(mine.plain, theirs.plain)]);
        const count = (units: Iterable<readonly [number, number]>) =>
          [...units].reduce((sum, [, quantity]) => sum + quantity, 0);
        expect(count(unitsOf({ lines })) + count(unitsOf({ lines: leftOut }))).toBe(
          count(mine.plain) + count(theirs.plain),
        );
      }),
    );
  });
});

const many = (count: number): RequestedLine[] =>
  Array.from({ length: count }, (_, index) => ({ itemId: index + 1, quantity: 1 }));
const fill = (count: number) => editLines([], { does: "replace", lines: many(count) }, at("now"));
const add = (lines: readonly ShownLine[], itemId: number) =>
  editLines(lines, { does: "add", line: { itemId, quantity: 1 } }, at("now"));

describe("a full cart", () => {
  test("takes more of what it holds, and no line besides", () => {
    const full = fill(100);
    expect(() => add(full, 150)).toThrow("at most 100 lines");
    expect(add(full, 7)[6]).toMatchObject({ itemId: 7, quantity: 2 });
  });

  test("merged with a guest's leaves out the lines for which there is no room", () => {
    const guest = [...add([], 150), ...add([], 99)];
    expect(mergeLines(fill(99), guest)).toMatchObject({ leftOut: [], lines: { length: 100 } });
    expect(mergeLines(fill(100), guest)).toMatchObject({
      leftOut: [{ itemId: 150, quantity: 1 }],
      lines: { length: 100 },
    });
  });
});

describe("the price of a line", () => {
  test("is asked again for the line that is touched, and stays as shown for the others", () => {
    const before = editLines([], { does: "replace", lines: many(2) }, at("earlier"));
    const dearer = at("now", [offerOf(1, 2_000n), offerOf(2, 2_000n)]);
    const line = { itemId: 2, quantity: 3 };
    expect(editLines(before, { does: "change", line }, dearer)).toMatchObject([
      { itemId: 1, unitPrice: "10.50", pricedAt: "earlier" },
      { itemId: 2, unitPrice: "20.00", totalPrice: "60.00", pricedAt: "now" },
    ]);
  });

  test("is the one shown last when both carts of a merge hold the item", () => {
    const own = editLines([], { does: "replace", lines: many(1) }, at("2026-01-01"));
    const dearer = at("2026-01-02", [offerOf(1, 2_000n)]);
    const guest = editLines([], { does: "replace", lines: many(1) }, dearer);
    for (const { lines } of [mergeLines(own, guest), mergeLines(guest, own)]) {
      expect(lines).toMatchObject([{ quantity: 2, unitPrice: "20.00", totalPrice: "40.00" }]);
      expect(totalOfLines(lines)).toBe("40.00");
    }
  });
});

test("an item on several lines is added to on the first, and changed to one line", () => {
  const line = { itemId: 1, quantity: 2 };
  const lines = [line, { itemId: 2, quantity: 1 }, line];
  const before = editLines([], { does: "replace", lines }, at("now"));
  const added = editLines(before, { does: "add", line }, at("now"));
  expect(unitsOf({ lines: added })).toEqual([
    [1, 4],
    [2, 1],
    [1, 2],
  ]);
  const changed = editLines(before, { does: "change", line: { ...line, quantity: 9 } }, at("now"));
  expect(unitsOf({ lines: changed })).toEqual([
    [1, 9],
    [2, 1],
  ]);
  const removed = editLines(before, { does: "remove", itemId: 1 }, at("now"));
  expect(unitsOf({ lines: removed })).toEqual([[2, 1]]);
});

test("nothing is changed by taking out what is not there", () => {
  const before = fill(2);
  expect(editLines(before, { does: "remove", itemId: 9 }, at("now"))).toBe(before);
});

test("each wrong vendor, price and total that a client sends is named", () => {
  const lines = [
    { itemId: 1, quantity: 2, vendorId: 6, unitPrice: "10.50", totalPrice: "21.01" },
    { itemId: 2, quantity: 1, unitPrice: "1.00" },
  ];
  expect(() => editLines([], { does: "replace", lines }, at("now"))).toThrow(
    expect.objectContaining({
      mercado: "CART_MISMATCH",
      details: {
        lines: [
          { lineNumber: 1, itemId: 1, field: "vendorId", sent: 6, actual: 5 },
          { lineNumber: 1, itemId: 1, field: "totalPrice", sent: "21.01", actual: "21.00" },
          { lineNumber: 2, itemId: 2, field: "unitPrice", sent: "1.00", actual: "10.50" },
        ],
      },
    }),
  );
});
