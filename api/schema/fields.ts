import { z } from "zod";
import { decodeCursor } from "../values/cursor.ts";
import { formatCents, parseCents } from "../values/money.ts";

const MAX_POSTGRES_INTEGER = 2_147_483_647;
const MAX_PRICE_CENTS = 9_999_999_999n;

function isStorable(text: string): boolean {
  return !text.includes("\0") && !/\p{Surrogate}/u.test(text);
}

function fitsBytes(maximum: number) {
  return (text: string) => Buffer.byteLength(text) <= maximum;
}

/** What is not there at all is said so, whatever it should have been. */
function unlessMissing(message: string) {
  return ({ input }: { input?: unknown }) => (input === undefined ? "is missing" : message);
}

/**
 * Trimmed text of at least one character and at most `maximumBytes` in UTF-8, which both databases can hold. The
 * warehouse counts bytes: what is refused here would be rejected there.
 */
export function text(maximumBytes: number) {
  return z
    .string({ error: unlessMissing("must be text") })
    .trim()
    .min(1, { error: "must not be empty" })
    .refine(fitsBytes(maximumBytes), { error: `must be at most ${maximumBytes} bytes long` })
    .refine(isStorable, { error: "must be well-formed text without NUL characters" });
}

/** The vendor's own code of an item. */
export const sku = text(64);

/** Why something was done, for the audit trail. */
export const reason = text(200);

/** As every row of the API carries it: the caller hands it back to change nothing that it has not seen. */
export const updatedAt = z.iso.datetime({
  precision: 6,
  error: "must be the updatedAt of the row as it was read",
});

/** Part of a name that is searched for; bounded only to keep requests small. */
export const searchText = text(200);

/** An integer, or its digits as text as the callers of the former API send it. */
function integer(minimum: number, maximum: number) {
  return z.union(
    [
      z.int().min(minimum).max(maximum),
      z
        .string()
        .regex(/^\d{1,10}$/)
        .transform(Number)
        .pipe(z.int().min(minimum).max(maximum)),
    ],
    { error: unlessMissing(`must be an integer from ${minimum} to ${maximum}`) },
  );
}

export const id = integer(1, MAX_POSTGRES_INTEGER);
export const category = integer(0, MAX_POSTGRES_INTEGER);

/** Units of an item; Postgres could hold twice as many, so that what comes back from a checkout always finds room. */
export const MAXIMUM_STOCK = 1_000_000_000;
export const stock = integer(0, MAXIMUM_STOCK);
export const stockChange = z.int().min(-MAXIMUM_STOCK).max(MAXIMUM_STOCK);
export const lineNumber = integer(1, 100);
export const quantity = integer(1, 10_000);
export const version = integer(1, MAX_POSTGRES_INTEGER);

const NOT_MONEY = 'must be a decimal string with at most 2 places, such as "12.50"';
const NEGATIVE_MONEY = "must not be negative";

function whyNotMoney(text: string): string {
  const isNegative = text.startsWith("-") && parseCents(text.slice(1)) !== undefined;
  return isNegative ? NEGATIVE_MONEY : NOT_MONEY;
}

/** A decimal string, or an integer; normalised to two places. A fractional JSON number is no exact amount and is refused. */
export const money = z
  .union([z.string(), z.int().nonnegative({ error: NEGATIVE_MONEY })], {
    error: unlessMissing(NOT_MONEY),
  })
  .transform((value, context) => {
    const text = String(value);
    const cents = parseCents(text);
    if (cents !== undefined) return formatCents(cents);
    context.addIssue({ code: "custom", message: whyNotMoney(text) });
    return z.NEVER;
  });

/** What numeric(10,2) holds, above zero. */
export const price = money.refine(
  (value) => {
    const cents = parseCents(value) ?? 0n;
    return cents > 0n && cents <= MAX_PRICE_CENTS;
  },
  { error: "must be above 0 and at most 99999999.99" },
);

export const email = z
  .string()
  .trim()
  .refine(fitsBytes(100), { error: "must be at most 100 bytes long" })
  .pipe(z.email())
  .refine(isStorable, { error: "must be well-formed text" });

function token(maximum: number) {
  return z
    .string()
    .min(1)
    .max(maximum)
    .regex(/^[\x21-\x7e]+$/, { error: "must be printable ASCII without blanks" });
}

/** Chosen by the client, one for each intended purchase: printable ASCII. */
export const idempotencyKey = token(128);

/** Chosen by the client, one for each change of a cart: printable ASCII. */
export const requestId = token(64);

function uuid(source: string) {
  return z
    .uuid({ error: `must be a UUID, as ${source} gives it` })
    .transform((value) => value.toLowerCase());
}

export const guestId = uuid("cart.createGuest");
export const transactionId = uuid("transaction.history");

export const limit = integer(1, 200).default(50);

const cursorText = z
  .string()
  .max(400)
  .transform((value, context) => {
    const position = decodeCursor(value);
    if (position === undefined) {
      context.addIssue({ code: "custom", message: "must be a nextCursor of an earlier page" });
      return z.NEVER;
    }
    return position;
  });

/** A page token whose position is a row id. */
export const idCursor = cursorText
  .transform(Number)
  .pipe(z.int().min(1).max(MAX_POSTGRES_INTEGER))
  .optional();

/** A page token of items: `<id>`, whose rank is 0, or of a search by words `<rank>#<id>`. */
export const itemCursor = cursorText
  .pipe(z.string().regex(/^([1-9]\d{0,9}#)?\d{1,10}$/, { error: "must be a nextCursor" }))
  .transform((position) => position.split("#").map(Number))
  .transform(([first = 0, second]) =>
    second === undefined ? { rank: 0, id: first } : { rank: first, id: second },
  )
  .pipe(
    z.object({
      rank: z.int().max(MAX_POSTGRES_INTEGER),
      id: z.int().min(1).max(MAX_POSTGRES_INTEGER),
    }),
  )
  .optional();

/** A page token whose position is the id of a row of which there may be more than an integer counts. */
export const bigIdCursor = cursorText
  .pipe(z.string().regex(/^[1-9]\d{0,17}$/, { error: "must be a nextCursor" }))
  .optional();

/** A page token whose position is `<timestamp>#<uuid>`. */
export const historyCursor = cursorText
  .pipe(z.string().regex(/^\d{4}-[\d:.TZ-]{22}#[0-9a-f-]{36}$/, { error: "must be a nextCursor" }))
  .optional();

/** A page token whose position is `<timestamp>#<uuid>#<line number>`. */
export const saleCursor = cursorText
  .transform((position) => {
    const [soldAt, transactionId, lineNumber] = position.split("#");
    return { soldAt, transactionId, lineNumber: Number(lineNumber) };
  })
  .pipe(
    z.object(
      {
        soldAt: updatedAt,
        transactionId: z.guid(),
        lineNumber: z.int().min(1).max(MAX_POSTGRES_INTEGER),
      },
      { error: "must be a nextCursor" },
    ),
  )
  .optional();
