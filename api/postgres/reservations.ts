import { z } from "zod";
import { unitsByItem, type CartLine } from "../values/cart.ts";
import { centsFromStorage, formatCents, multiplyCents } from "../values/money.ts";
import type { Acting } from "./acting.ts";
import { changeStock, lockStock } from "./offers.ts";
import { many, maybeOne, sql, utc, type Queryable } from "./pool.ts";

/** For how long a sweeper has what it took up to itself. */
const CLAIM_SECONDS = 20;

/** Of a row that no sweeper has taken up lately. */
export const unclaimed = sql`(swept_at is null
  or swept_at < clock_timestamp() - ${CLAIM_SECONDS} * interval '1 second')`;

export const reservationRow = z.object({
  reservationId: z.string(),
  userId: z.int(),
  idempotencyKey: z.string(),
  state: z.enum(["reserved", "confirmed", "released"]),
  cartVersion: z.int(),
  totalPrice: z.string(),
  checkedOutAt: z.string(),
  /** By the database's clock: nobody is waiting for this checkout any more. */
  expired: z.boolean(),
});

/**
 * Stock taken out of `inventory` for one checkout, and everything that the checkout will write: a retry
 * repeats exactly this, whatever the cart or the prices have become. Its id is the transaction's id.
 */
export type Reservation = z.infer<typeof reservationRow>;

export const reservationColumns = sql`reservation_id as "reservationId", customer_id as "userId",
  idempotency_key as "idempotencyKey", state, cart_version as "cartVersion",
  total_price as "totalPrice", ${utc("checked_out_at")} as "checkedOutAt",
  expires_at < clock_timestamp() as expired`;

export function findReservation(
  database: Queryable,
  userId: number,
  idempotencyKey: string,
): Promise<Reservation | null> {
  return maybeOne(
    database,
    reservationRow,
    sql`select ${reservationColumns} from stock_reservation
        where customer_id = ${userId} and idempotency_key = ${idempotencyKey}`,
  );
}

/** The reservation that holds, or sold, this version of the customer's cart. */
export function findReservationOfCart(
  database: Queryable,
  userId: number,
  cartVersion: number,
): Promise<Reservation | null> {
  return maybeOne(
    database,
    reservationRow,
    sql`select ${reservationColumns} from stock_reservation
        where customer_id = ${userId} and cart_version = ${cartVersion} and state <> 'released'`,
  );
}

export const soldLineRow = z.object({
  lineNumber: z.int(),
  itemId: z.int(),
  itemName: z.string(),
  vendorId: z.int(),
  category: z.int(),
  quantity: z.int(),
  unitPrice: z.string(),
});

export const soldLineColumns = sql`line_number as "lineNumber", item_id as "itemId",
  item_name as "itemName", vendor_id as "vendorId", category, quantity, unit_price as "unitPrice"`;

export function soldLine(row: z.infer<typeof soldLineRow>): CartLine {
  const unitPrice = centsFromStorage(row.unitPrice);
  return { ...row, totalPrice: formatCents(multiplyCents(unitPrice, row.quantity)) };
}

export async function findReservedLines(
  database: Queryable,
  reservationId: string,
): Promise<CartLine[]> {
  const rows = await many(
    database,
    soldLineRow,
    sql`select ${soldLineColumns} from stock_reservation_line
        where reservation_id = ${reservationId} order by line_number`,
  );
  return rows.map(soldLine);
}

export function actingFor(reservationId: string, reason: string): Acting {
  return { actor: `reservation:${reservationId}`, reason };
}

export async function confirmReservation(
  database: Queryable,
  reservationId: string,
): Promise<void> {
  await database.query(
    sql`update stock_reservation set state = 'confirmed'
        where reservation_id = ${reservationId} and state = 'reserved'`,
  );
}

/** Returns the units once, however often it is called. Only for checkouts whose guard says aborted. */
export async function releaseReservation(
  database: Queryable,
  reservationId: string,
): Promise<void> {
  await database.tx(async (transaction) => {
    const units = unitsByItem(await findReservedLines(transaction, reservationId));
    await lockStock(transaction, [...units.keys()]);
    const released: unknown[] = await transaction.query(
      sql`update stock_reservation set state = 'released'
          where reservation_id = ${reservationId} and state = 'reserved' returning 1`,
    );
    if (released.length === 1) {
      await changeStock(transaction, units, actingFor(reservationId, "checkout given up"));
    }
  });
}

/**
 * At most `limit` undecided reservations that have expired or are older than `age` seconds, oldest first. They are the
 * caller's for {@link CLAIM_SECONDS}: other services do not get them meanwhile.
 */
export function claimUndecided(
  database: Queryable,
  { age, limit }: { age: number; limit: number },
): Promise<Reservation[]> {
  return many(
    database,
    reservationRow,
    sql`update stock_reservation set swept_at = clock_timestamp()
        where reservation_id = any(array(
          select reservation_id from stock_reservation
          where state = 'reserved'
            and (expires_at < clock_timestamp() or created_at < clock_timestamp() - ${age} * interval '1 second')
            and ${unclaimed}
          order by created_at limit ${limit} for update skip locked))
        returning ${reservationColumns}`,
  );
}
