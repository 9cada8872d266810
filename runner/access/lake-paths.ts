import type { Access, Role } from "../core/access.ts";
import { mayRead, rightIn } from "../core/access.ts";
import { baseName, zoneOf, zones } from "../core/relation.ts";
import type { RelationName } from "../core/relation.ts";
import { seesAllOf, seesWhole } from "./relations.ts";
import type { ClassedRelation } from "./relations.ts";

/** What a role may do with the lake's files, as paths below its root: `gold`, or `gold/sales` alone. */
export interface LakePaths {
  readonly read: readonly string[];
  readonly write: readonly string[];
  readonly denied: readonly string[];
}

/**
 * A role reads the files of a zone of which it sees everything, and else those of the relations that it sees whole. What
 * it sees masked or in part it may not have as files, not even where it writes.
 */
export function lakePaths(
  role: Role,
  relations: readonly ClassedRelation[],
  access: Access,
): LakePaths {
  const readable = relations.filter(({ relation }) => mayRead(role, relation));
  const whole = zones.filter((zone) => seesAllOf(role, zone));
  const isInWhole = (relation: RelationName) => whole.includes(zoneOf(relation));
  return {
    read: [
      ...whole,
      ...readable
        .filter((each) => !isInWhole(each.relation) && seesWhole(role, each, access))
        .map(({ relation }) => pathOf(relation)),
    ],
    write: zones.filter((zone) => rightIn(role, zone) === "write"),
    denied: readable
      .filter((each) => !seesWhole(role, each, access))
      .map(({ relation }) => pathOf(relation)),
  };
}

function pathOf(relation: RelationName): string {
  return `${zoneOf(relation)}/${baseName(relation)}`;
}
