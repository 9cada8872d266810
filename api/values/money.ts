/** An exact amount of money, counted in cents; negative where money goes back to a customer. */
export type Cents = bigint;

const MONEY_TEXT = /^(\d{1,15})(?:\.(\d{1,2}))?$/;

/** Reads a decimal text with at most two places (`"12"`, `"12.5"`, `"12.50"`); undefined when it is not one, or negative. */
export function parseCents(text: string): Cents | undefined {
  const match = MONEY_TEXT.exec(text);
  if (match === null) return undefined;
  const [, whole = "", fraction = ""] = match;
  return BigInt(whole) * 100n + BigInt(fraction.padEnd(2, "0"));
}

/** Reads an amount, also a negative one, that our own storage wrote; a text of another form there is a fault, so it throws. */
export function centsFromStorage(text: string): Cents {
  const negative = text.startsWith("-");
  const cents = parseCents(negative ? text.slice(1) : text);
  if (cents === undefined) throw new RangeError(`storage holds "${text}" where money was expected`);
  return negative ? -cents : cents;
}

/** Always two places: `1872050n` is `"18720.50"`, `-5n` is `"-0.05"`. */
export function formatCents(cents: Cents): string {
  const digits = (cents < 0n ? -cents : cents).toString().padStart(3, "0");
  return `${cents < 0n ? "-" : ""}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

export function multiplyCents(unitPrice: Cents, quantity: number): Cents {
  return unitPrice * BigInt(quantity);
}

export function sumCents(amounts: Iterable<Cents>): Cents {
  let total = 0n;
  for (const amount of amounts) total += amount;
  return total;
}
