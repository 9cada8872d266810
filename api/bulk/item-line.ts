import { z } from "zod";
import * as field from "../schema/fields.ts";
import { itemFields } from "../schema/inputs/inventory.ts";
import type { ReadLine } from "./read-lines.ts";

const itemLine = z.strictObject({
  sku: field.sku.optional(),
  item_name: itemFields.itemName,
  category: itemFields.category,
  price: itemFields.price,
  stock: field.stock.optional(),
});

/** The columns of a CSV upload, the keys of a JSON line. */
export const ITEM_COLUMNS: readonly string[] = Object.keys(itemLine.shape);

/** What a good line says of an item. */
export interface ItemLine {
  line: number;
  sku: string | null;
  itemName: string;
  category: number;
  price: string;
  /** Null: as it is, or of a new item not counted. */
  stock: number | null;
}

export interface RejectedLine {
  line: number;
  reason: string;
}

export function checkLine(read: ReadLine): ItemLine | RejectedLine {
  if ("reason" in read) return read;
  const { line, fields } = read;
  const parsed = itemLine.safeParse(fields);
  if (!parsed.success) {
    const reasons = parsed.error.issues.map((issue) =>
      issue.path.length === 0 ? issue.message : `${issue.path.join(".")}: ${issue.message}`,
    );
    return { line, reason: reasons.join("; ").slice(0, 500) };
  }
  const { sku = null, item_name: itemName, category, price, stock = null } = parsed.data;
  return { line, sku, itemName, category, price, stock };
}
