import { z } from "zod";
import type { Offer } from "../values/cart.ts";
import { centsFromStorage } from "../values/money.ts";
import { setActing, type Acting } from "./acting.ts";
import { isForSale } from "./inventory.ts";
import { many, sql, type Queryable } from "./pool.ts";

const offerRow = z.object({
  itemId: z.int(),
  itemName: z.string(),
  vendorId: z.int(),
  category: z.int(),
  unitPrice: z.string().transform(centsFromStorage),
  stock: z.int(),
  forSale: z.boolean(),
});

const columns = sql`id as "itemId", item_name as "itemName", vendor_id as "vendorId", category,
  price as "unitPrice", stock, ${isForSale} as "forSale"`;

/** What the shop asks for each of these items now; what is not there, or not sold any more, is missing from the map. */
export async function findOffers(
  database: Queryable,
  itemIds: readonly number[],
): Promise<Map<number, Offer>> {
  const rows = await many(
    database,
    offerRow,
    sql`select ${columns} from inventory where id = any(${itemIds}::integer[])`,
  );
  return forSaleById(rows);
}

export interface LockedOffer extends Offer {
  stock: number;
}

/**
 * Like {@link findOffers}, with the rows locked in id order until the transaction ends; also those that are not sold any
 * more, whose stock a refund or a released checkout gives back.
 */
export async function lockOffers(
  transaction: Queryable,
  itemIds: readonly number[],
): Promise<Map<number, LockedOffer>> {
  const rows = await many(
    transaction,
    offerRow,
    sql`select ${columns} from inventory where id = any(${itemIds}::integer[])
        order by id for no key update`,
  );
  return forSaleById(rows);
}

function forSaleById(rows: readonly z.infer<typeof offerRow>[]): Map<number, LockedOffer> {
  const offers = new Map<number, LockedOffer>();
  for (const { forSale, ...offer } of rows) if (forSale) offers.set(offer.itemId, offer);
  return offers;
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
