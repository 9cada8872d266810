import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import type { DynamoDbSourceTable, SourceColumn } from "../../core/node.ts";
import { extractFailure, shorten } from "../extract-failure.ts";
import { columnText, itemJson, type Item } from "./dynamodb-text.ts";

/** The declared columns' texts in their order, and the original item where the table keeps it. */
export type TextRow = readonly (string | null)[];

/** An item's rows: one, or one for each element of the exploded list. */
export function rowsOf(table: DynamoDbSourceTable, item: Item): readonly TextRow[] {
  const { columns, explode } = table;
  if (explode === undefined) {
    return [
      [...columns.map((column) => columnText(item[column.from ?? column.name])), itemJson(item)],
    ];
  }
  return elementsOf(table, item, explode).map((element, index) =>
    columns.map((column) => elementText(column, { item, element, position: index + 1 })),
  );
}

function elementText(
  column: SourceColumn,
  at: { readonly item: Item; readonly element: Item; readonly position: number },
): string | null {
  const from = column.from ?? column.name;
  if (from === "position") return String(at.position);
  if (from.startsWith("item.")) return columnText(at.item[from.slice("item.".length)]);
  return columnText(at.element[from]);
}

function elementsOf(table: DynamoDbSourceTable, item: Item, explode: string): readonly Item[] {
  const value = item[explode];
  if (value === undefined || value.NULL !== undefined) return [];
  const elements = value.L;
  if (elements === undefined)
    throw notExplodable(table, item, `${explode} is ${kindOf(value)}, not a list`);
  return elements.map((element, index) => {
    if (element.M !== undefined) return element.M;
    throw notExplodable(
      table,
      item,
      `element ${index + 1} of ${explode} is ${kindOf(element)}, not a map`,
    );
  });
}

function kindOf(value: AttributeValue): string {
  return `of DynamoDB's type ${Object.keys(value)[0] ?? "unknown"}`;
}

function notExplodable(table: DynamoDbSourceTable, item: Item, what: string): Error {
  return extractFailure(table, {
    message: `${what} (item ${shorten(itemJson(item), 120)}).`,
    cause: "No row of this table was committed.",
    hint: "Correct the item, or the table's `explode` in the source's YAML.",
  });
}
