import type { Client } from "pg";
import { placedIn } from "./error-place.ts";
import { namedRelations, qualifiedName, type NamedRelation } from "./named-relations.ts";
import { asRedshiftError, RedshiftError, syntaxError } from "./redshift-error.ts";
import { withoutRows, type StatementResult } from "./statement-result.ts";
import { closingBracket, quotedName, readsAs, type Token } from "./tokens.ts";
import { translate } from "./translate.ts";

/** A CREATE VIEW … WITH NO SCHEMA BINDING, or undefined for any other statement. */
export function readLateBindingView(
  plain: string,
  tokens: readonly Token[],
): LateBindingView | undefined {
  if (!readsAs(tokens, 0, "create")) return undefined;
  const isReplaceable = readsAs(tokens, 1, "or", "replace");
  const view = isReplaceable ? 3 : 1;
  if (!readsAs(tokens, view, "view")) return undefined;
  const end = tokens.length - 4;
  if (!readsAs(tokens, end, "with", "no", "schema", "binding")) return undefined;
  const isQualified = readsAs(tokens, view + 2, ".");
  const last = view + (isQualified ? 3 : 1);
  const name = tokens[last]?.value ?? "";
  const schema = isQualified ? tokens[view + 1]?.value : undefined;
  let index = last + 1;
  let columns = "";
  if (readsAs(tokens, index, "(")) {
    const close = closingBracket(tokens, index);
    columns = plain.slice(tokens[index]?.start, tokens[close]?.end);
    index = close + 1;
  }
  if (!readsAs(tokens, index, "as")) throw syntaxError(tokens[index], "view");
  const behindAs = plain.slice(tokens[index]?.end, tokens[end]?.start);
  return {
    name: schema === undefined ? { name } : { schema, name },
    isReplaceable,
    columns,
    query: behindAs.trim(),
    queryStart: (tokens[index]?.end ?? 0) + behindAs.search(/\S|$/),
  };
}

interface LateBindingView {
  readonly name: NamedRelation;
  readonly isReplaceable: boolean;
  /** With its brackets, or nothing. */
  readonly columns: string;
  readonly query: string;
  /** Where in the statement the query begins. */
  readonly queryStart: number;
}

/**
 * Keeps the view's text; it is bound when it is read. Redshift's guide says that a view may be replaced by the same
 * columns only, and does not say it of late-binding views, whose columns it knows when they are read: here they may
 * be replaced by any.
 */
export async function createLateBindingView(
  client: Client,
  { name, isReplaceable, columns, query, queryStart }: LateBindingView,
): Promise<StatementResult> {
  const { statement, type, fields } = await placedIn(
    (offset) => queryStart + offset,
    () => translate(query),
  );
  if (type !== "SelectStmt")
    throw syntaxError({ value: query.split(/\s/, 1)[0] ?? "", start: queryStart });
  const relations = namedRelations(fields);
  const unqualified = relations.find(({ schema }) => schema === undefined);
  if (unqualified !== undefined)
    throw new RedshiftError(
      `All the relation names inside should be qualified when creating VIEW WITH NO SCHEMA BINDING: "${unqualified.name}".`,
      "42P01",
    );
  await refuseProtected(client, relations, true);
  const schemas = relations.flatMap(({ schema }) => schema ?? []);
  await ask(client, "select n::regnamespace from unnest($1::text[]) as n", [
    schemas.map(quotedName),
  ]);
  await ask(client, "select pg_internal.create_late_binding_view($1, $2, $3)", [
    qualifiedName(name),
    isReplaceable,
    JSON.stringify({ query: statement, columns, references: relations.map(qualifiedName) }),
  ]);
  return withoutRows;
}

/** Lets the late-binding views among these relations read what is there now. */
export async function attachViews(
  client: Client,
  relations: readonly NamedRelation[],
): Promise<void> {
  if (relations.length === 0) return;
  await ask(client, "select pg_internal.attach_late_binding_views($1)", [
    relations.map(qualifiedName),
  ]);
}

/** Frees relations that are to be dropped or altered of the late-binding views that read them. */
export async function detachReaders(
  client: Client,
  relations: readonly NamedRelation[],
): Promise<void> {
  await ask(
    client,
    "select pg_internal.detach_readers(oid) from (select to_regclass(n) as oid from unnest($1::text[]) as n) as r where oid is not null",
    [relations.map(qualifiedName)],
  );
}

/** The same for all relations of the schemas. */
export async function detachReadersOfSchemas(
  client: Client,
  schemas: readonly string[],
): Promise<void> {
  await ask(client, "select pg_internal.detach_readers_of_schema(n) from unnest($1::text[]) as n", [
    schemas,
  ]);
}

/** A view that masks columns is read by no other view. Throws RedshiftError. */
export async function refuseProtected(
  client: Client,
  relations: readonly NamedRelation[],
  isLateBinding: boolean,
): Promise<void> {
  await ask(client, "select pg_internal.check_read_by_view($1, $2)", [
    relations.map(qualifiedName),
    isLateBinding,
  ]);
}

async function ask(client: Client, statement: string, values: readonly unknown[]): Promise<void> {
  try {
    await client.query(statement, [...values]);
  } catch (error) {
    throw asRedshiftError(error);
  }
}
