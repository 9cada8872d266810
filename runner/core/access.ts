import type { Place } from "./diagnostic.ts";
import type { RelationName, Zone } from "./relation.ts";
import { zoneOf } from "./relation.ts";

/** What a role may do in a zone; who may write there may also read and list. */
export type ZoneRight = "read" | "write";

/**
 * What is shown of a value to those who may not see it: nothing, or a keyed hash of a text that tells equal values, or
 * an expression over `{{column}}`, which must have the column's type.
 */
export type Mask =
  | { readonly kind: "hide" }
  | { readonly kind: "hash" }
  | { readonly kind: "expression"; readonly sql: string };

/** A class of personal or secret data, such as `pii.email`. */
export interface ColumnClass {
  readonly name: string;
  readonly description: string;
  readonly mask: Mask;
  readonly place: Place;
}

/** The class of what came from a source and nobody declared: hidden from those who may not see every class, or this one. */
export const undeclaredClass = "undeclared";

/** A value that a row filter asks of its user. */
export type UserAttribute = string | number;

/** Somebody who may take a role; `*` is anybody. */
export interface Member {
  readonly user: string;
  readonly attributes: Readonly<Record<string, UserAttribute>>;
}

/** The most that one query may take. */
export interface QueryLimits {
  readonly seconds: number;
  readonly memoryBytes: number;
  readonly rows: number;
}

export interface Role {
  readonly name: string;
  readonly description: string;
  readonly zones: Readonly<Partial<Record<Zone, ZoneRight>>>;
  /** Of the zones, these relations alone; absent is all of them. */
  readonly relations?: readonly RelationName[];
  /** Classes, or families of them (`pii` is every `pii.…`), that are seen in clear. */
  readonly clear: readonly string[];
  /** The rows of a relation that are seen: a SQL condition in which `{{user.<attribute>}}` stands for a member's value. */
  readonly rows: Readonly<Partial<Record<RelationName, string>>>;
  readonly members: readonly Member[];
  readonly limits: QueryLimits;
  readonly place: Place;
}

/** Who may see what, as the project declares it. */
export interface Access {
  readonly classes: readonly ColumnClass[];
  readonly roles: readonly Role[];
  /** Makes hashes of masked values that nobody can guess; text that may name an environment variable. */
  readonly maskKey: string;
}

export function rightIn(role: Role, zone: Zone): ZoneRight | undefined {
  return role.zones[zone];
}

/** Whether a role may read a relation, be it masked and filtered. */
export function mayRead(role: Role, relation: RelationName): boolean {
  return (
    rightIn(role, zoneOf(relation)) !== undefined && (role.relations?.includes(relation) ?? true)
  );
}

/** Whether a role may make, change and drop a relation; one of the project is made by its model all the same. */
export function mayWrite(role: Role, relation: RelationName): boolean {
  return mayRead(role, relation) && rightIn(role, zoneOf(relation)) === "write";
}

/** Whether a role sees values of a class as they are. */
export function seesInClear(role: Role, className: string): boolean {
  return role.clear.some(
    (clear) => clear === "*" || clear === className || className.startsWith(`${clear}.`),
  );
}

/**
 * How a role sees a column of these classes: undefined in clear, or masked by the first class that it may not see,
 * where nothing at all is stricter than anything else.
 */
export function maskFor(
  role: Role,
  classes: readonly string[],
  access: Pick<Access, "classes">,
): Mask | undefined {
  const masks = classes
    .filter((name) => !seesInClear(role, name))
    .map((name) => access.classes.find((each) => each.name === name)?.mask ?? hidden);
  return masks.find(({ kind }) => kind === "hide") ?? masks[0];
}

const hidden: Mask = { kind: "hide" };
