import type { Access, Role } from "../core/access.ts";
import { mayRead, rightIn, seesInClear } from "../core/access.ts";
import { zoneOf, zones } from "../core/relation.ts";
import type { RelationName, Zone } from "../core/relation.ts";
import { seesWhole } from "./relations.ts";
import type { ClassedRelation } from "./relations.ts";

/** What a role may do in a zone. */
export interface ZoneRow {
  readonly role: string;
  readonly zone: Zone;
  /** `some` are `relations` alone. */
  readonly read: "all" | "some" | "none";
  readonly write: boolean;
  /** Whether it sees what there is. */
  readonly list: boolean;
  /** Of what its own users made: no role drops what a model made. */
  readonly delete: boolean;
  /** Given where it reads some. */
  readonly relations?: readonly RelationName[];
  /** Of which it sees some rows alone. */
  readonly filtered: readonly RelationName[];
  /**
   * Of which it may not read the lake's files, for masks and row filters are not in the files: it reads these by queries
   * alone.
   */
  readonly queriedOnly: readonly RelationName[];
}

export type Sight = "clear" | "hidden" | "hashed" | "masked";

/** How a role sees the columns of a class, wherever it may read them. */
export interface ClassRow {
  readonly role: string;
  readonly class: string;
  readonly seen: Sight;
}

/** Who may do what, and who may not: a row for each pair. */
export interface AccessTable {
  readonly zones: readonly ZoneRow[];
  readonly classes: readonly ClassRow[];
}

export function accessTable(access: Access, relations: readonly ClassedRelation[]): AccessTable {
  return {
    zones: access.roles.flatMap((role) =>
      zones.map((zone) => zoneRow(role, zone, { access, relations })),
    ),
    classes: access.classes.flatMap(({ name, mask }) =>
      access.roles.map((role) => ({
        role: role.name,
        class: name,
        seen: seesInClear(role, name) ? "clear" : sightOf(mask.kind),
      })),
    ),
  };
}

interface Known {
  readonly access: Access;
  readonly relations: readonly ClassedRelation[];
}

function zoneRow(role: Role, zone: Zone, { access, relations }: Known): ZoneRow {
  const right = rightIn(role, zone);
  const inZone = relations.filter(({ relation }) => zoneOf(relation) === zone);
  const readable = inZone.filter(({ relation }) => mayRead(role, relation));
  const names = readable.map(({ relation }) => relation);
  const isSome = role.relations !== undefined;
  const read =
    right === undefined || (isSome && names.length === 0) ? "none" : isSome ? "some" : "all";
  return {
    role: role.name,
    zone,
    read,
    write: right === "write",
    list: read !== "none",
    delete: right === "write",
    ...(read === "some" ? { relations: names } : {}),
    filtered: names.filter((relation) => role.rows[relation] !== undefined),
    queriedOnly: readable
      .filter((relation) => !seesWhole(role, relation, access))
      .map(({ relation }) => relation),
  };
}

export function sightOf(kind: Access["classes"][number]["mask"]["kind"]): Sight {
  switch (kind) {
    case "hide":
      return "hidden";
    case "hash":
      return "hashed";
    case "expression":
      return "masked";
    default:
      return kind satisfies never;
  }
}
