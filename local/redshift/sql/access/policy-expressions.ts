import type { Client } from "pg";
import { namedRelations, qualifiedName } from "../named-relations.ts";
import { plainText } from "../plain-text.ts";
import { asRedshiftError, RedshiftError } from "../redshift-error.ts";
import { nodesOf, texts, type Fields } from "../syntax-tree.ts";
import { commaSeparated, quotedName, tokenize } from "../tokens.ts";
import { translate } from "../translate.ts";
import { Words } from "./words.ts";

/** An input of a policy, with its type as `format_type` tells it. */
export interface PolicyColumn {
  readonly colname: string;
  readonly type: string;
}

export interface PolicyExpression {
  /** As written. */
  readonly expr: string;
  /** As Postgres must be told it. */
  readonly sql: string;
  readonly type: string;
}

export interface PolicyExpressions {
  readonly expressions: readonly PolicyExpression[];
  /** The tables that they look into, as Postgres reads their names. */
  readonly lookups: readonly string[];
}

/** The columns of WITH (name type, …). Throws RedshiftError. */
export async function readPolicyColumns(
  client: Client,
  text: string,
): Promise<readonly PolicyColumn[]> {
  const columns = splitList(text).map((column) => {
    const words = new Words(column);
    const name = words.name();
    return { name, type: column.slice(words.tokens[0]?.end).trim() };
  });
  const casts = columns.map(({ name, type }) => `cast(null as ${type}) as ${quotedName(name)}`);
  const types = await typesOf(client, await translated(`select ${casts.join(", ")}`));
  return columns.map(({ name }, index) => ({ colname: name, type: types[index] ?? "" }));
}

/** The masks of USING (expression, …) over these inputs. Throws RedshiftError. */
export async function readMasks(
  client: Client,
  text: string,
  inputs: readonly PolicyColumn[],
): Promise<PolicyExpressions> {
  const read = splitList(text);
  for (const expr of read)
    if (/^(?:'(?:[^']|'')*'|null)$/i.test(expr))
      throw new RedshiftError(
        `the type of the masking expression ${expr} is ambiguous: cast it`,
        "42P18",
      );
  const parts = await Promise.all(read.map(readExpression));
  const from = probe(inputs, "masked_table");
  const types = await typesOf(client, `select ${parts.map(({ sql }) => sql).join(", ")} ${from}`);
  // In WHERE neither aggregates nor window functions may stand.
  for (const { sql } of parts) await typesOf(client, `select 1 ${from} where (${sql}) is null`);
  return {
    expressions: parts.map(({ sql }, index) => ({
      expr: read[index] ?? "",
      sql,
      type: types[index] ?? "",
    })),
    lookups: [...new Set(parts.flatMap(({ lookups }) => lookups))],
  };
}

/** The predicate of USING (…) over rows that have these columns. Throws RedshiftError. */
export async function readPredicate(
  client: Client,
  text: string,
  { inputs, alias }: { readonly inputs: readonly PolicyColumn[]; readonly alias: string },
): Promise<PolicyExpressions> {
  const { sql, lookups, fields } = await readExpression(text);
  await typesOf(client, `select 1 ${probe(inputs, alias)} where ${sql}`);
  await refuseCorrelation(client, fields, { inputs, alias, lookups });
  return { expressions: [{ expr: text, sql, type: "boolean" }], lookups };
}

interface ReadExpression {
  readonly sql: string;
  readonly lookups: readonly string[];
  readonly fields: Fields;
}

/** Redshift does not rewrite a policy whose subquery names a column of the policy's own rows. */
async function refuseCorrelation(
  client: Client,
  fields: Fields,
  {
    inputs,
    alias,
    lookups,
  }: {
    readonly inputs: readonly PolicyColumn[];
    readonly alias: string;
    readonly lookups: readonly string[];
  },
): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    "select attname as name from pg_attribute where attrelid = any (select to_regclass(n) from unnest($1::text[]) as n) and attnum > 0",
    [lookups],
  );
  const own = new Set(rows.map(({ name }) => name));
  for (const { type, fields: found, path } of nodesOf({ SelectStmt: fields })) {
    if (type !== "ColumnRef" || !path.includes("SubLink")) continue;
    const parts = texts(found["fields"]);
    const [first = "", ...rest] = parts;
    const isOuter =
      rest.length > 0
        ? first === alias
        : inputs.some(({ colname }) => colname === first) && !own.has(first);
    if (isOuter && insideSubquery(path))
      throw new RedshiftError("RLS policy could not be rewritten.", "0A000");
  }
}

/** The left side of `x in (select …)` belongs to the outer rows. */
function insideSubquery(path: readonly string[]): boolean {
  return path.lastIndexOf("SelectStmt") > path.indexOf("SubLink");
}

async function readExpression(text: string): Promise<ReadExpression> {
  const { statement, fields } = await translate(plainText(`select (${text})`).plain);
  return {
    sql: statement.replace(/^select /, ""),
    lookups: namedRelations(fields).map(qualifiedName),
    fields,
  };
}

async function translated(sql: string): Promise<string> {
  return (await translate(plainText(sql).plain)).statement;
}

function probe(inputs: readonly PolicyColumn[], alias: string): string {
  if (inputs.length === 0) return `from (select 1) as ${quotedName(alias)}`;
  const columns = inputs.map(
    ({ colname, type }) => `cast(null as ${type}) as ${quotedName(colname)}`,
  );
  return `from (select ${columns.join(", ")}) as ${quotedName(alias)}`;
}

/** The types of a query's columns, which is not run. */
async function typesOf(client: Client, query: string): Promise<readonly string[]> {
  try {
    const { fields } = await client.query(`${query} limit 0`);
    const { rows } = await client.query<{ type: string }>(
      "select format_type(t.id, t.modifier) as type from unnest($1::oid[], $2::integer[]) with ordinality as t (id, modifier, place) order by place",
      [fields.map((field) => field.dataTypeID), fields.map((field) => field.dataTypeModifier)],
    );
    return rows.map(({ type }) => type);
  } catch (error) {
    throw asRedshiftError(error);
  }
}

function splitList(text: string): readonly string[] {
  const tokens = tokenize(text);
  return commaSeparated(tokens, 0, tokens.length).map(({ from, to }) =>
    text.slice(tokens[from]?.start, tokens[to - 1]?.end),
  );
}
