import type { ColumnType } from "../core/column-type.ts";
import type { Dialect } from "../core/dialect.ts";
import type { FixtureRow } from "../core/unit-test.ts";

export interface TypedColumn {
  readonly name: string;
  readonly type: ColumnType;
}

/** Given rows as a query; a column that a row leaves out is null. */
export function fixtureQuery(
  columns: readonly TypedColumn[],
  rows: readonly FixtureRow[],
  dialect: Dialect,
): string {
  const values = rows.map(({ cells }) =>
    columns.map(({ name }) => cells.find(({ column }) => column === name)?.value ?? null),
  );
  return rowsQuery(columns, values, dialect);
}

/** Rows as a query that every engine reads: none of them has a VALUES table in common. */
export function rowsQuery(
  columns: readonly TypedColumn[],
  rows: readonly (readonly (string | null)[])[],
  dialect: Dialect,
): string {
  if (rows.length === 0) return dialect.emptyQuery(columns);
  return rows
    .map((row) => {
      const values = columns.map(
        ({ name, type }, index) => `${dialect.literal(row[index] ?? null, type)} as ${name}`,
      );
      return `select ${values.join(", ")}`;
    })
    .join("\nunion all\n");
}

/** A query's rows with every value as text, so that engines compare them alike. */
export function asTexts(columns: readonly TypedColumn[], query: string): string {
  const list = columns.map(({ name, type }) => `    ${textOf(name, type)} as ${name}`);
  return `select\n${list.join(",\n")}\nfrom (\n${query}\n) as compared_rows`;
}

/** Redshift casts no boolean to text. */
function textOf(name: string, { kind }: ColumnType): string {
  return kind === "boolean"
    ? `case when ${name} then 'true' when not ${name} then 'false' end`
    : `cast(${name} as varchar(65535))`;
}
