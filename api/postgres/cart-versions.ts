import type { SQLQuery } from "@databases/pg";
import { z } from "zod";
import type { StockedOffer } from "../values/cart.ts";
import { offerColumns, offered, offerRow } from "./offers.ts";
import { many, one, sql, type Queryable } from "./pool.ts";

/** The highest version of the customer's carts that a checkout has used; 0 without one, null without such a customer. */
export type LastCartVersion = number | null;

const row = z.object({ lastVersion: z.int().nullable() });
const offerToRow = offerRow.extend(row.shape);

function lastVersionOf(userId: number): SQLQuery {
  return sql`(select coalesce((select max(cart_version) from stock_reservation
                               where customer_id = customer.id), 0)
              from customer where id = ${userId} and archived_at is null) as "lastVersion"`;
}

export async function lastCartVersion(
  database: Queryable,
  userId: number,
): Promise<LastCartVersion> {
  return (await one(database, row, sql`select ${lastVersionOf(userId)}`)).lastVersion;
}

export interface OffersToCustomer {
  offers: Map<number, StockedOffer>;
  /** Null as well where none of the items is sold. */
  lastVersion: LastCartVersion;
}

/** {@link lastCartVersion} beside the items' offers, in one statement. */
export async function findOffersTo(
  database: Queryable,
  userId: number,
  itemIds: readonly number[],
): Promise<OffersToCustomer> {
  const rows = await many(
    database,
    offerToRow,
    sql`select ${offerColumns}, ${lastVersionOf(userId)} from ${offered(itemIds)}`,
  );
  return {
    offers: new Map(rows.map((offer) => [offer.itemId, offer])),
    lastVersion: rows[0]?.lastVersion ?? null,
  };
}
