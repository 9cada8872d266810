import { z } from "zod";
import * as field from "../schema/fields.ts";
import { itemFields } from "../schema/inputs/inventory.ts";

const itemLine = z.strictObject({
  sku: field.sku.optional(),
  item_name: itemFields.itemName,
  category: itemFields.category,
  price: itemFields.price,
  stock: field.stock.optional(),
});

/** The columns of a CSV upload, the keys of a JSON line. */
export const ITEM_COLUMNS: readonly string[] = Object.keys(itemLine.shape);

/** Those that every line has to fill. */
export const REQUIRED_COLUMNS: readonly string[] = Object.entries(itemLine.shape)
  .filter(([, schema]) => !schema.safeParse(undefined).success)
  .map(([name]) => name);

/** The fields of one line, in JSON and in CSV alike. */
export const itemLineSchema: z.ZodType = itemLine;

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

const MAXIMUM_REASON_CHARACTERS = 500;

/** What a line's fields, by the names of the columns, say of an item. */
export function checkFields(fields: object, line: number): ItemLine | RejectedLine {
  const parsed = itemLine.safeParse(fields);
  if (!parsed.success) {
    const reasons = parsed.error.issues.map(reasonOf);
    return { line, reason: reasons.join("; ").slice(0, MAXIMUM_REASON_CHARACTERS) };
  }
  const { sku = null, item_name: itemName, category, price, stock = null } = parsed.data;
  return { line, sku, itemName, category, price, stock };
}

function reasonOf(issue: z.core.$ZodIssue): string {
  if (issue.code === "unrecognized_keys") return `there is no field ${issue.keys.join(", ")}`;
  return `${issue.path.join(".")}: ${issue.message}`;
}
