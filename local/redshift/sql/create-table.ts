import { RedshiftError, syntaxError } from "./redshift-error.ts";
import { readAttributes, type TableAttributes } from "./table-attributes.ts";
import { readColumn, type ColumnDefinition } from "./table-column.ts";
import { closingBracket, commaSeparated, readsAs, type Token } from "./tokens.ts";

/** A CREATE TABLE without what only Redshift knows. */
export interface CreateTable {
  readonly name: string;
  /** In Postgres's dialect. */
  readonly statement: string;
  /** What CREATE TABLE AS selects, and the columns that its table's attributes name: they can be checked only there. */
  readonly selected?: { readonly query: string; readonly named: readonly string[] };
}

/** Where the table's name begins, or undefined when the statement is no CREATE TABLE. */
function tableNameIndex(tokens: readonly Token[]): number | undefined {
  if (!readsAs(tokens, 0, "create")) return undefined;
  let index = 1;
  if (readsAs(tokens, index, "local")) index += 1;
  if (readsAs(tokens, index, "temp") || readsAs(tokens, index, "temporary")) index += 1;
  if (!readsAs(tokens, index, "table")) return undefined;
  index += 1;
  return readsAs(tokens, index, "if", "not", "exists") ? index + 3 : index;
}

/**
 * Takes DISTSTYLE, DISTKEY, SORTKEY, ENCODE and BACKUP out of a CREATE TABLE [AS] after checking them, and keys, since
 * Redshift does not enforce them. Undefined for any other statement. Throws RedshiftError.
 */
export function readCreateTable(sql: string, tokens: readonly Token[]): CreateTable | undefined {
  const nameIndex = tableNameIndex(tokens);
  if (nameIndex === undefined) return undefined;
  let index = nameIndex + 1;
  if (readsAs(tokens, index, ".")) index += 2;
  const name = tokens[index - 1];
  if (name === undefined) throw syntaxError(undefined, "table");
  const head = sql.slice(0, name.end);

  const opens = readsAs(tokens, index, "(");
  const close = opens ? closingBracket(tokens, index) : index - 1;
  const elements = opens ? commaSeparated(tokens, index + 1, close) : [];
  const { attributes, end } = readAttributes(tokens, close + 1);
  if (readsAs(tokens, end, "as")) {
    const list = opens ? ` ${sql.slice(tokens[index]?.start, tokens[close]?.end)}` : "";
    const query = sql.slice(tokens[end]?.end);
    const named = [...attributes.distKey, ...attributes.sortKey];
    return {
      name: name.value,
      statement: `${head}${list} as${query}`,
      ...(named.length > 0 && !opens ? { selected: { query, named } } : {}),
    };
  }
  const next = tokens[end];
  if (next !== undefined) throw syntaxError(next);
  if (!opens)
    throw new RedshiftError("syntax error at end of input", "42601", { offset: sql.length });

  const columns: ColumnDefinition[] = [];
  const others: string[] = [];
  const keyColumns: string[] = [];
  for (const { from, to } of elements) {
    const constraint = readsAs(tokens, from, "constraint") ? from + 2 : from;
    if (readsAs(tokens, constraint, "primary", "key")) {
      keyColumns.push(...namesIn(tokens, constraint + 2));
    } else if (
      !readsAs(tokens, constraint, "unique", "(") &&
      !readsAs(tokens, constraint, "foreign", "key")
    ) {
      const text = sql.slice(tokens[from]?.start, tokens[to - 1]?.end);
      if (constraint !== from || isConstraint(tokens, from)) others.push(text);
      else columns.push(readColumn(sql, tokens, { from, to }));
    }
  }
  checkAttributes(name.value, columns, attributes);
  const list = columns.map(({ name: column, writtenName, definition, isNotNull }) => {
    const notNull = keyColumns.includes(column) && !isNotNull ? " not null" : "";
    return `${writtenName} ${definition}${notNull}`;
  });
  return { name: name.value, statement: `${head} (${[...list, ...others].join(", ")})` };
}

function isConstraint(tokens: readonly Token[], index: number): boolean {
  return (
    readsAs(tokens, index, "like") ||
    readsAs(tokens, index, "check", "(") ||
    readsAs(tokens, index, "exclude")
  );
}

function namesIn(tokens: readonly Token[], open: number): readonly string[] {
  return commaSeparated(tokens, open + 1, closingBracket(tokens, open)).map(
    ({ from }) => tokens[from]?.value ?? "",
  );
}

function checkAttributes(
  table: string,
  columns: readonly ColumnDefinition[],
  attributes: TableAttributes,
): void {
  const names = columns.map((column) => column.name);
  const distributed = columns.filter((column) => column.isDistKey).map((column) => column.name);
  const sorted = columns.filter((column) => column.isSortKey).map((column) => column.name);
  const { style } = attributes;
  if (distributed.length + attributes.distKey.length > 1)
    throw new RedshiftError("cannot specify more than one column as distkey", "42601");
  const isKeyed = distributed.length + attributes.distKey.length > 0;
  if (isKeyed && style !== undefined && style !== "key")
    throw new RedshiftError(
      `cannot specify a DISTKEY column when DISTSTYLE ${style.toUpperCase()} is specified`,
      "42601",
    );
  if (style === "key" && !isKeyed)
    throw new RedshiftError(
      "must specify a DISTKEY column when DISTSTYLE KEY is specified",
      "42601",
    );
  if (sorted.length > 0 && attributes.sortKey.length > 0)
    throw new RedshiftError("cannot specify both a table and a column SORTKEY", "42601");
  checkNamedColumns(table, names, [...attributes.distKey, ...attributes.sortKey]);
  for (const { name, type } of columns) {
    const isKey = [...sorted, ...distributed, ...attributes.distKey, ...attributes.sortKey];
    if (type === "super" && isKey.includes(name))
      throw new RedshiftError(
        `column "${name}" of type super cannot be a distkey or sortkey`,
        "42804",
      );
  }
}

/** Throws RedshiftError when a DISTKEY or SORTKEY names no column of the table. */
export function checkNamedColumns(
  table: string,
  columns: readonly string[],
  named: readonly string[],
): void {
  for (const name of named)
    if (!columns.includes(name))
      throw new RedshiftError(
        `column "${name}" specified as distkey/sortkey is not in the table "${table}"`,
        "42703",
      );
}
