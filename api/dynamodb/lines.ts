import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { totalOf, type CartLine } from "../values/cart.ts";
import { centsFromStorage, formatCents } from "../values/money.ts";
import { readDecimal, readId, readInteger, readMaps, readText, type Item } from "./attributes.ts";

export function writeLines(lines: readonly CartLine[]): AttributeValue {
  return {
    L: lines.map((line) => ({
      M: {
        line_number: { N: String(line.lineNumber) },
        item_id: { S: String(line.itemId) },
        item_name: { S: line.itemName },
        vendor_id: { S: String(line.vendorId) },
        category: { N: String(line.category) },
        qty: { N: String(line.quantity) },
        unit_price: { N: line.unitPrice },
        total_price: { N: line.totalPrice },
        ...(line.refersToLine === undefined
          ? {}
          : { refers_to_line: { N: String(line.refersToLine) } }),
      },
    })),
  };
}

/** DynamoDB drops a number's trailing zeros; two places come back here. */
export function readMoney(item: Item, name: string): string {
  return formatCents(centsFromStorage(readDecimal(item, name)));
}

export function readLines(item: Item): CartLine[] {
  return readMaps(item, "cart").map((line) => ({
    lineNumber: readInteger(line, "line_number"),
    itemId: readId(line, "item_id"),
    itemName: readText(line, "item_name"),
    vendorId: readId(line, "vendor_id"),
    category: readInteger(line, "category"),
    quantity: readInteger(line, "qty"),
    unitPrice: readMoney(line, "unit_price"),
    totalPrice: readMoney(line, "total_price"),
    ...(line["refers_to_line"] === undefined
      ? {}
      : { refersToLine: readInteger(line, "refers_to_line") }),
  }));
}

export function totalOfLines(lines: readonly CartLine[]): string {
  return totalOf(lines.map((line) => centsFromStorage(line.totalPrice)));
}
