import type { Dialect } from "../core/dialect.ts";
import type { Diagnostic } from "../core/diagnostic.ts";
import type { Column } from "../core/node.ts";
import type { DescribedColumn } from "../core/ports.ts";
import type { RelationName } from "../core/relation.ts";

interface Row {
  readonly declared?: string;
  readonly yields?: string;
}

/** Compares what a model yields with its contract: names, order and types, side by side when they differ. */
export function compareWithContract(
  relation: RelationName,
  contract: readonly Column[],
  described: readonly DescribedColumn[],
  dialect: Dialect,
): Diagnostic | undefined {
  const rows: Row[] = [];
  for (let index = 0; index < Math.max(contract.length, described.length); index += 1) {
    const column = contract[index];
    const found = described[index];
    rows.push({
      declared: column && `${column.name} ${dialect.describedType(column.type).toLowerCase()}`,
      yields: found && `${found.name} ${found.type.toLowerCase()}`,
    });
  }
  const differing = rows.filter((row) => row.declared !== row.yields);
  if (differing.length === 0) return undefined;
  const width = Math.max("declared".length, ...rows.map((row) => (row.declared ?? "").length));
  const line = (declared: string, yields: string, marker: string) =>
    `${marker} ${declared.padEnd(width)} | ${yields}`.trimEnd();
  return {
    code: "CONTRACT_MISMATCH",
    message: `${relation} yields other columns than its YAML declares (${differing.length} of ${rows.length} differ).`,
    place: contract[0]?.place,
    frame: [
      line("declared", "yields", " "),
      ...rows.map((row) =>
        line(row.declared ?? "-", row.yields ?? "-", row.declared === row.yields ? " " : ">"),
      ),
    ].join("\n"),
    hint: "Cast the column in the model's last CTE, or change the declaration.",
  };
}
