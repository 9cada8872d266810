import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { totalOf, type CartLine, type ShownLine } from "../values/cart.ts";
import { centsFromStorage, formatCents } from "../values/money.ts";
import { readDecimal, readId, readInteger, readMaps, readText, type Item } from "./attributes.ts";

function writeLine(line: CartLine): Item {
  return {
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
  };
}

export function writeLines(lines: readonly CartLine[]): AttributeValue {
  return { L: lines.map((line) => ({ M: writeLine(line) })) };
}

export function writeShownLines(lines: readonly ShownLine[]): AttributeValue {
  return {
    L: lines.map((line) => ({ M: { ...writeLine(line), priced_at: { S: line.pricedAt } } })),
  };
}

/** DynamoDB drops a number's trailing zeros; two places come back here. */
export function readMoney(item: Item, name: string): string {
  return formatCents(centsFromStorage(readDecimal(item, name)));
}

function readLine(line: Item): CartLine {
  return {
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
  };
}

export function readLines(item: Item): CartLine[] {
  return readMaps(item, "cart").map(readLine);
}

export function readShownLines(item: Item): ShownLine[] {
  return readMaps(item, "cart").map((line) => ({
    ...readLine(line),
    // The first carts did not say when each of their lines was priced.
    pricedAt: line["priced_at"]?.S ?? readText(item, "updated_at"),
  }));
}

export function totalOfLines(lines: readonly CartLine[]): string {
  return totalOf(lines.map((line) => centsFromStorage(line.totalPrice)));
}
