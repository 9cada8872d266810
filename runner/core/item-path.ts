/** A step into a map by name, or into a list by position from 0. */
export type ItemStep = string | number;

/** A place inside a DynamoDB item, written as DynamoDB's document paths are: `address.city`, `phones[0].number`. */
export interface ItemPath {
  /** As written: an attribute whose whole name this is comes first, for names may hold dots. */
  readonly text: string;
  readonly steps: readonly [string, ...ItemStep[]];
}

const partPattern = /^([^.[\]]+)((?:\[\d+\])*)$/;

/** Undefined when the text is no path. */
export function parseItemPath(text: string): ItemPath | undefined {
  const steps: ItemStep[] = [];
  for (const part of text.split(".")) {
    const [, name, indexes = ""] = partPattern.exec(part) ?? [];
    if (name === undefined) return undefined;
    steps.push(name, ...[...indexes.matchAll(/\d+/g)].map(([index]) => Number(index)));
  }
  const [first, ...rest] = steps;
  return typeof first === "string" ? { text, steps: [first, ...rest] } : undefined;
}

/**
 * The lists that a table's `explode` goes through, outermost first: `cart`, `order.lines`, and with `[]` a list within
 * each element of another, `cart[].discounts`. Undefined when the text is no such path.
 */
export function parseExplode(text: string): readonly ItemPath[] | undefined {
  const paths = text.split("[].").map(parseItemPath);
  return paths.every((path) => path !== undefined) ? paths : undefined;
}

/** Where a column's value stands, seen from a row's innermost element: `levels` up, 0 being the element itself. */
export type ColumnPlace =
  | { readonly kind: "position"; readonly levels: number }
  | { readonly kind: "value"; readonly levels: number; readonly path: ItemPath }
  /** The element itself, where it is no map. */
  | { readonly kind: "element"; readonly path: ItemPath };

/**
 * Reads a column's `from` in a table that goes through `depth` lists; 0 is a table with a row for each item. In an
 * exploded table `item.` begins at the item, `parent.` at the element around an inner list, `position` counts elements
 * from 1, and `element` is an element that is no map. Undefined when the text is no path.
 */
export function parseColumnPlace(text: string, depth: number): ColumnPlace | undefined {
  let rest = text;
  let levels = 0;
  if (depth > 0 && rest.startsWith("item.")) {
    rest = rest.slice("item.".length);
    levels = depth;
  }
  while (levels < depth - 1 && rest.startsWith("parent.")) {
    rest = rest.slice("parent.".length);
    levels += 1;
  }
  if (levels < depth && rest === "position") return { kind: "position", levels };
  const path = parseItemPath(rest);
  if (path === undefined) return undefined;
  return depth > 0 && levels === 0 && rest === "element"
    ? { kind: "element", path }
    : { kind: "value", levels, path };
}
