import { z } from "zod";
import { vendorNotFound, ShopError } from "../errors.ts";
import { setActing, type Acting } from "./acting.ts";
import { maybeOne, sql, utc, type Queryable } from "./pool.ts";
import { refusingTaken } from "./refused-change.ts";

export const itemRow = z.object({
  id: z.int(),
  itemName: z.string(),
  category: z.int(),
  price: z.string(),
  stock: z.int(),
  vendorId: z.int(),
  sku: z.string().nullable(),
  updatedAt: z.string(),
  archivedAt: z.string().nullable(),
});

/**
 * `price` is a decimal string; `stock` counts the units that can still be bought; `sku` is the vendor's own code, which
 * one living item of the vendor has; `archivedAt` is null while the item is listed.
 */
export type Item = z.infer<typeof itemRow>;

export const itemColumns = sql`id, item_name as "itemName", category, price, stock,
  vendor_id as "vendorId", sku, ${utc("updated_at")} as "updatedAt", ${utc("archived_at")} as "archivedAt"`;

/** A living item of a living vendor; of a row of `inventory`. */
export const isForSale = sql`(inventory.archived_at is null and exists (
  select from vendor where vendor.id = inventory.vendor_id and vendor.archived_at is null))`;

export function skuTaken(sku: string | null): ShopError {
  return new ShopError("SKU_TAKEN", `The vendor has another item with the sku ${sku ?? ""}.`, {
    hint: "Change that item, or use another sku.",
    details: { sku },
  });
}

export interface NewItem {
  vendorId: number;
  itemName: string;
  category: number;
  price: string;
  stock: number;
  sku?: string | undefined;
}

export async function createItem(
  database: Queryable,
  item: NewItem,
  acting: Acting,
): Promise<Item> {
  const { vendorId, sku = null } = item;
  const creating = maybeOne(
    database,
    itemRow,
    sql`insert into inventory (item_name, category, price, stock, vendor_id, sku)
        select ${item.itemName}, ${item.category}, ${item.price}::numeric, ${item.stock}, vendor.id, ${sku}
        from vendor, ${setActing(acting)}
        where vendor.id = ${vendorId} and vendor.archived_at is null and acting.actor is not null
        returning ${itemColumns}`,
  );
  const created = await refusingTaken(creating, () => skuTaken(sku));
  if (created === null) throw vendorNotFound(vendorId);
  return created;
}

const foundItem = itemRow.extend({ forSale: z.boolean() });

/** Also an archived one, or one of an archived vendor: then `forSale` is false. */
export function findItem(
  database: Queryable,
  id: number,
): Promise<(Item & { forSale: boolean }) | null> {
  return maybeOne(
    database,
    foundItem,
    sql`select ${itemColumns}, ${isForSale} as "forSale" from inventory where id = ${id}`,
  );
}
