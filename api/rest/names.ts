/** The REST paths speak as the shop's first API did: snake_case, and these words of its own. */
const WORDS: readonly (readonly [rest: string, procedure: string])[] = [
  ["cart", "lines"],
  ["qty", "quantity"],
];

const TO_PROCEDURE = new Map(WORDS);
const TO_REST = new Map(WORDS.map(([rest, procedure]) => [procedure, rest] as const));

/** Details name fields in these. */
const NAMING_FIELDS = new Set(["field", "path"]);

export type Fields = Record<string, unknown>;

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function procedureName(name: string): string {
  return (
    TO_PROCEDURE.get(name) ??
    name.replace(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase())
  );
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter: string) => `_${letter.toLowerCase()}`);
}

export function restName(name: string): string {
  return TO_REST.get(name) ?? snakeCase(name);
}

/** Such as `lines.0.unitPrice`. */
export function restPath(path: string): string {
  return path.split(".").map(restName).join(".");
}

function rename(value: unknown, nameOf: (name: string) => string): unknown {
  if (Array.isArray(value)) return value.map((element) => rename(element, nameOf));
  if (!isFields(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [nameOf(name), rename(field, nameOf)]),
  );
}

/** A body's or query's fields as the procedures name them. */
export function toProcedure(fields: Fields): Fields {
  return rename(fields, procedureName) as Fields;
}

/** A procedure's answer as a REST caller reads it. */
export function toRest(value: unknown): unknown {
  return rename(value, restName);
}

/** The details of a failure: in snake_case, and so are the fields that they name. */
export function detailsToRest(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(detailsToRest);
  if (!isFields(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [
      snakeCase(name),
      NAMING_FIELDS.has(name) && typeof field === "string" ? restPath(field) : detailsToRest(field),
    ]),
  );
}

/** A name that no REST path knows, since it is not snake_case; undefined when all could be known. */
export function findForeignName(value: unknown): string | undefined {
  if (Array.isArray(value)) return firstOf(value, findForeignName);
  if (!isFields(value)) return undefined;
  const foreign = Object.keys(value).find((name) => restName(procedureName(name)) !== name);
  return foreign ?? firstOf(Object.values(value), findForeignName);
}

function firstOf<Found>(
  values: readonly unknown[],
  find: (value: unknown) => Found | undefined,
): Found | undefined {
  for (const value of values) {
    const found = find(value);
    if (found !== undefined) return found;
  }
  return undefined;
}
