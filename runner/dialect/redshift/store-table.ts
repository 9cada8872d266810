import type { ColumnType } from "../../core/column-type.ts";
import type { StoredTable } from "../../core/dialect.ts";
import type { Distribution, TableStorage } from "../../core/table-storage.ts";

/**
 * A table of a query's rows with its distribution and its order. CREATE TABLE AS takes no encodings: with any, the
 * table is made of its columns and filled then.
 */
export function storeTable(
  name: string,
  query: string,
  { columns, storage, typeName }: StoredTable & { readonly typeName: (type: ColumnType) => string },
): readonly string[] {
  const attributes = storage === undefined ? [] : attributesOf(storage);
  const encode = storage?.encode ?? {};
  if (Object.keys(encode).length === 0) {
    return [[`create table ${name}`, ...attributes, `as\n${query}`].join(" ")];
  }
  const list = columns.map((column) => {
    const encoding = encode[column.name];
    const encoded = encoding === undefined ? "" : ` encode ${encoding}`;
    return `    ${column.name} ${typeName(column.type)}${encoded}`;
  });
  const names = columns.map((column) => column.name);
  return [
    [`create table ${name} (\n${list.join(",\n")}\n)`, ...attributes].join(" "),
    `insert into ${name} (${names.join(", ")})\n${query}`,
  ];
}

function attributesOf({ distribution, sort }: TableStorage): readonly string[] {
  return [
    ...(distribution === undefined ? [] : [printDistribution(distribution)]),
    ...(sort.length === 0 ? [] : [`sortkey (${sort.join(", ")})`]),
  ];
}

function printDistribution(distribution: Distribution): string {
  return distribution.style === "key"
    ? `diststyle key distkey (${distribution.column})`
    : `diststyle ${distribution.style}`;
}
