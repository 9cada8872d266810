import { production, publicNameIn } from "./environment.ts";
import type { RelationName } from "./relation.ts";
import type { WarehouseState } from "./state.ts";

/** Where readers find what a run publishes. */
export function publicName(state: WarehouseState, relation: RelationName): string {
  return publicNameIn(state.environment)(relation);
}

/** Where readers of the state's environment find what is published now: there, or in production. */
export function publishedName(state: WarehouseState, relation: RelationName): string {
  return publicNameIn(state.published.get(relation)?.environment ?? production)(relation);
}
