import type { Template } from "../core/node.ts";

/**
 * One text for all values that mean the same: keys sorted, undefined ones and places left out, templates as their
 * text with line feeds alone.
 */
export function canonicalText(value: unknown): string {
  return JSON.stringify(value, (_key, held: unknown) => {
    if (typeof held !== "object" || held === null || Array.isArray(held)) return held;
    if (isPlace(held)) return undefined;
    if (isTemplate(held)) return held.text.replaceAll("\r\n", "\n");
    const keys = Object.keys(held);
    if (keys.every((key, index) => index === 0 || (keys[index - 1] ?? "") <= key)) return held;
    const record = held as Readonly<Record<string, unknown>>;
    return Object.fromEntries(keys.sort().map((key) => [key, record[key]]));
  });
}

/** Every template that stands anywhere in a value. */
export function templatesIn(value: unknown): readonly Template[] {
  if (typeof value !== "object" || value === null) return [];
  if (isTemplate(value)) return [value];
  return Object.values(value).flatMap((held) => (isLeaf(held) ? [] : templatesIn(held)));
}

function isLeaf(value: unknown): boolean {
  return typeof value !== "object" || value === null;
}

function isTemplate(value: object): value is Template {
  return "text" in value && "refs" in value && typeof value.text === "string";
}

function isPlace(value: object): boolean {
  return (
    "file" in value &&
    "line" in value &&
    "column" in value &&
    typeof value.file === "string" &&
    typeof value.line === "number" &&
    typeof value.column === "number"
  );
}
