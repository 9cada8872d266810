import { nodesOf, texts, type Fields } from "./syntax-tree.ts";
import { quotedName } from "./tokens.ts";

export interface NamedRelation {
  readonly schema?: string;
  readonly name: string;
}

/** The tables and views that a statement names, each once, without the names of its common table expressions. */
export function namedRelations(tree: unknown): readonly NamedRelation[] {
  const expressions = new Set<string>();
  const found = new Map<string, NamedRelation>();
  const nodes = [...nodesOf(tree)];
  for (const { type, fields } of nodes)
    if (type === "CommonTableExpr") expressions.add(String(fields["ctename"]));
  for (const { type, fields } of [...nodes, ...directRelations(nodes, tree)]) {
    if (type !== "RangeVar") continue;
    const relation = relationOf(fields);
    if (relation.schema === undefined && expressions.has(relation.name)) continue;
    found.set(qualifiedName(relation), relation);
  }
  return [...found.values()];
}

export function relationOf(fields: Fields): NamedRelation {
  const { schemaname, relname } = fields;
  const name = String(relname);
  return typeof schemaname === "string" ? { schema: schemaname, name } : { name };
}

/** The names of the objects of a DROP. */
export function droppedRelations(fields: Fields): readonly NamedRelation[] {
  const objects = fields["objects"];
  if (!Array.isArray(objects)) return [];
  return (objects as readonly { List?: { items?: unknown } }[]).map(({ List }) => {
    const parts = texts(List?.items);
    const schema = parts.at(-2);
    const name = parts.at(-1) ?? "";
    return schema === undefined ? { name } : { schema, name };
  });
}

/** As Postgres reads it, in quotes. */
export function qualifiedName({ schema, name }: NamedRelation): string {
  return schema === undefined ? quotedName(name) : `${quotedName(schema)}.${quotedName(name)}`;
}

/** Targets of INSERT, UPDATE, DELETE, MERGE and DDL stand in fields of their own, without a node's name. */
function directRelations(
  nodes: readonly { readonly fields: Fields }[],
  tree: unknown,
): readonly { readonly type: string; readonly fields: Fields }[] {
  return [tree as Fields, ...nodes.map(({ fields }) => fields)].flatMap((fields) =>
    ["relation", "rel", "view"].flatMap((field) => {
      const value = fields[field];
      return typeof value === "object" && value !== null && "relname" in value
        ? [{ type: "RangeVar", fields: value }]
        : [];
    }),
  );
}
