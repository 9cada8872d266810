import type { LakeManifest } from "../core/manifest.ts";
import type { RelationName } from "../core/relation.ts";
import type { WarehouseState } from "../core/state.ts";

/** The manifest that the state's environment itself points at, and not production for it. */
export function ownManifest(
  relation: RelationName,
  state: WarehouseState,
): LakeManifest | undefined {
  const isOwn = state.published.get(relation)?.environment === state.environment;
  return isOwn ? state.manifests.get(relation) : undefined;
}
