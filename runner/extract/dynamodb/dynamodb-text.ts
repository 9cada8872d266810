import type { AttributeValue } from "@aws-sdk/client-dynamodb";

/** A value that is not of the form that a table's YAML, or DynamoDB's own JSON, needs it to be. */
export class UnfitValue extends Error {}

export type Item = Readonly<Record<string, AttributeValue>>;

/** A number as DynamoDB writes it; at least one digit is for the reader to see to. */
export const numberPattern = /^([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/;

/** A DynamoDB number without an exponent: `1.5E+3` is `1500`. No digit is changed. */
export function plainNumber(text: string): string {
  const [, sign = "", whole = "", fraction = "", exponent] = numberPattern.exec(text) ?? [];
  if (exponent === undefined) return text;
  const digits = `${whole}${fraction}`;
  const point = whole.length + Number(exponent);
  const padded = digits.padStart(digits.length + Math.max(0, 1 - point), "0");
  const position = Math.max(1, point);
  const wholeDigits = padded
    .slice(0, position)
    .padEnd(position, "0")
    .replace(/^0+(?=\d)/, "");
  const fractionDigits = padded.slice(position);
  const minus = sign === "-" ? "-" : "";
  return fractionDigits === ""
    ? `${minus}${wholeDigits}`
    : `${minus}${wholeDigits}.${fractionDigits}`;
}

/**
 * A value as a column's text: scalars as they are, maps, lists and sets as JSON, binary in base64; null for none. Sets
 * have no order in DynamoDB and get that of their texts, so that the same item gives the same text.
 */
export function columnText(value: AttributeValue | undefined): string | null {
  if (value === undefined || value.NULL !== undefined) return null;
  if (value.S !== undefined) return value.S;
  if (value.N !== undefined) return plainNumber(value.N);
  if (value.BOOL !== undefined) return String(value.BOOL);
  if (value.B !== undefined) return base64(value.B);
  return plainJson(value);
}

/** A value as JSON that says what it holds; numbers keep all of their digits. */
function plainJson(value: AttributeValue): string {
  if (value.S !== undefined) return JSON.stringify(value.S);
  if (value.N !== undefined) return plainNumber(value.N);
  if (value.BOOL !== undefined) return String(value.BOOL);
  if (value.B !== undefined) return JSON.stringify(base64(value.B));
  if (value.L !== undefined) return `[${value.L.map(plainJson).join(",")}]`;
  if (value.M !== undefined) return jsonObject(value.M, plainJson);
  if (value.SS !== undefined) return JSON.stringify(value.SS.toSorted());
  if (value.NS !== undefined) return `[${value.NS.map(plainNumber).toSorted().join(",")}]`;
  if (value.BS !== undefined) return JSON.stringify(value.BS.map(base64).toSorted());
  if (value.NULL !== undefined) return "null";
  throw unknownKind(value);
}

/** An item in DynamoDB's own JSON (`{"pk":{"S":"…"}}`) with sorted names: the same item gives the same text. */
export function itemJson(item: Item): string {
  return jsonObject(item, typedJson);
}

/** The beginning of an item for a message, whatever is wrong with the rest of it. */
export function itemExcerpt(item: Item): string {
  try {
    return itemJson(item);
  } catch {
    return Object.keys(item).join(", ");
  }
}

function typedJson(value: AttributeValue): string {
  if (value.S !== undefined) return `{"S":${JSON.stringify(value.S)}}`;
  if (value.N !== undefined) return `{"N":${JSON.stringify(value.N)}}`;
  if (value.BOOL !== undefined) return `{"BOOL":${String(value.BOOL)}}`;
  if (value.L !== undefined) return `{"L":[${value.L.map(typedJson).join(",")}]}`;
  if (value.M !== undefined) return `{"M":${jsonObject(value.M, typedJson)}}`;
  if (value.B !== undefined) return `{"B":${JSON.stringify(base64(value.B))}}`;
  if (value.SS !== undefined) return `{"SS":${JSON.stringify(value.SS.toSorted())}}`;
  if (value.NS !== undefined) return `{"NS":${JSON.stringify(value.NS.toSorted())}}`;
  if (value.BS !== undefined) return `{"BS":${JSON.stringify(value.BS.map(base64).toSorted())}}`;
  if (value.NULL !== undefined) return '{"NULL":true}';
  throw unknownKind(value);
}

/** What DynamoDB may add to its types one day is refused: nobody knows how to keep it whole. */
function unknownKind(value: AttributeValue): UnfitValue {
  const name = value.$unknown?.[0] ?? Object.keys(value)[0] ?? "nothing";
  return new UnfitValue(`a value is of the unknown type ${name}`);
}

function jsonObject(item: Item, print: (value: AttributeValue) => string): string {
  const members = Object.entries(item)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, value]) => `${JSON.stringify(name)}:${print(value)}`);
  return `{${members.join(",")}}`;
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
}
