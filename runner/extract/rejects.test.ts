import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { fromScaled, toScaled } from "../core/scaled-decimal.ts";
import { ExactSum } from "./exact-sum.ts";
import { assertSameTotals } from "./joined-parts.ts";
import { assertRejectShare, percent } from "./rejects.ts";
import { columns, postgresTable } from "./testing/fixtures.ts";

const table = postgresTable({
  table: "item",
  key: ["id"],
  columns: columns("id: integer", "price: numeric(8,2)"),
});

describe("rows that were accepted and rows that were rejected", () => {
  const part = (rows: number, price: string) => ({ rows, sums: { price } });
  const sent = part(5, "11.2340");

  test("are together what the source sent", () => {
    expect(() => {
      assertSameTotals(table, sent, [part(4, "10.00"), part(1, "1.234")]);
    }).not.toThrow();
  });

  test.each([
    ["a row of the quarantine is lost", [part(4, "10.00")]],
    ["an accepted row is lost", [part(3, "10.00"), part(1, "1.234")]],
    ["a row is in both", [part(5, "10.00"), part(1, "1.234")]],
    ["a rejected value is altered", [part(4, "10.00"), part(1, "1.235")]],
    ["an accepted value is altered", [part(4, "10.01"), part(1, "1.234")]],
  ])("are refused when %s", (_what, parts) => {
    expect(() => {
      assertSameTotals(table, sent, parts);
    }).toThrow(/differs/);
  });
});

test("a share is allowed to the row, whatever its decimals are in binary", () => {
  const rejected = (rows: number) => [{ rows, sums: {}, examples: [] }];
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 999 }), (thousandths) => {
      const rejectShare = Number(`${fromScaled(BigInt(thousandths), 1)}e-2`);
      const allowed = { ...table, rejectShare };
      expect(() => {
        assertRejectShare(allowed, 1000, rejected(thousandths));
      }).not.toThrow();
      expect(() => {
        assertRejectShare(allowed, 1000, rejected(thousandths + 1));
      }).toThrow(`rejects allows ${percent(rejectShare)}`);
    }),
  );
});

test("decimals of any number of digits add up exactly, in any order, and other texts are nothing", () => {
  const decimal = fc
    .tuple(fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }), fc.nat(12))
    .map(([value, scale]) => fromScaled(value, scale));
  const text = fc.oneof(decimal, fc.constantFrom("NaN", "Infinity", "", "abc", "1e5"));
  const sumOf = (texts: readonly string[]) => {
    const sum = new ExactSum();
    for (const each of texts) sum.add(each);
    return sum.text(2);
  };
  fc.assert(
    fc.property(fc.array(text), (texts) => {
      const exact = texts.reduce((sum, each) => sum + (toScaled(each, 12) ?? 0n), 0n);
      expect(toScaled(sumOf(texts), 12)).toBe(exact);
      expect(sumOf(texts.toReversed())).toBe(sumOf(texts));
    }),
  );
});
