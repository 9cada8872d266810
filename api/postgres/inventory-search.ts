import { toPage, type Page } from "../values/cursor.ts";
import { containsPattern } from "../values/like.ts";
import { isForSale, itemColumns, itemRow, type Item } from "./inventory.ts";
import { many, sql, type Queryable } from "./pool.ts";

export interface ItemSearch {
  itemName?: string | undefined;
  vendorName?: string | undefined;
  vendorId?: number | undefined;
  category?: number | undefined;
  minPrice?: string | undefined;
  maxPrice?: string | undefined;
  inStock?: boolean | undefined;
  /** Whose items are found also when they are archived. */
  archivedOf: "nobody" | "everybody" | { vendorId: number };
  limit: number;
  cursor?: number | undefined;
}

/** What an item must be like, whatever its name is. */
function filtersOf(search: ItemSearch) {
  const { archivedOf } = search;
  const filters = [];
  if (archivedOf === "nobody") filters.push(isForSale);
  else if (archivedOf !== "everybody") {
    filters.push(sql`(${isForSale} or inventory.vendor_id = ${archivedOf.vendorId})`);
  }
  if (search.vendorName !== undefined) {
    filters.push(
      sql`vendor_id in (select vendor.id from vendor
            where lower(vendor_name) like lower(${containsPattern(search.vendorName)}))`,
    );
  }
  if (search.vendorId !== undefined) filters.push(sql`vendor_id = ${search.vendorId}`);
  if (search.category !== undefined) filters.push(sql`category = ${search.category}`);
  if (search.minPrice !== undefined) filters.push(sql`price >= ${search.minPrice}::numeric`);
  if (search.maxPrice !== undefined) filters.push(sql`price <= ${search.maxPrice}::numeric`);
  if (search.inStock !== undefined) {
    filters.push(search.inStock ? sql`stock > 0` : sql`stock = 0`);
  }
  return filters;
}

export async function searchItems(database: Queryable, search: ItemSearch): Promise<Page<Item>> {
  const conditions = [sql`id > ${search.cursor ?? 0}`, ...filtersOf(search)];
  if (search.itemName !== undefined) {
    conditions.push(sql`lower(item_name) like lower(${containsPattern(search.itemName)})`);
  }
  const rows = await many(
    database,
    itemRow,
    sql`select ${itemColumns} from inventory where ${sql.join(conditions, sql` and `)}
        order by id limit ${search.limit + 1}`,
  );
  return toPage(rows, search.limit, (row) => String(row.id));
}
