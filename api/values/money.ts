/** A non-negative exact amount of money, counted in cents. */
export type Cents = bigint;

const MONEY_TEXT = /^(\d{1,15})(?:\.(\d{1,2}))?$/;

/** Reads a decimal text with at most two places (`"12"`, `"12.5"`, `"12.50"`); undefined when it is not one. */
export function parseCents(text: string): Cents | undefined {
  const match = MONEY_TEXT.exec(text);
  if (match === null) return undefined;
  const [, whole = "", fraction = ""] = match;
  return BigInt(whole) * 100n + BigInt(fraction.padEnd(2, "0"));
}

/** Reads an amount that our own storage wrote; a text of another form there is a fault, so it throws. */
export function centsFromStorage(text: string): Cents {
  const cents = parseCents(text);
  if (cents === undefined) throw new RangeError(`storage holds "${text}" where money was expected`);
  return cents;
}

/** Always two places: `1872050n` is `"18720.50"`. */
export function formatCents(cents: Cents): string {
  const digits = cents.toString().padStart(3, "0");
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

export function multiplyCents(unitPrice: Cents, quantity: number): Cents {
  return unitPrice * BigInt(quantity);
}

export function sumCents(amounts: Iterable<Cents>): Cents {
  let total = 0n;
  for (const amount of amounts) total += amount;
  return total;
}
