import type { SQLQuery } from "@databases/pg";
import { z } from "zod";
import type { StockedOffer } from "../values/cart.ts";
import { centsFromStorage } from "../values/money.ts";
import { setActing, type Acting } from "./acting.ts";
import { isForSale } from "./inventory.ts";
import { many, sql, type Queryable } from "./pool.ts";

export const offerRow = z.object({
  itemId: z.int(),
  itemName: z.string(),
  vendorId: z.int(),
  category: z.int(),
  unitPrice: z.string().transform(centsFromStorage),
  stock: z.int(),
});

/** Of `inventory`, or of something with its columns. */
export const offerColumns = sql`id as "itemId", item_name as "itemName", vendor_id as "vendorId", category,
  price as "unitPrice", stock`;

/** Those of these items that are sold: a from-clause, with its condition. */
export function offered(itemIds: readonly number[]): SQLQuery {
  return sql`inventory where id = any(${itemIds}::integer[]) and ${isForSale}`;
}

/** What the shop asks for each of these items now; what is not there, or not sold any more, is missing from the map. */
export async function findOffers(
  database: Queryable,
  itemIds: readonly number[],
): Promise<Map<number, StockedOffer>> {
  const rows = await many(database, offerRow, sql`select ${offerColumns} from ${offered(itemIds)}`);
  return new Map(rows.map((row) => [row.itemId, row]));
}

/**
 * Locks the stock of these items, sold or not, until the transaction ends. Everybody locks in the order of ids, and
 * stock before reservations: no two wait for each other.
 */
export async function lockStock(transaction: Queryable, itemIds: readonly number[]): Promise<void> {
  await transaction.query(
    sql`select from inventory where id = any(${itemIds}::integer[]) order by id for no key update`,
  );
}

/** Adds (or, negative, takes) units of each item; `acting` is what the audit trail says of it. */
export async function changeStock(
  transaction: Queryable,
  units: ReadonlyMap<number, number>,
  acting: Acting,
): Promise<void> {
  await transaction.query(
    sql`update inventory set stock = stock + change.units
        from unnest(${[...units.keys()]}::integer[], ${[...units.values()]}::integer[]) as change (item_id, units),
          ${setActing(acting)}
        where inventory.id = change.item_id and acting.actor is not null`,
  );
}
