import { ITEM_COLUMNS, REQUIRED_COLUMNS } from "./item-line.ts";

const HINT = `The first line names the columns, separated by commas: ${ITEM_COLUMNS.join(",")} (${REQUIRED_COLUMNS.join(", ")} are needed).`;

/** A first line that does not name the columns: nothing can be read by it. */
export class HeaderError extends Error {
  readonly hint = HINT;
}

const OTHER_SEPARATORS: readonly (readonly [separator: string, name: string])[] = [
  [";", "semicolons"],
  ["\t", "tabs"],
  ["|", "bars"],
];

/** The names of the columns from the first line's cells, or from why it has none. A column without a name stays empty. */
export function columnsOf(cells: readonly string[] | string): readonly string[] {
  if (typeof cells === "string") {
    throw new HeaderError(`The first line does not name the columns: ${cells}.`);
  }
  const names = cells.map((name) => name.trim());
  const missing = REQUIRED_COLUMNS.filter((name) => !names.includes(name));
  if (missing.length > 0) {
    const [, separators] =
      OTHER_SEPARATORS.find(([separator]) => names.length === 1 && names[0]?.includes(separator)) ??
      [];
    throw new HeaderError(
      separators === undefined
        ? `The first line does not name the ${listed(missing)}.`
        : `The first line separates the columns by ${separators}, not by commas.`,
    );
  }
  const named = names.filter((name) => name !== "");
  const unknown = named.filter((name) => !ITEM_COLUMNS.includes(name));
  if (unknown.length > 0) {
    throw new HeaderError(`The first line names the ${listed(unknown)}, which no item has.`);
  }
  const twice = named.find((name, index) => named.indexOf(name) !== index);
  if (twice !== undefined) throw new HeaderError(`The first line names the column ${twice} twice.`);
  return names;
}

const MAXIMUM_CHARACTERS = 200;

function listed(columns: readonly string[]): string {
  const list = columns.join(", ").slice(0, MAXIMUM_CHARACTERS);
  return columns.length === 1 ? `column ${list}` : `columns ${list}`;
}
