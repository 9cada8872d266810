import type { AttributeValue } from "@aws-sdk/client-dynamodb";

/** An item as DynamoDB's wire has it: numbers stay text, so that no amount passes through a float. */
export type Item = Record<string, AttributeValue>;

function missing(name: string, type: string): TypeError {
  return new TypeError(`the DynamoDB item's attribute ${name} is not of type ${type}`);
}

export function readText(item: Item, name: string): string {
  const value = item[name]?.S;
  if (value === undefined) throw missing(name, "S");
  return value;
}

export function readDecimal(item: Item, name: string): string {
  const value = item[name]?.N;
  if (value === undefined) throw missing(name, "N");
  return value;
}

export function readInteger(item: Item, name: string): number {
  const value = Number(readDecimal(item, name));
  if (!Number.isSafeInteger(value)) throw missing(name, "N (an integer)");
  return value;
}

/** An id, which the table keeps as text. */
export function readId(item: Item, name: string): number {
  const value = Number(readText(item, name));
  if (!Number.isSafeInteger(value)) throw missing(name, "S (an integer)");
  return value;
}

export function readMaps(item: Item, name: string): Item[] {
  const list = item[name]?.L;
  if (list === undefined) throw missing(name, "L");
  return list.map((element) => {
    if (element.M === undefined) throw missing(name, "L of M");
    return element.M;
  });
}
