import type { Template } from "../core/template.ts";

/**
 * One text for all values that mean the same: keys sorted, undefined ones and places left out, templates as their
 * text with line feeds alone. By hand, because this is done to every part of every node.
 */
export function canonicalText(value: unknown): string {
  if (value === undefined) return "null";
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(",")}]`;
  if (isTemplate(value)) return JSON.stringify(value.text.replaceAll("\r\n", "\n"));
  const record = value as Readonly<Record<string, unknown>>;
  let text = "";
  for (const key of Object.keys(record).sort()) {
    const held = record[key];
    if (held === undefined || isPlace(held)) continue;
    text += `${text === "" ? "" : ","}${JSON.stringify(key)}:${canonicalText(held)}`;
  }
  return `{${text}}`;
}

/** Every template that stands anywhere in a value. */
export function templatesIn(value: unknown, found: Template[] = []): readonly Template[] {
  if (typeof value !== "object" || value === null) return found;
  if (isTemplate(value)) {
    found.push(value);
    return found;
  }
  for (const held of Object.values(value)) templatesIn(held, found);
  return found;
}

function isTemplate(value: object): value is Template {
  return "text" in value && "refs" in value && typeof value.text === "string";
}

function isPlace(value: unknown): boolean {
  return (
    typeof value === "object" &&
    value !== null &&
    "file" in value &&
    "line" in value &&
    "column" in value &&
    typeof value.line === "number" &&
    typeof value.column === "number"
  );
}
