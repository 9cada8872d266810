import type { ColumnConstraint } from "../core/data-test.ts";
import type { EngineName } from "../core/ports.ts";

/**
 * One scan of a relation for everything that its contract says and the engine does not enforce: a row for each broken
 * constraint with `column_name`, `constraint_name`, the number of rows that break it and, for a length, the longest value's bytes.
 */
export function contractQuery(
  constraints: readonly ColumnConstraint[],
  tested: string,
  dialect: EngineName,
): string {
  const measures = constraints.flatMap((constraint, index) => {
    const { column } = constraint;
    if (constraint.type === "not_null") {
      return [`sum(case when ${column} is null then 1 else 0 end) as broken_${index}`];
    }
    const bytes = byteLength(column, dialect);
    return [
      `sum(case when ${bytes} > ${constraint.bytes} then 1 else 0 end) as broken_${index}`,
      `max(${bytes}) as longest_${index}`,
    ];
  });
  const numbers = constraints.map((_, index) => `select ${index} as constraint_number`);
  const choose = (value: (constraint: ColumnConstraint, index: number) => string, type: string) => {
    const cases = constraints.map((each, index) => `when ${index} then ${value(each, index)}`);
    return `cast(case numbered.constraint_number ${cases.join(" ")} end as ${type})`;
  };
  return [
    "select column_name, constraint_name, row_count, longest_bytes",
    "from (",
    "select",
    `    ${choose(({ column }) => `'${column}'`, "varchar(127)")} as column_name,`,
    `    ${choose((each) => `'${constraintName(each)}'`, "varchar(30)")} as constraint_name,`,
    `    ${choose((_, index) => `broken_${index}`, "bigint")} as row_count,`,
    `    ${choose((each, index) => (each.type === "length" ? `longest_${index}` : "null"), "bigint")} as longest_bytes`,
    `from (select ${measures.join(", ")} from ${tested}) as measured`,
    `cross join (${numbers.join(" union all ")}) as numbered`,
    ") as counted",
    "where row_count > 0",
  ].join("\n");
}

function constraintName(constraint: ColumnConstraint): string {
  return constraint.type === "length" ? `varchar(${constraint.bytes})` : "not null";
}

/** Redshift counts a varchar's length in bytes; DuckDB's `octet_length` takes no text. */
function byteLength(column: string, dialect: EngineName): string {
  switch (dialect) {
    case "duckdb":
      return `strlen(${column})`;
    case "redshift":
      return `octet_length(${column})`;
  }
}
