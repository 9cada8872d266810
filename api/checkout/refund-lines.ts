import { ShopError } from "../errors.ts";
import type { RefundableLine } from "../postgres/refunds.ts";
import type { CartLine } from "../values/cart.ts";
import { centsFromStorage, formatCents, multiplyCents } from "../values/money.ts";

/** Units of one of a sale's lines that go back. */
export interface RefundedUnits {
  lineNumber: number;
  quantity: number;
}

/**
 * The lines of a refund, in the order of the sale's: these units of it, or all that are left. Throws a CONFLICT that
 * names every line of which more is asked than is left.
 */
export function refundLines(
  sold: readonly RefundableLine[],
  asked: readonly RefundedUnits[] | undefined,
): CartLine[] {
  const units = asked === undefined ? allLeft(sold) : new Map(asked.map(inPair));
  const beyond = [...units].flatMap(([lineNumber, quantity]) => {
    const left = sold.find(({ line }) => line.lineNumber === lineNumber)?.left ?? 0;
    return quantity > left ? [{ lineNumber, asked: quantity, left }] : [];
  });
  if (beyond.length > 0) throw tooMuch(beyond);
  if (units.size === 0) throw nothingLeft();
  return sold
    .flatMap(({ line }) => {
      const quantity = units.get(line.lineNumber);
      return quantity === undefined ? [] : [{ line, quantity }];
    })
    .map(({ line, quantity }, index) => ({
      ...line,
      lineNumber: index + 1,
      quantity: -quantity,
      totalPrice: formatCents(multiplyCents(centsFromStorage(line.unitPrice), -quantity)),
      refersToLine: line.lineNumber,
    }));
}

function inPair({ lineNumber, quantity }: RefundedUnits): [number, number] {
  return [lineNumber, quantity];
}

function allLeft(sold: readonly RefundableLine[]): Map<number, number> {
  const left = sold.filter((each) => each.left > 0);
  return new Map(left.map((each) => [each.line.lineNumber, each.left]));
}

function nothingLeft(): ShopError {
  return new ShopError("ALREADY_REFUNDED", "All of this sale has been refunded already.", {
    hint: "Look at transaction.history for its refunds.",
  });
}

function tooMuch(lines: readonly { lineNumber: number; asked: number; left: number }[]): ShopError {
  const list = lines.map(
    (line) => `line ${line.lineNumber}: ${line.asked} asked, ${line.left} left`,
  );
  return new ShopError(
    "REFUND_EXCEEDS_SALE",
    `More would go back than is left of the sale (${list.join("; ")}).`,
    { hint: "Ask for at most what is left.", details: { lines } },
  );
}
