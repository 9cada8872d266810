import { z } from "zod";
import { unitsByItem, type CartLine } from "../values/cart.ts";
import { centsFromStorage, formatCents, multiplyCents } from "../values/money.ts";
import type { Acting } from "./acting.ts";
import { changeStock, lockOffers } from "./offers.ts";
import { many, maybeOne, sql, utc, type Queryable, type Transaction } from "./pool.ts";

const reservationRow = z.object({
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

const columns = sql`reservation_id as "reservationId", customer_id as "userId",
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
    sql`select ${columns} from stock_reservation
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
    sql`select ${columns} from stock_reservation
        where customer_id = ${userId} and cart_version = ${cartVersion} and state <> 'released'`,
  );
}

const lineRow = z.object({
  lineNumber: z.int(),
  itemId: z.int(),
  itemName: z.string(),
  vendorId: z.int(),
  category: z.int(),
  quantity: z.int(),
  unitPrice: z.string(),
});

export async function findReservedLines(
  database: Queryable,
  reservationId: string,
): Promise<CartLine[]> {
  const rows = await many(
    database,
    lineRow,
    sql`select line_number as "lineNumber", item_id as "itemId", item_name as "itemName",
          vendor_id as "vendorId", category, quantity, unit_price as "unitPrice"
        from stock_reservation_line where reservation_id = ${reservationId} order by line_number`,
  );
  return rows.map((row) => ({
    ...row,
    totalPrice: formatCents(multiplyCents(centsFromStorage(row.unitPrice), row.quantity)),
  }));
}

/** False, and nothing written, when the key or the version of the cart has a reservation already. */
export async function insertReservation(
  transaction: Transaction,
  reservation: Reservation,
): Promise<boolean> {
  const inserted: unknown[] = await transaction.query(
    sql`insert into stock_reservation
          (reservation_id, customer_id, idempotency_key, state, cart_version, total_price, checked_out_at)
        values (${reservation.reservationId}, ${reservation.userId}, ${reservation.idempotencyKey},
          ${reservation.state}, ${reservation.cartVersion}, ${reservation.totalPrice}::numeric,
          ${reservation.checkedOutAt}::timestamptz)
        on conflict do nothing returning 1`,
  );
  return inserted.length === 1;
}

function actingFor(reservationId: string, reason: string): Acting {
  return { actor: `reservation:${reservationId}`, reason };
}

/** Takes the units out of `inventory`, whose rows the transaction has locked and checked. */
export async function takeStock(
  transaction: Transaction,
  { reservationId, checkedOutAt }: Reservation,
  lines: readonly CartLine[],
): Promise<void> {
  const taken = new Map([...unitsByItem(lines)].map(([itemId, units]) => [itemId, -units]));
  await changeStock(transaction, taken, actingFor(reservationId, "checkout"));
  const rows = lines.map(
    (line) => sql`(${reservationId}, ${line.lineNumber}, ${line.itemId}, ${line.itemName},
      ${line.vendorId}, ${line.category}, ${line.quantity}, ${line.unitPrice}::numeric,
      ${checkedOutAt}::timestamptz)`,
  );
  await transaction.query(
    sql`insert into stock_reservation_line
          (reservation_id, line_number, item_id, item_name, vendor_id, category, quantity, unit_price,
           checked_out_at)
        values ${sql.join(rows, sql`, `)}`,
  );
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
    // Stock rows before the reservation row, as a reserving checkout locks them: no deadlock.
    await lockOffers(transaction, [...units.keys()]);
    const released: unknown[] = await transaction.query(
      sql`update stock_reservation set state = 'released'
          where reservation_id = ${reservationId} and state = 'reserved' returning 1`,
    );
    if (released.length === 1) {
      await changeStock(transaction, units, actingFor(reservationId, "checkout given up"));
    }
  });
}

/** The highest version of the customer's carts that a checkout has used; 0 without one, null without such a customer. */
export async function lastCartVersion(database: Queryable, userId: number): Promise<number | null> {
  const found = await maybeOne(
    database,
    z.object({ version: z.int() }),
    sql`select coalesce((select max(cart_version) from stock_reservation
                         where customer_id = customer.id), 0) as version
        from customer where id = ${userId} and archived_at is null`,
  );
  return found?.version ?? null;
}
