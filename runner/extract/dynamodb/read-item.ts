import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { numberPattern, UnfitValue, type Item } from "./dynamodb-text.ts";

/**
 * An item of DynamoDB's own JSON, as `itemJson` and table exports write it, in the form that the SDK gives. Throws
 * `UnfitValue` for anything else.
 */
export function readItem(json: unknown): Item {
  return readMap(json);
}

function readMap(json: unknown): Record<string, AttributeValue> {
  if (typeof json !== "object" || json === null || Array.isArray(json)) throw malformed(json);
  const entries = Object.entries(json).map(([name, value]) => [name, readValue(value)] as const);
  return Object.fromEntries(entries);
}

function readValue(json: unknown): AttributeValue {
  if (typeof json !== "object" || json === null) throw malformed(json);
  const [entry, ...more] = Object.entries(json) as [string, unknown][];
  if (entry === undefined || more.length > 0) throw malformed(json);
  const [kind, value] = entry;
  switch (kind) {
    case "S":
      return { S: readText(value) };
    case "N":
      return { N: readNumber(value) };
    case "B":
      return { B: readBytes(value) };
    case "BOOL":
      if (typeof value !== "boolean") throw malformed(json);
      return { BOOL: value };
    case "NULL":
      if (value !== true) throw malformed(json);
      return { NULL: true };
    case "L":
      return { L: readList(value).map(readValue) };
    case "M":
      return { M: readMap(value) };
    case "SS":
      return { SS: readList(value).map(readText) };
    case "NS":
      return { NS: readList(value).map(readNumber) };
    case "BS":
      return { BS: readList(value).map(readBytes) };
    default:
      throw new UnfitValue(`a value is of the unknown type ${kind}`);
  }
}

function readList(json: unknown): readonly unknown[] {
  if (!Array.isArray(json)) throw malformed(json);
  return json as readonly unknown[];
}

function readText(json: unknown): string {
  if (typeof json !== "string") throw malformed(json);
  return json;
}

function readNumber(json: unknown): string {
  const text = readText(json);
  if (!numberPattern.test(text) || !/\d/.test(text)) throw malformed(json);
  return text;
}

const base64Pattern = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

function readBytes(json: unknown): Uint8Array {
  const text = readText(json);
  if (!base64Pattern.test(text)) throw malformed(json);
  return new Uint8Array(Buffer.from(text, "base64"));
}

function malformed(json: unknown): UnfitValue {
  return new UnfitValue(`${JSON.stringify(json)} is no value of DynamoDB's JSON`);
}
