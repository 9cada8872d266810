import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { centsFromStorage, formatCents, multiplyCents, parseCents, sumCents } from "./money.ts";

const amounts = fc.bigInt({ min: 0n, max: 99_999_999_999_999n });

describe("money", () => {
  test("survives being written and read, to the cent", () => {
    fc.assert(fc.property(amounts, (cents) => parseCents(formatCents(cents)) === cents));
  });

  test("that goes back to a customer survives it too, and is no amount that a client may send", () => {
    fc.assert(
      fc.property(amounts, (cents) => {
        const text = formatCents(-cents);
        expect(centsFromStorage(text)).toBe(-cents);
        if (cents > 0n) expect(parseCents(text)).toBeUndefined();
      }),
    );
    expect([formatCents(-5n), formatCents(-1250n), formatCents(0n)]).toEqual([
      "-0.05",
      "-12.50",
      "0.00",
    ]);
  });

  test.each(["--1", "-", "- 1", "+1", "-.5"])("storage that holds %j is a fault", (text) => {
    expect(() => centsFromStorage(text)).toThrow(RangeError);
  });

  test.each([
    ["12", 1200n],
    ["12.5", 1250n],
    ["0.07", 7n],
    ["18720.00", 1872000n],
  ])("reads %s", (text, cents) => {
    expect(parseCents(text)).toBe(cents);
  });

  test.each(["", ".5", "1.", "1.234", "-1", "1e3", "NaN", "Infinity", "0x10", "1,5", "१२", " 1"])(
    "does not take %j for an amount",
    (text) => {
      expect(parseCents(text)).toBeUndefined();
    },
  );

  test("does not lose a cent where a float would", () => {
    expect(formatCents(sumCents([10n, 20n]))).toBe("0.30");
    expect(formatCents(multiplyCents(9_999_999_999n, 10_000))).toBe("999999999900.00");
  });
});
