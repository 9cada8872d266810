import type { Replacement } from "./dialect.ts";
import type { Incremental } from "./materialization.ts";
import type { Column } from "./node-base.ts";

/** Which published rows the rows since a watermark replace. */
export function replacementOf(
  materialization: Exclude<Incremental, { readonly strategy: "by_interval" }>,
  columns: readonly Pick<Column, "name" | "type">[],
): Replacement {
  const named = (names: readonly string[], nullable: boolean) =>
    columns
      .filter((column) => names.includes(column.name))
      .map(({ name, type }) => ({ name, type, nullable }));
  switch (materialization.strategy) {
    case "append":
      return { by: "nothing" };
    // A key with a null in it is refused: it would find no row to replace and double it, run by run.
    case "merge":
      return { by: "values", columns: named(materialization.key, false) };
    case "delete_insert":
      return { by: "values", columns: named(materialization.replace, true) };
  }
}
