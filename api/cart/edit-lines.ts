import { itemsNotFound, ShopError } from "../errors.ts";
import { priceLine, type CartLine, type Offer, type ShownLine } from "../values/cart.ts";

export const MAXIMUM_LINES = 100;
export const MAXIMUM_QUANTITY = 10_000;

/** A line as a client asks for it; what it believes beside item and quantity is refused when the shop knows better. */
export interface RequestedLine {
  readonly itemId: number;
  readonly quantity: number;
  readonly vendorId?: number | undefined;
  readonly unitPrice?: string | undefined;
  readonly totalPrice?: string | undefined;
}

export type FillingEdit =
  /** To the first line of the same item, or as a new line. */
  | { readonly does: "add"; readonly line: RequestedLine }
  /** Leaves the item on one line, with this quantity. */
  | { readonly does: "change"; readonly line: RequestedLine }
  | { readonly does: "replace"; readonly lines: readonly RequestedLine[] };

export type EmptyingEdit =
  /** Takes all lines of the item out. */
  { readonly does: "remove"; readonly itemId: number } | { readonly does: "clear" };

export type CartEdit = FillingEdit | EmptyingEdit;

/** What the shop asks for the items of an edit, and when it was asked. */
export interface PricedNow {
  readonly offers: ReadonlyMap<number, Offer>;
  readonly pricedAt: string;
}

/** The items whose price an edit shows. */
export function itemsOf(edit: CartEdit): number[] {
  switch (edit.does) {
    case "add":
    case "change":
      return [edit.line.itemId];
    case "replace":
      return [...new Set(edit.lines.map((line) => line.itemId))];
    case "remove":
    case "clear":
      return [];
  }
}

/**
 * The lines of a cart after an edit, numbered from 1; `lines` itself when there is nothing to change. A line that is
 * touched is priced anew, the others keep the price that was shown with them.
 */
export function editLines(
  lines: readonly ShownLine[],
  edit: CartEdit,
  now: PricedNow,
): readonly ShownLine[] {
  switch (edit.does) {
    case "add": {
      const { itemId, quantity } = edit.line;
      const index = lines.findIndex((line) => line.itemId === itemId);
      const total = quantity + (lines[index]?.quantity ?? 0);
      if (index === -1 && lines.length >= MAXIMUM_LINES) throw tooManyLines();
      if (total > MAXIMUM_QUANTITY) throw tooManyUnits(itemId, total);
      const priced = priceLines([{ ...edit.line, quantity: total }], now);
      return renumber(index === -1 ? [...lines, ...priced] : lines.toSpliced(index, 1, ...priced));
    }
    case "change": {
      const { itemId } = edit.line;
      const index = lines.findIndex((line) => line.itemId === itemId);
      if (index === -1) throw notInCart(itemId);
      const others = lines.filter((line) => line.itemId !== itemId);
      return renumber(others.toSpliced(index, 0, ...priceLines([edit.line], now)));
    }
    case "replace":
      return priceLines(edit.lines, now);
    case "remove": {
      const left = lines.filter((line) => line.itemId !== edit.itemId);
      return left.length === lines.length ? lines : renumber(left);
    }
    case "clear":
      return lines.length === 0 ? lines : [];
  }
}

export function renumber(lines: readonly ShownLine[]): ShownLine[] {
  return lines.map((line, index) => ({ ...line, lineNumber: index + 1 }));
}

function priceLines(requested: readonly RequestedLine[], now: PricedNow): ShownLine[] {
  const unknown = new Set<number>();
  const lines = requested.flatMap(({ itemId, quantity }, index) => {
    const offer = now.offers.get(itemId);
    if (offer !== undefined) {
      return [{ ...priceLine(index + 1, offer, quantity), pricedAt: now.pricedAt }];
    }
    unknown.add(itemId);
    return [];
  });
  if (unknown.size > 0) throw itemsNotFound([...unknown]);
  const mismatches = findMismatches(requested, lines);
  if (mismatches.length > 0) {
    throw new ShopError(
      "CART_MISMATCH",
      `The cart names other vendors or prices than the shop (${mismatches.length} ${mismatches.length === 1 ? "difference" : "differences"}).`,
      { hint: "Leave them out, or send those in details.", details: { lines: mismatches } },
    );
  }
  return lines;
}

interface Mismatch {
  lineNumber: number;
  itemId: number;
  field: "vendorId" | "unitPrice" | "totalPrice";
  sent: number | string;
  actual: number | string;
}

/** What the client sent and the server knows better, field by field. */
function findMismatches(
  requested: readonly RequestedLine[],
  lines: readonly CartLine[],
): Mismatch[] {
  const fields = ["vendorId", "unitPrice", "totalPrice"] as const;
  return lines.flatMap((line, index) =>
    fields.flatMap((field) => {
      const sent = requested[index]?.[field];
      const actual = line[field];
      if (sent === undefined || sent === actual) return [];
      return [{ lineNumber: line.lineNumber, itemId: line.itemId, field, sent, actual }];
    }),
  );
}

function tooManyLines(): ShopError {
  return new ShopError("CART_LIMIT", `A cart holds at most ${MAXIMUM_LINES} lines.`, {
    hint: "Take a line out with cart.remove, or check out first.",
    details: { maximumLines: MAXIMUM_LINES },
  });
}

function tooManyUnits(itemId: number, quantity: number): ShopError {
  return new ShopError(
    "CART_LIMIT",
    `The cart would hold ${quantity} units of item ${itemId}; a line holds at most ${MAXIMUM_QUANTITY}.`,
    {
      hint: "Add fewer units, or check out first.",
      details: { itemId, quantity, maximumQuantity: MAXIMUM_QUANTITY },
    },
  );
}

function notInCart(itemId: number): ShopError {
  return new ShopError("ITEM_NOT_IN_CART", `Item ${itemId} is not in the cart.`, {
    hint: "Read the cart again with cart.get, or add the item with cart.add.",
    details: { itemId },
  });
}
