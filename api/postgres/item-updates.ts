import type { SQLQuery } from "@databases/pg";
import { itemsNotFound, ShopError } from "../errors.ts";
import { itemNotYours } from "../roles/permission.ts";
import { MAXIMUM_STOCK } from "../schema/fields.ts";
import { setActing, type Acting } from "./acting.ts";
import { findItem, itemColumns, itemRow, skuTaken, type Item } from "./inventory.ts";
import { maybeOne, sql, type Queryable } from "./pool.ts";
import {
  asExpected,
  assignments,
  refusedChange,
  refusingTaken,
  type Expectation,
} from "./refused-change.ts";

/** One item, and on whose behalf it is changed. */
export interface ItemChange {
  readonly id: number;
  /** Whose the item must be; null for an admin, who reaches all. */
  readonly onlyVendorId: number | null;
  readonly acting: Acting;
}

export interface ItemUpdate extends Expectation {
  itemName?: string | undefined;
  category?: number | undefined;
  price?: string | undefined;
  /** Units that are there now, whatever was sold meanwhile. */
  stock?: number | undefined;
  /** Units that came (or, negative, went), on top of what is there by then. */
  stockChange?: number | undefined;
  /** Null takes the code away. */
  sku?: string | null | undefined;
}

function ownedBy(vendorId: number | null): SQLQuery {
  return vendorId === null ? sql`true` : sql`vendor_id = ${vendorId}`;
}

/** Also an archived one. Throws where there is none, or another vendor's. */
export async function ownItem(
  database: Queryable,
  change: Pick<ItemChange, "id" | "onlyVendorId">,
): Promise<Item> {
  const found = await findItem(database, change.id);
  if (found === null) throw itemsNotFound([change.id]);
  if (change.onlyVendorId !== null && found.vendorId !== change.onlyVendorId) {
    throw itemNotYours();
  }
  return itemRow.parse(found);
}

export async function updateItem(
  database: Queryable,
  change: ItemChange,
  update: ItemUpdate,
): Promise<Item> {
  const { itemName, category, price, stock, sku, stockChange } = update;
  const changes = assignments({ item_name: itemName, category, price, stock, sku });
  const conditions = [asExpected(update), ownedBy(change.onlyVendorId)];
  if (stockChange !== undefined) {
    changes.push(sql`stock = stock + ${stockChange}`);
    conditions.push(sql`stock::bigint + ${stockChange} between 0 and ${MAXIMUM_STOCK}`);
  }
  const updating = maybeOne(
    database,
    itemRow,
    sql`update inventory set ${sql.join(changes, sql`, `)} from ${setActing(change.acting)}
        where id = ${change.id} and ${sql.join(conditions, sql` and `)} and acting.actor is not null
        returning ${itemColumns}`,
  );
  const updated = await refusingTaken(updating, () => skuTaken(sku ?? null));
  if (updated !== null) return updated;
  throw whyNot(await ownItem(database, change), update);
}

function whyNot(current: Item, { stockChange = 0, expectedUpdatedAt }: ItemUpdate): ShopError {
  const asSeen = expectedUpdatedAt === undefined || expectedUpdatedAt === current.updatedAt;
  const stock = current.stock + stockChange;
  if (current.archivedAt === null && asSeen && (stock < 0 || stock > MAXIMUM_STOCK)) {
    return new ShopError(
      "STOCK_INSUFFICIENT",
      `The stock is ${current.stock}; ${stockChange} more would make it ${stock}.`,
      {
        hint: `The stock stays from 0 to ${MAXIMUM_STOCK}: send another stockChange.`,
        details: { itemId: current.id, stock: current.stock, stockChange },
      },
    );
  }
  return refusedChange("item", current);
}

/** From this moment on the item cannot be put into a cart or bought. Twice is once. */
export function archiveItem(database: Queryable, change: ItemChange): Promise<Item> {
  return setArchived(database, change, sql`clock_timestamp()`);
}

/** Throws SKU_TAKEN when another item has got its code meanwhile. */
export async function restoreItem(database: Queryable, change: ItemChange): Promise<Item> {
  const { sku } = await ownItem(database, change);
  return refusingTaken(setArchived(database, change, sql`null`), () => skuTaken(sku));
}

async function setArchived(
  database: Queryable,
  change: ItemChange,
  archivedAt: SQLQuery,
): Promise<Item> {
  const changed = await maybeOne(
    database,
    itemRow,
    sql`update inventory set archived_at = ${archivedAt} from ${setActing(change.acting)}
        where id = ${change.id} and ${ownedBy(change.onlyVendorId)} and acting.actor is not null
          and (archived_at is null) <> (${archivedAt}::timestamptz is null)
        returning ${itemColumns}`,
  );
  return changed ?? ownItem(database, change);
}
