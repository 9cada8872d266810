import { closest } from "../core/closest.ts";
import type { Dialect } from "../core/dialect.ts";
import type { Diagnostic } from "../core/diagnostic.ts";
import type { Column } from "../core/node-base.ts";
import type { DescribedColumn } from "../core/ports.ts";
import type { RelationName } from "../core/relation.ts";
import { alignColumns } from "./align-columns.ts";
import type { AlignedColumn } from "./align-columns.ts";

/** In a longer contract, columns far from any difference are left out of the picture. */
const mostRows = 30;

/** Compares what a model yields with its contract: names, types and order, side by side when they differ. */
export function compareWithContract(
  relation: RelationName,
  contract: readonly Column[],
  described: readonly DescribedColumn[],
  dialect: Dialect,
): Diagnostic | undefined {
  const declared = contract.map(({ name, type }) => ({
    name,
    type: dialect.describedType(type).toLowerCase(),
  }));
  const yielded = described.map(({ name, type }) => ({ name, type: type.toLowerCase() }));
  const rows = alignColumns(declared, yielded);
  const first = rows.findIndex(({ differences }) => differences.length > 0);
  if (first < 0) return undefined;
  // An extra column is told at the declared one before it.
  const nearest = rows.slice(0, first + 1).findLast((row) => row.declared !== undefined)?.declared;
  const at = contract.find(({ name }) => name === nearest?.name) ?? contract[0];
  return {
    code: "CONTRACT_MISMATCH",
    message: `${relation} yields other columns than its YAML declares: ${summary(rows)}.`,
    place: at?.place,
    frame: picture(rows),
    hint: hintFor(rows, relation),
  };
}

function summary(rows: readonly AlignedColumn[]): string {
  const count = (kind: AlignedColumn["differences"][number]) =>
    rows.filter(({ differences }) => differences.includes(kind)).length;
  const parts: readonly (readonly [number, string])[] = [
    [count("missing"), "missing"],
    [count("extra"), "extra"],
    [count("type"), "of another type"],
    [count("order"), "out of order"],
  ];
  return parts
    .filter(([number]) => number > 0)
    .map(([number, words]) => `${number} ${words}`)
    .join(", ");
}

function picture(rows: readonly AlignedColumn[]): string {
  const print = (column: AlignedColumn["declared"]) =>
    column === undefined ? "-" : `${column.name} ${column.type}`;
  const cells = rows.map((row) => ({
    declared: print(row.declared),
    yields: print(row.yields),
    what: row.differences.map((kind) => (kind === "order" ? orderOf(row) : kind)).join(", "),
  }));
  const width = (of: (cell: (typeof cells)[number]) => string, title: string) =>
    Math.max(title.length, ...cells.map((cell) => of(cell).length));
  const left = width(({ declared }) => declared, "declared");
  const right = width(({ yields }) => yields, "yields");
  const line = (marker: string, declared: string, yields: string, what: string) =>
    `${marker} ${declared.padEnd(left)} | ${yields.padEnd(right)} | ${what}`.replace(/[ |]+$/, "");
  const lines = [line(" ", "declared", "yields", "")];
  const isNear = (index: number) =>
    rows.slice(Math.max(0, index - 1), index + 2).some((row) => row.differences.length > 0);
  cells.forEach(({ declared, yields, what }, index) => {
    if (rows.length <= mostRows || isNear(index)) {
      lines.push(line(what === "" ? " " : ">", declared, yields, what));
    } else if (lines.at(-1) !== "  …") lines.push("  …");
  });
  return lines.join("\n");
}

function orderOf({ yieldedAt = 0 }: AlignedColumn): string {
  return `order (column ${yieldedAt + 1} of the query)`;
}

function hintFor(rows: readonly AlignedColumn[], relation: RelationName): string {
  const named = (kind: "missing" | "extra") =>
    rows
      .filter(({ differences }) => differences.includes(kind))
      .map(({ declared, yields }) => (declared ?? yields)?.name ?? "");
  const extra = named("extra");
  const renamed = named("missing").flatMap((name) => {
    const near = closest(name, extra);
    return near === undefined ? [] : [`Is "${near}" in the query what the YAML calls "${name}"?`];
  });
  const hasTypes = rows.some(({ differences }) => differences.includes("type"));
  return [
    ...renamed,
    `${hasTypes ? "Cast in the model's last CTE" : "Change the model's last select"}, or take over what the query yields: runner contract infer ${relation} --write`,
  ].join(" ");
}
