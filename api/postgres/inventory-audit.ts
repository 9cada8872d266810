import { z } from "zod";
import { toPage, type Page } from "../values/cursor.ts";
import { many, sql, utc, type Queryable } from "./pool.ts";

export const changeRow = z.object({
  changeId: z.string(),
  changedAt: z.string(),
  change: z.enum(["created", "changed", "archived", "restored", "deleted"]),
  oldPrice: z.string().nullable(),
  newPrice: z.string().nullable(),
  oldStock: z.int().nullable(),
  newStock: z.int().nullable(),
  actor: z.string(),
  reason: z.string().nullable(),
});

/**
 * One change of an item's price or stock, as the database saw it. `actor` is a caller (`vendor:3`, `admin`), a
 * purchase (`reservation:<id>`, `refund:<id>`) or, for plain SQL, `database:<user>`.
 */
export type ItemHistoryEntry = z.infer<typeof changeRow>;

export interface ChangesOfItem {
  itemId: number;
  /** Only what was changed while the item was this vendor's; null for all. */
  onlyVendorId: number | null;
  limit: number;
  /** A change id; the page holds older ones. */
  cursor?: string | undefined;
}

/** Newest first. */
export async function findItemChanges(
  database: Queryable,
  { itemId, onlyVendorId, limit, cursor }: ChangesOfItem,
): Promise<Page<ItemHistoryEntry>> {
  const conditions = [sql`item_id = ${itemId}`];
  if (onlyVendorId !== null) conditions.push(sql`vendor_id = ${onlyVendorId}`);
  if (cursor !== undefined) conditions.push(sql`change_id < ${cursor}::bigint`);
  const rows = await many(
    database,
    changeRow,
    sql`select change_id as "changeId", ${utc("changed_at")} as "changedAt", change,
          old_price as "oldPrice", new_price as "newPrice", old_stock as "oldStock",
          new_stock as "newStock", actor, reason
        from inventory_audit where ${sql.join(conditions, sql` and `)}
        order by change_id desc limit ${limit + 1}`,
  );
  return toPage(rows, limit, (row) => row.changeId);
}
