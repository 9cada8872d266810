import { undeclaredClass } from "./access.ts";
import type { Column } from "./node-base.ts";
import { itemColumn, technicalColumns } from "./technical-columns.ts";

/**
 * The classes of a column of the raw zone. Nobody said what is in a column that came with `on_schema_change: evolve`, nor
 * in the item that a row was made of: these may hold anything.
 */
export function rawColumnClasses(
  { columns }: { readonly columns: readonly Column[] },
  name: string,
): readonly string[] {
  const declared = columns.find((column) => column.name === name);
  if (declared !== undefined) return declared.classes ?? [];
  const isTechnical = technicalColumns(false, true).some((column) => column.name === name);
  if (isTechnical) return [];
  if (name !== itemColumn) return [undeclaredClass];
  return [...allClasses(columns), undeclaredClass];
}

/** Every class that a column of these has, each once. */
export function allClasses(columns: readonly Column[]): readonly string[] {
  return [...new Set(columns.flatMap(({ classes = [] }) => classes))];
}
