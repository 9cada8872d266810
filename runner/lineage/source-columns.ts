import type { ColumnUse } from "../core/column-lineage.ts";
import { parseColumnPlace, parseExplode } from "../core/item-path.ts";
import type { ColumnLineage, LineageRelation, RelationLineage } from "../core/project-lineage.ts";
import { holdsSourceValues } from "../core/quarantine.ts";
import type { SourceColumn, SourceTable } from "../core/source-table.ts";
import {
  deletedColumn,
  itemColumn,
  keepsItem,
  technicalColumns,
} from "../core/technical-columns.ts";

/** A table as its source has it, and the raw relation that extraction makes of it. */
export function sourceLineage(
  table: SourceTable,
  rejectedFrom: SourceTable | undefined,
): readonly RelationLineage[] {
  if (rejectedFrom !== undefined) return [ofQuarantine(table, rejectedFrom)];
  const relation = sourceRelation(table);
  const taken = table.columns.map((column) => {
    const name = placeInSource(table, column);
    return { column, name, use: use(relation, name, "identity") };
  });
  const whole = taken.map(({ name }) => use(relation, name, "transformation"));
  const keys = taken.filter(({ column }) => table.key.includes(column.name));
  const technical = technicalColumns(keepsItem(table), table.deletes !== undefined);
  const columns = [
    ...taken.map(({ column, use: from }) => ({
      name: column.name,
      from: [from],
      place: column.place,
    })),
    ...technical.map(({ name }): ColumnLineage => {
      const ofKeys = keys.map((key) => use(relation, key.name, "condition"));
      const from = name === itemColumn ? whole : name === deletedColumn ? ofKeys : [];
      return { name, from, isTechnical: true };
    }),
  ];
  const names = [...new Set(taken.map(({ name }) => name))];
  return [
    { relation, kind: "source_table", columns: byName(names.map(sourceColumn)), rows: [] },
    { relation: table.relation, kind: "source", columns: byName(columns), rows: [] },
  ];
}

function sourceRelation({ source, table }: SourceTable): LineageRelation {
  return `source:${source}.${table}`;
}

function sourceColumn(name: string): ColumnLineage {
  return { name, from: [] };
}

/** What a source's column is called there: a path into the item, with `[]` for each element of a list. */
function placeInSource(table: SourceTable, { name, from }: SourceColumn): string {
  if (table.connector === "postgres") return name;
  const lists = parseExplode(table.explode ?? "") ?? [];
  const place = parseColumnPlace(from ?? name, lists.length);
  if (place === undefined) return from ?? name;
  const levels = place.kind === "element" ? 0 : place.levels;
  const around = lists.slice(0, lists.length - levels).map(({ text }) => `${text}[]`);
  switch (place.kind) {
    case "position":
      return `${around.join(".")} position`;
    case "element":
      return around.join(".");
    case "value":
      return [...around, place.path.text].join(".");
    default:
      return place satisfies never;
  }
}

/** Rows that a table did not take, as the source sent them. */
function ofQuarantine(table: SourceTable, rejectedFrom: SourceTable): RelationLineage {
  const relation = sourceRelation(rejectedFrom);
  const from = rejectedFrom.columns.map((column) =>
    use(relation, placeInSource(rejectedFrom, column), "transformation"),
  );
  const columns = [
    ...table.columns.map((column) => ({
      name: column.name,
      from: holdsSourceValues(column) ? from : [],
    })),
    ...technicalColumns(false).map(({ name }) => ({ name, from: [] })),
  ].map((column): ColumnLineage => ({ ...column, isTechnical: true }));
  return { relation: table.relation, kind: "source", columns: byName(columns), rows: [] };
}

export function byName(columns: readonly ColumnLineage[]): ReadonlyMap<string, ColumnLineage> {
  return new Map(columns.map((column) => [column.name, column]));
}

function use(relation: string, column: string, how: ColumnUse["how"]): ColumnUse {
  return { relation, column, how };
}
