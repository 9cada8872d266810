import type { Mask, UserAttribute } from "./access.ts";
import type { ColumnType } from "./column-type.ts";

/** A schema or a relation of a warehouse, by its plain name. */
export interface SchemaObject {
  readonly schema: string;
  readonly name: string;
}

/** What a masking policy makes of a value; absent of one that the warehouse has, whose name tells what it is. */
export interface MaskingDefinition {
  readonly mask: Mask;
  readonly type: ColumnType;
  readonly maskKey: string;
}

/** Which rows a row policy lets through; `{{user.<attribute>}}` stands for a member's value. */
export interface RowDefinition {
  readonly role: string;
  readonly filter: string;
  readonly columns: readonly { readonly name: string; readonly type: ColumnType }[];
  /** How the members' values are kept, by attribute. */
  readonly attributes: Readonly<Record<string, "integer" | "text">>;
}

/**
 * One thing that a warehouse may be told of who may see what. What a role may do is the set of these: the wanted one and
 * the warehouse's differ by facts to add and facts to take away. `role` is the role's name in the warehouse.
 */
export type AccessFact =
  | { readonly kind: "role"; readonly role: string }
  /** A user of the runner's own as whom it tries a role out. */
  | { readonly kind: "probe"; readonly role: string; readonly user: string }
  /** Somebody whom a role names, and whom the warehouse knows. */
  | { readonly kind: "user"; readonly user: string }
  | { readonly kind: "member"; readonly role: string; readonly user: string }
  /** What a role has by another role that was granted to it; the runner grants none so. */
  | { readonly kind: "inherited"; readonly role: string; readonly from: string }
  /** The schema and the table of members' attributes, for row policies. */
  | { readonly kind: "attributes" }
  | {
      readonly kind: "attribute";
      readonly role: string;
      readonly user: string;
      readonly attribute: string;
      readonly value: UserAttribute;
    }
  | {
      readonly kind: "schema";
      readonly role: string;
      readonly schema: string;
      readonly right: string;
    }
  /** A right on all relations of a schema, those to come included. */
  | {
      readonly kind: "scope";
      readonly role: string;
      readonly schema: string;
      readonly right: string;
    }
  | {
      readonly kind: "relation";
      readonly role: string;
      readonly on: SchemaObject;
      readonly right: string;
    }
  | {
      readonly kind: "masking_policy";
      readonly name: string;
      readonly definition?: MaskingDefinition;
    }
  | {
      readonly kind: "mask";
      readonly role: string;
      readonly on: SchemaObject;
      readonly column: string;
      readonly policy: string;
      readonly priority: number;
    }
  | { readonly kind: "row_policy"; readonly name: string; readonly definition?: RowDefinition }
  /** Rows of the relation are seen by a policy, and without one not at all. */
  | { readonly kind: "filtered"; readonly on: SchemaObject }
  | {
      readonly kind: "rows";
      readonly role: string;
      readonly on: SchemaObject;
      readonly policy: string;
    };

export type AccessFactKind = AccessFact["kind"];

/** The same for two facts that say the same. */
export function factKey(fact: AccessFact): string {
  switch (fact.kind) {
    case "role":
      return keyOf(fact.kind, fact.role);
    case "probe":
    case "user":
      return keyOf("user", fact.user);
    case "member":
      return keyOf(fact.kind, fact.role, fact.user);
    case "inherited":
      return keyOf(fact.kind, fact.role, fact.from);
    case "attributes":
      return fact.kind;
    case "attribute":
      return keyOf(
        fact.kind,
        fact.role,
        fact.user,
        fact.attribute,
        typeof fact.value,
        String(fact.value),
      );
    case "schema":
    case "scope":
      return keyOf(fact.kind, fact.role, fact.schema, fact.right);
    case "relation":
      return keyOf(fact.kind, fact.role, fact.on.schema, fact.on.name, fact.right);
    case "masking_policy":
    case "row_policy":
      return keyOf(fact.kind, fact.name);
    case "mask":
      return keyOf(
        fact.kind,
        fact.role,
        fact.on.schema,
        fact.on.name,
        fact.column,
        fact.policy,
        String(fact.priority),
      );
    case "filtered":
      return keyOf(fact.kind, fact.on.schema, fact.on.name);
    case "rows":
      return keyOf(fact.kind, fact.role, fact.on.schema, fact.on.name, fact.policy);
    default:
      return fact satisfies never;
  }
}

function keyOf(...parts: readonly string[]): string {
  return JSON.stringify(parts);
}

/** Facts to add and facts to take away, each in the order in which that can be done. */
export interface AccessChanges {
  readonly remove: readonly AccessFact[];
  readonly add: readonly AccessFact[];
}

/** Of a kind, those that it depends on come before. */
const order: readonly AccessFactKind[] = [
  ...(["role", "user", "probe", "attributes", "attribute"] as const),
  ...(["masking_policy", "row_policy"] as const),
  // Nobody may see a relation before its values and rows are hidden from them.
  ...(["mask", "rows", "filtered"] as const),
  ...(["schema", "scope", "relation", "member", "inherited"] as const),
];

/** What has to be done to a warehouse so that it says what is wanted, and nothing else of its own roles. */
export function accessChanges(
  live: readonly AccessFact[],
  wanted: readonly AccessFact[],
): AccessChanges {
  const is = new Set(live.map(factKey));
  const shall = new Set(wanted.map(factKey));
  const rank = ({ kind }: AccessFact) => order.indexOf(kind);
  return {
    // Users stay: they are people.
    remove: live
      .filter((fact) => fact.kind !== "user" && !shall.has(factKey(fact)))
      .sort((a, b) => rank(b) - rank(a)),
    add: wanted.filter((fact) => !is.has(factKey(fact))).sort((a, b) => rank(a) - rank(b)),
  };
}
