import type { Access, Mask, Role } from "../core/access.ts";
import { mayRead, rightIn } from "../core/access.ts";
import type { ColumnType } from "../core/column-type.ts";
import { zoneOf, zones } from "../core/relation.ts";
import type { RelationName, Zone } from "../core/relation.ts";
import { maskOf } from "./relations.ts";
import type { ClassedRelation } from "./relations.ts";

/** Something that a role tries, and whether it shall be let. */
export interface RightProbe {
  readonly kind: "right";
  readonly role: string;
  readonly action: ProbedAction;
  readonly isAllowed: boolean;
}

export type ProbedAction =
  | { readonly kind: "read"; readonly relation: RelationName }
  /** Makes a table in the zone. */
  | { readonly kind: "write"; readonly zone: Zone }
  /** Removes rows and a table that it made in the zone. */
  | { readonly kind: "delete"; readonly zone: Zone }
  | { readonly kind: "list"; readonly zone: Zone }
  /** Drops what the runner published. */
  | { readonly kind: "drop"; readonly relation: RelationName }
  /** Reads something in a schema that is no zone. */
  | { readonly kind: "private"; readonly table: string };

/** What a role sees in a relation that it may read: how many rows, and of each classified column which values. */
export interface SightProbe {
  readonly kind: "sight";
  readonly role: Role;
  readonly relation: RelationName;
  /** Absent where it sees all rows. */
  readonly filter?: string;
  readonly columns: readonly ProbedColumn[];
}

export interface ProbedColumn {
  readonly name: string;
  readonly type: ColumnType;
  /** Absent where it is seen in clear. */
  readonly mask?: Mask;
}

export type Probe = RightProbe | SightProbe;

/** Everything that each role tries: as much that it may not as that it may. `privateTables` are no readers' business. */
export function probesOf(
  access: Access,
  relations: readonly ClassedRelation[],
  privateTables: readonly string[],
): readonly Probe[] {
  return access.roles.flatMap((role) => [
    ...rightProbes(role, relations, privateTables),
    ...relations.flatMap((relation) => sightProbe(role, relation, access)),
  ]);
}

function rightProbes(
  role: Role,
  relations: readonly ClassedRelation[],
  privateTables: readonly string[],
): readonly RightProbe[] {
  const probe = (action: ProbedAction, isAllowed: boolean): RightProbe => {
    return { kind: "right", role: role.name, action, isAllowed };
  };
  return [
    ...relations.map(({ relation }) => probe({ kind: "read", relation }, mayRead(role, relation))),
    ...zones.flatMap((zone) => {
      const right = rightIn(role, zone);
      const [first] = relations.filter(({ relation }) => zoneOf(relation) === zone);
      return [
        probe({ kind: "list", zone }, right !== undefined),
        probe({ kind: "write", zone }, right === "write"),
        probe({ kind: "delete", zone }, right === "write"),
        ...(first === undefined ? [] : [probe({ kind: "drop", relation: first.relation }, false)]),
      ];
    }),
    ...privateTables.map((table) => probe({ kind: "private", table }, false)),
  ];
}

function sightProbe(
  role: Role,
  { relation, columns }: ClassedRelation,
  access: Access,
): readonly SightProbe[] {
  if (!mayRead(role, relation)) return [];
  const filter = role.rows[relation];
  const classed = columns
    .filter(({ classes }) => classes.length > 0)
    .map((column) => {
      const mask = maskOf(role, column, access);
      const { name, type } = column;
      return { name, type, ...(mask === undefined ? {} : { mask }) };
    });
  if (filter === undefined && classed.length === 0) return [];
  return [
    {
      ...{ kind: "sight", role, relation, columns: classed },
      ...(filter === undefined ? {} : { filter }),
    },
  ];
}
