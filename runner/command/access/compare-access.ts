import { withoutOthers } from "../../access/accepted.ts";
import { wantedFacts } from "../../access/wanted.ts";
import { accessChanges } from "../../core/access-fact.ts";
import type { AccessChanges } from "../../core/access-fact.ts";
import type { Engine } from "../../core/ports.ts";
import type { WarehouseState } from "../../core/state.ts";
import { readLiveAccess } from "../../dialect/redshift/access/live.ts";
import type { LiveAccess } from "../../dialect/redshift/access/live.ts";
import type { LinkedProject } from "../project.ts";
import { classedRelations, wantedAccess } from "./declared-access.ts";

export interface ComparedAccess {
  readonly live: LiveAccess;
  readonly changes: AccessChanges;
  /** Declared relations that the warehouse does not have: their rights come with their first build. */
  readonly unbuilt: readonly string[];
}

/** What the warehouse says of who may see what, beside what the project wants of it. */
export async function compareAccess(
  linked: LinkedProject,
  engine: Engine,
  { production }: Pick<WarehouseState, "production">,
): Promise<ComparedAccess> {
  const all = await classedRelations(linked);
  const built = all.filter(({ relation }) => production.has(relation));
  const wanted = wantedAccess(linked, built);
  const live = await readLiveAccess(
    async (query) => (await engine.query(query)).rows,
    wanted.prefix,
  );
  const made = new Set<string>([...production.keys(), ...all.map(({ relation }) => relation)]);
  const own = withoutOthers(live.facts, wanted, made);
  return {
    live,
    changes: accessChanges(own, wantedFacts(wanted)),
    unbuilt: all.filter((each) => !built.includes(each)).map(({ relation }) => relation),
  };
}
