import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import type { ItemPath } from "../../core/item-path.ts";
import { UnfitValue, type Item } from "./dynamodb-text.ts";

/** The value at a path; undefined where an attribute, or a list's element, is absent, or null on the way. */
export function valueAt(item: Item, { text, steps }: ItemPath): AttributeValue | undefined {
  const whole = attribute(item, text);
  if (whole !== undefined) return whole;
  const [first, ...rest] = steps;
  let value = attribute(item, first);
  let reached: string = first;
  for (const step of rest) {
    if (value === undefined || value.NULL !== undefined) return undefined;
    if (typeof step === "number") {
      if (value.L === undefined) throw new UnfitValue(`${reached} is ${kindOf(value)}, not a list`);
      value = value.L[step];
      reached += `[${step}]`;
    } else {
      if (value.M === undefined) throw new UnfitValue(`${reached} is ${kindOf(value)}, not a map`);
      value = attribute(value.M, step);
      reached += `.${step}`;
    }
  }
  return value;
}

/** The elements of the list or set at a path; none where it is absent or null. */
export function elementsAt(item: Item, path: ItemPath): readonly AttributeValue[] {
  const value = valueAt(item, path);
  if (value === undefined || value.NULL !== undefined) return [];
  if (value.L !== undefined) return value.L;
  if (value.SS !== undefined) return value.SS.map((text) => ({ S: text }));
  if (value.NS !== undefined) return value.NS.map((text) => ({ N: text }));
  if (value.BS !== undefined) return value.BS.map((bytes) => ({ B: bytes }));
  throw new UnfitValue(`${path.text} is ${kindOf(value)}, not a list`);
}

export function kindOf(value: AttributeValue): string {
  return `of DynamoDB's type ${Object.keys(value)[0] ?? "unknown"}`;
}

/** An attribute may be called as something that every object has. */
function attribute(item: Item, name: string): AttributeValue | undefined {
  return Object.hasOwn(item, name) ? item[name] : undefined;
}
