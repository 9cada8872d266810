import { z } from "zod";
import { unitsByItem, type CartLine } from "../values/cart.ts";
import { changeStock, lockStock } from "./offers.ts";
import { many, maybeOne, sql, utc, type Queryable, type Transaction } from "./pool.ts";
import {
  reservationColumns,
  reservationRow,
  soldLine,
  soldLineColumns,
  soldLineRow,
  unclaimed,
  type Reservation,
} from "./reservations.ts";

const refundRow = z.object({
  refundId: z.string(),
  saleId: z.string(),
  userId: z.int(),
  idempotencyKey: z.string(),
  /** The request in one fixed form, by which a key's second use is recognised. */
  request: z.string(),
  state: z.enum(["pending", "completed"]),
  reason: z.string().nullable(),
  totalPrice: z.string(),
  refundedAt: z.string(),
});

/** Units of a sale that go back, and everything that the refund will write. Its id is the transaction's id. */
export type Refund = z.infer<typeof refundRow>;

const columns = sql`refund_id as "refundId", sale_id as "saleId", customer_id as "userId",
  idempotency_key as "idempotencyKey", request, state, reason, total_price as "totalPrice",
  ${utc("refunded_at")} as "refundedAt"`;

/** The checkout whose id this is, locked until the transaction ends: its refunds are recorded one after the other. */
export function lockSale(transaction: Transaction, saleId: string): Promise<Reservation | null> {
  return maybeOne(
    transaction,
    reservationRow,
    sql`select ${reservationColumns} from stock_reservation where reservation_id = ${saleId}
        for no key update`,
  );
}

/** A line of a sale, and how many of its units no refund has asked back. */
export interface RefundableLine {
  line: CartLine;
  left: number;
}

export async function findRefundableLines(
  database: Queryable,
  saleId: string,
): Promise<RefundableLine[]> {
  const rows = await many(
    database,
    soldLineRow.extend({ left: z.int() }),
    sql`select ${soldLineColumns}, quantity - refunded as left from stock_reservation_line
        where reservation_id = ${saleId} order by line_number`,
  );
  return rows.map(({ left, ...row }) => ({ line: soldLine(row), left }));
}

export function findRefund(
  database: Queryable,
  userId: number,
  idempotencyKey: string,
): Promise<Refund | null> {
  return maybeOne(
    database,
    refundRow,
    sql`select ${columns} from refund
        where customer_id = ${userId} and idempotency_key = ${idempotencyKey}`,
  );
}

/** In a transaction that has the sale's lock, and has seen that so many units are left. */
export async function insertRefund(
  transaction: Transaction,
  refund: Refund,
  lines: readonly CartLine[],
): Promise<void> {
  await transaction.query(
    sql`insert into refund
          (refund_id, sale_id, customer_id, idempotency_key, request, state, reason, total_price, refunded_at)
        values (${refund.refundId}, ${refund.saleId}, ${refund.userId}, ${refund.idempotencyKey},
          ${refund.request}, ${refund.state}, ${refund.reason}, ${refund.totalPrice}::numeric,
          ${refund.refundedAt}::timestamptz)`,
  );
  await transaction.query(
    sql`with line as (
          insert into refund_line (refund_id, line_number, sale_line_number, quantity)
          select ${refund.refundId}::uuid, * from unnest(
            ${lines.map((line) => line.lineNumber)}::integer[],
            ${lines.map((line) => line.refersToLine ?? null)}::integer[],
            ${lines.map((line) => -line.quantity)}::integer[])
          returning sale_line_number, quantity
        )
        update stock_reservation_line as sold set refunded = refunded + line.quantity
        from line
        where sold.reservation_id = ${refund.saleId} and sold.line_number = line.sale_line_number`,
  );
}

/** As the transaction has them: with the sale's names and prices, and quantities below zero. */
export async function findRefundLines(database: Queryable, refund: Refund): Promise<CartLine[]> {
  const rows = await many(
    database,
    soldLineRow.extend({ refersToLine: z.int() }),
    sql`select ${soldLineColumns}, line.sale_line_number as "refersToLine"
        from (
          select line.line_number, line.sale_line_number, sold.item_id, sold.item_name, sold.vendor_id,
            sold.category, -line.quantity as quantity, sold.unit_price
          from refund_line as line
          join stock_reservation_line as sold
            on sold.reservation_id = ${refund.saleId} and sold.line_number = line.sale_line_number
          where line.refund_id = ${refund.refundId}
        ) as line order by line_number`,
  );
  return rows.map(({ refersToLine, ...row }) => ({ ...soldLine(row), refersToLine }));
}

/** Puts the units back into the stock, once, however often it is called. Only for refunds that DynamoDB has. */
export async function completeRefund(
  database: Queryable,
  { refundId, reason }: Refund,
  lines: readonly CartLine[],
): Promise<void> {
  await database.tx(async (transaction) => {
    const back = lines.map(({ itemId, quantity }) => ({ itemId, quantity: -quantity }));
    const units = unitsByItem(back);
    await lockStock(transaction, [...units.keys()]);
    const completed: unknown[] = await transaction.query(
      sql`update refund set state = 'completed'
          where refund_id = ${refundId} and state = 'pending' returning 1`,
    );
    if (completed.length === 1) {
      await changeStock(transaction, units, { actor: `refund:${refundId}`, reason });
    }
  });
}

/** Like `claimUndecided`, for refunds that are not completed. */
export function claimPending(
  database: Queryable,
  { age, limit }: { age: number; limit: number },
): Promise<Refund[]> {
  return many(
    database,
    refundRow,
    sql`update refund set swept_at = clock_timestamp()
        where refund_id = any(array(
          select refund_id from refund
          where state = 'pending' and created_at < clock_timestamp() - ${age} * interval '1 second'
            and ${unclaimed}
          order by created_at limit ${limit} for update skip locked))
        returning ${columns}`,
  );
}
