import { z } from "zod";
import type { CartLine, StockedOffer } from "../values/cart.ts";
import { setActing } from "./acting.ts";
import { isForSale } from "./inventory.ts";
import { offerColumns, offerRow } from "./offers.ts";
import { many, sql, type Queryable } from "./pool.ts";
import { actingFor, type Reservation } from "./reservations.ts";

const answerRow = offerRow.extend({ hasBuyer: z.boolean(), reserved: z.boolean() });

export interface UnitsAsked {
  /** `totalPrice` is what the customer agreed to pay. */
  reservation: Reservation;
  /** As the customer was shown them. */
  lines: readonly CartLine[];
  /** Whether the lines may cost something else than shown, as long as the total is right. */
  otherPrices: boolean;
}

export interface UnitsAnswer {
  /** False, and nothing taken, when something is not as asked, or the key or the cart's version has a reservation. */
  reserved: boolean;
  /** False when the customer is not there, or archived; true as well where none of the items is sold. */
  hasBuyer: boolean;
  /** As they were before anything was taken; items that are not sold are missing. */
  offers: Map<number, StockedOffer>;
}

/**
 * Takes the lines' units out of the stock and writes the reservation, if vendors, prices, stock and total are as asked:
 * one statement, so all of it or nothing. Stock rows are locked in the order of their ids.
 */
export async function reserveUnits(database: Queryable, asked: UnitsAsked): Promise<UnitsAnswer> {
  const { reservation, lines } = asked;
  // What another statement has changed while this one waited for a row's lock is seen by `offer`, which holds the lock,
  // and by the update of the row itself. That update reads `kept` as a table: a subquery would be evaluated again.
  const rows = await many(
    database,
    answerRow,
    sql`with line as (
          select * from unnest(
            ${lines.map((line) => line.lineNumber)}::integer[],
            ${lines.map((line) => line.itemId)}::integer[],
            ${lines.map((line) => line.vendorId)}::integer[],
            ${lines.map((line) => line.quantity)}::integer[],
            ${lines.map((line) => line.unitPrice)}::numeric[]
          ) as line (line_number, item_id, vendor_id, quantity, unit_price)
        ),
        buyer as (
          select id from customer where id = ${reservation.userId} and archived_at is null
        ),
        wanted as (
          select item_id, sum(quantity)::integer as units from line group by item_id
        ),
        offer as materialized (
          select id, item_name, vendor_id, category, price, stock
          from inventory
          where id in (select item_id from wanted) and ${isForSale}
          order by id for no key update
        ),
        agreed as (
          select line.line_number, line.item_id, offer.item_name, offer.vendor_id, offer.category,
            line.quantity, offer.price
          from line
          join offer on offer.id = line.item_id and offer.vendor_id = line.vendor_id
          join wanted on wanted.item_id = line.item_id and wanted.units <= offer.stock
          where offer.price = line.unit_price or ${asked.otherPrices}
        ),
        kept as (
          insert into stock_reservation
            (reservation_id, customer_id, idempotency_key, state, cart_version, total_price, checked_out_at)
          select ${reservation.reservationId}::uuid, ${reservation.userId}, ${reservation.idempotencyKey},
            ${reservation.state}, ${reservation.cartVersion}, ${reservation.totalPrice}::numeric,
            ${reservation.checkedOutAt}::timestamptz
          from agreed
          having count(*) = ${lines.length}
            and sum(quantity * price) = ${reservation.totalPrice}::numeric
            and exists (select from buyer)
          on conflict do nothing
          returning reservation_id, checked_out_at
        ),
        kept_line as (
          insert into stock_reservation_line
            (reservation_id, line_number, item_id, item_name, vendor_id, category, quantity, unit_price,
             checked_out_at)
          select reservation_id, line_number, item_id, item_name, vendor_id, category, quantity, price,
            checked_out_at
          from agreed, kept
        ),
        taken as (
          update inventory set stock = inventory.stock - wanted.units
          from wanted, kept, ${setActing(actingFor(reservation.reservationId, "checkout"))}
          where inventory.id = wanted.item_id and acting.actor is not null
        )
        select ${offerColumns}, exists (select from buyer) as "hasBuyer",
          exists (select from kept) as reserved
        from offer`,
  );
  return {
    reserved: rows.some((row) => row.reserved),
    hasBuyer: rows.every((row) => row.hasBuyer),
    offers: new Map(rows.map((row) => [row.itemId, row])),
  };
}
