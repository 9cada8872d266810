import type { Access, Role } from "../core/access.ts";
import { maskFor, mayRead, rightIn, seesInClear } from "../core/access.ts";
import type { Mask } from "../core/access.ts";
import type { ColumnType } from "../core/column-type.ts";
import { maskOfType } from "../core/mask-sql.ts";
import type { RelationName, Zone } from "../core/relation.ts";
import { zoneOf } from "../core/relation.ts";

/** A relation that readers may meet, with the classes that its columns have by lineage or by declaration. */
export interface ClassedRelation {
  readonly relation: RelationName;
  readonly columns: readonly ClassedColumn[];
  /** The classes that columns have which it may get without anybody's declaring them; absent where it gets none. */
  readonly toCome?: readonly string[];
}

export interface ClassedColumn {
  readonly name: string;
  readonly type: ColumnType;
  readonly classes: readonly string[];
}

/** How a role sees a column: undefined in clear. */
export function maskOf(role: Role, column: ClassedColumn, access: Access): Mask | undefined {
  const mask = maskFor(role, column.classes, access);
  return mask === undefined ? undefined : maskOfType(mask, column.type);
}

/** The columns of a relation that a role does not see in clear. */
export function maskedColumns(
  role: Role,
  { columns }: ClassedRelation,
  access: Access,
): readonly { readonly column: ClassedColumn; readonly mask: Mask }[] {
  return columns.flatMap((column) => {
    const mask = maskOf(role, column, access);
    return mask === undefined ? [] : [{ column, mask }];
  });
}

/** Whether a role sees every row and every column of a relation as they are, those to come included. */
export function seesWhole(role: Role, relation: ClassedRelation, access: Access): boolean {
  return (
    mayRead(role, relation.relation) &&
    role.rows[relation.relation] === undefined &&
    maskedColumns(role, relation, access).length === 0 &&
    (relation.toCome ?? []).every((name) => seesInClear(role, name))
  );
}

/**
 * Whether a role sees everything of a zone, whatever comes: every relation, row and class. It alone is given a right on a
 * schema as a whole; any other is given each relation by itself, once that relation's masks and row policies are on it,
 * so that one without them is not readable at all.
 */
export function seesAllOf(role: Role, zone: Zone): boolean {
  return (
    rightIn(role, zone) !== undefined &&
    role.relations === undefined &&
    role.clear.includes("*") &&
    !Object.keys(role.rows).some((relation) => zoneOf(relation as RelationName) === zone)
  );
}
