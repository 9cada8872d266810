import { isSQLError, SQLErrorCode } from "@databases/pg";
import { z } from "zod";
import { vendorNotFound } from "../errors.ts";
import { toPage, type Page } from "../values/cursor.ts";
import { containsPattern } from "../values/like.ts";
import { many, maybeOne, one, sql, utc, type Queryable } from "./pool.ts";

const itemRow = z.object({
  id: z.int(),
  itemName: z.string(),
  category: z.int(),
  price: z.string(),
  stock: z.int(),
  vendorId: z.int(),
  updatedAt: z.string(),
});

/** `price` is a decimal string; `stock` counts the units that can still be bought. */
export type Item = z.infer<typeof itemRow>;

const columns = sql`id, item_name as "itemName", category, price, stock, vendor_id as "vendorId",
  ${utc("updated_at")} as "updatedAt"`;

export interface NewItem {
  vendorId: number;
  itemName: string;
  category: number;
  price: string;
  stock: number;
}

export async function createItem(database: Queryable, item: NewItem): Promise<Item> {
  try {
    return await one(
      database,
      itemRow,
      sql`insert into inventory (item_name, category, price, stock, vendor_id)
          values (${item.itemName}, ${item.category}, ${item.price}::numeric, ${item.stock}, ${item.vendorId})
          returning ${columns}`,
    );
  } catch (error) {
    if (isSQLError(error) && error.code === SQLErrorCode.FOREIGN_KEY_VIOLATION) {
      throw vendorNotFound(item.vendorId);
    }
    throw error;
  }
}

export function findItem(database: Queryable, id: number): Promise<Item | null> {
  return maybeOne(database, itemRow, sql`select ${columns} from inventory where id = ${id}`);
}

export interface ItemSearch {
  itemName?: string | undefined;
  vendorName?: string | undefined;
  vendorId?: number | undefined;
  category?: number | undefined;
  limit: number;
  cursor?: number | undefined;
}

export async function searchItems(database: Queryable, search: ItemSearch): Promise<Page<Item>> {
  const conditions = [sql`id > ${search.cursor ?? 0}`];
  if (search.itemName !== undefined) {
    conditions.push(sql`lower(item_name) like lower(${containsPattern(search.itemName)})`);
  }
  if (search.vendorName !== undefined) {
    conditions.push(
      sql`vendor_id in (select vendor.id from vendor
            where lower(vendor_name) like lower(${containsPattern(search.vendorName)}))`,
    );
  }
  if (search.vendorId !== undefined) conditions.push(sql`vendor_id = ${search.vendorId}`);
  if (search.category !== undefined) conditions.push(sql`category = ${search.category}`);
  const rows = await many(
    database,
    itemRow,
    sql`select ${columns} from inventory where ${sql.join(conditions, sql` and `)}
        order by id limit ${search.limit + 1}`,
  );
  return toPage(rows, search.limit, (row) => String(row.id));
}
