import { hasSqlDetails, loadModule, parseSync } from "libpg-query";
import { RedshiftError } from "./redshift-error.ts";

/** A node of Postgres's syntax tree: its fields by name, of which nodes are `{TypeOfNode: fields}`. */
export type Fields = Readonly<Record<string, unknown>>;

/** One node with the name of its type. `path` has the types of the nodes around it, the outermost first. */
export interface TreeNode {
  readonly type: string;
  readonly fields: Fields;
  readonly path: readonly string[];
}

let loading: Promise<void> | undefined;

/** The one statement of a text. Throws RedshiftError for none, for several, and for what is no SQL. */
export async function parseStatement(
  sql: string,
): Promise<{ readonly type: string; readonly fields: Fields }> {
  loading ??= loadModule();
  await loading;
  const statements = parseTexts(sql);
  const [first, second] = statements;
  if (second !== undefined)
    throw new RedshiftError("cannot insert multiple commands into a prepared statement", "42601");
  const [type, fields] = Object.entries((first?.stmt ?? {}) as Fields)[0] ?? [];
  if (type === undefined) throw new RedshiftError("The statement is empty.", "42601");
  return { type, fields: fields as Fields };
}

function parseTexts(sql: string): readonly { readonly stmt?: unknown }[] {
  try {
    return parseSync(sql).stmts ?? [];
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new RedshiftError(error.message, "42601", { offset: offsetOf(error, sql), cause: error });
  }
}

/** The parser counts letters, whatever their width. */
function offsetOf(error: Error, sql: string): number | undefined {
  if (!hasSqlDetails(error) || error.sqlDetails === undefined) return undefined;
  return Array.from(sql).slice(0, error.sqlDetails.cursorPosition).join("").length;
}

/** All nodes below a value, itself included, in the order of the text. */
export function* nodesOf(value: unknown, path: readonly string[] = []): Generator<TreeNode> {
  if (Array.isArray(value)) {
    for (const each of value as readonly unknown[]) yield* nodesOf(each, path);
    return;
  }
  if (typeof value !== "object" || value === null) return;
  for (const [key, field] of Object.entries(value)) {
    const isNode = /^[A-Z]/.test(key) && typeof field === "object" && field !== null;
    if (isNode) {
      yield { type: key, fields: field as Fields, path };
      yield* nodesOf(field, [...path, key]);
    } else yield* nodesOf(field, fieldsWithType.has(key) ? [...path, key] : path);
  }
}

/** Fields that hold a node of one certain type, which then is not named there. */
const fieldsWithType = new Set(["typeName", "relation", "over", "withClause", "into"]);

/** The texts of a list of String nodes, such as a name's parts. */
export function texts(list: unknown): readonly string[] {
  if (!Array.isArray(list)) return [];
  return (list as readonly { String?: { sval?: string } }[]).flatMap((each) =>
    each.String?.sval === undefined ? [] : [each.String.sval],
  );
}
