import type { ClassedRelation } from "../../access/relations.ts";
import { withoutOthers } from "../../access/accepted.ts";
import { wantedFacts } from "../../access/wanted.ts";
import { accessChanges } from "../../core/access-fact.ts";
import type { AccessChanges } from "../../core/access-fact.ts";
import { isEphemeral, isTest } from "../../core/node.ts";
import type { Engine } from "../../core/ports.ts";
import type { RelationName } from "../../core/relation.ts";
import type { WarehouseState } from "../../core/state.ts";
import { readLiveAccess } from "../../dialect/redshift/access/live.ts";
import { readFileRights } from "../../dialect/redshift/access/file-rights.ts";
import type { LiveAccess } from "../../dialect/redshift/access/live.ts";
import type { LinkedProject } from "../project.ts";
import { publishedRelations } from "./classed-relations.ts";
import { wantedAccess } from "./declared-access.ts";

export interface ComparedAccess {
  readonly live: LiveAccess;
  readonly changes: AccessChanges;
  /** Relations of the project that are published, with the columns that they have there. */
  readonly published: readonly ClassedRelation[];
  /** Declared relations that the warehouse does not have: their rights come with their first build. */
  readonly unbuilt: readonly string[];
}

/** What the warehouse says of who may see what, beside what the project wants of it. */
export async function compareAccess(
  linked: LinkedProject,
  engine: Engine,
  { production }: Pick<WarehouseState, "production">,
): Promise<ComparedAccess> {
  const declared = relationsOf(linked);
  const published = await publishedRelations(linked, production.values());
  const wanted = wantedAccess(linked, published);
  const ask = async (query: string) => (await engine.query(query)).rows;
  const [live, fileRights] = await Promise.all([
    readLiveAccess(ask, wanted.prefix),
    readFileRights(ask, wanted.prefix),
  ]);
  const made = new Set<string>([...production.keys(), ...declared]);
  const own = withoutOthers(live.facts, wanted, made);
  return {
    live: { ...live, foreign: [...live.foreign, ...fileRights] },
    changes: accessChanges(own, wantedFacts(wanted)),
    published,
    unbuilt: declared.filter((relation) => !production.has(relation)),
  };
}

/** Those that readers may meet. */
function relationsOf({ graph }: LinkedProject): readonly RelationName[] {
  return [...graph.nodes.values()].flatMap((node) =>
    isTest(node) || isEphemeral(node) ? [] : [node.relation],
  );
}
