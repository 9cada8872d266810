import fc from "fast-check";

/** What a cart holds as its owner would say it: units of items, in the order in which they came. */
export type PlainCart = ReadonlyMap<number, number>;

export type PlainEdit =
  | { readonly does: "add" | "change"; readonly itemId: number; readonly quantity: number }
  | { readonly does: "remove"; readonly itemId: number }
  | { readonly does: "clear" }
  | { readonly does: "replace"; readonly units: readonly (readonly [number, number])[] };

/** Edits of a cart with these items; adding and changing come more often than the rest. */
export function anyEditOf(anyItem: fc.Arbitrary<number>): fc.Arbitrary<PlainEdit> {
  const anyQuantity = fc.constantFrom(1, 2, 4_999, 5_000, 10_000);
  return fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({
        does: fc.constantFrom("add" as const, "add" as const, "change" as const),
        itemId: anyItem,
        quantity: anyQuantity,
      }),
    },
    fc.record({ does: fc.constant("remove" as const), itemId: anyItem }),
    fc.constant({ does: "clear" as const }),
    fc.record({
      does: fc.constant("replace" as const),
      units: fc.uniqueArray(fc.tuple(anyItem, anyQuantity), {
        minLength: 1,
        selector: ([itemId]) => itemId,
      }),
    }),
  );
}

/** The cart after an edit, or the code of its refusal. */
export function editPlainly(cart: PlainCart, edit: PlainEdit): PlainCart | string {
  switch (edit.does) {
    case "add": {
      const total = (cart.get(edit.itemId) ?? 0) + edit.quantity;
      return total > 10_000 ? "CART_LIMIT" : new Map([...cart, [edit.itemId, total]]);
    }
    case "change":
      return cart.has(edit.itemId)
        ? new Map([...cart, [edit.itemId, edit.quantity]])
        : "ITEM_NOT_IN_CART";
    case "remove":
      return new Map([...cart].filter(([itemId]) => itemId !== edit.itemId));
    case "clear":
      return new Map();
    case "replace":
      return new Map(edit.units);
  }
}

/** A guest's units in a customer's cart, as far as there is room for them. */
export function mergePlainly(own: PlainCart, guest: PlainCart): PlainCart {
  const units = new Map(own);
  for (const [itemId, quantity] of guest) {
    units.set(itemId, Math.min(10_000, (units.get(itemId) ?? 0) + quantity));
  }
  return units;
}

export function unitsOf(
  cart: { lines: readonly { itemId: number; quantity: number }[] } | null,
): [number, number][] {
  return (cart?.lines ?? []).map(({ itemId, quantity }) => [itemId, quantity]);
}
