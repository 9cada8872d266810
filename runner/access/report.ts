import type { Access, Role } from "../core/access.ts";
import { mayRead, mayWrite } from "../core/access.ts";
import type { RelationName } from "../core/relation.ts";
import { maskOf } from "./relations.ts";
import type { ClassedColumn, ClassedRelation } from "./relations.ts";
import type { Sight } from "./table.ts";
import { sightOf } from "./table.ts";

/** How one role sees one column. */
export interface ColumnSight {
  readonly role: string;
  readonly relation: RelationName;
  readonly column: string;
  readonly classes: readonly string[];
  /** `none` where it may not read the relation. */
  readonly seen: Sight | "none";
  /** The condition on the rows that it sees; absent where it sees all. */
  readonly rows?: string;
  readonly mayWrite: boolean;
}

/** Every column of the relations, as each of these roles sees it. */
export function columnSights(
  access: Access,
  roles: readonly Role[],
  relations: readonly ClassedRelation[],
): readonly ColumnSight[] {
  return roles.flatMap((role) =>
    relations.flatMap(({ relation, columns }) =>
      columns.map((column) => sightOfColumn(role, { relation, column }, access)),
    ),
  );
}

function sightOfColumn(
  role: Role,
  { relation, column }: { readonly relation: RelationName; readonly column: ClassedColumn },
  access: Access,
): ColumnSight {
  const isReadable = mayRead(role, relation);
  const mask = maskOf(role, column, access);
  const seen = mask === undefined ? "clear" : sightOf(mask.kind);
  const rows = role.rows[relation];
  return {
    role: role.name,
    relation,
    column: column.name,
    classes: column.classes,
    seen: isReadable ? seen : "none",
    ...(isReadable && rows !== undefined ? { rows } : {}),
    mayWrite: mayWrite(role, relation),
  };
}
