import type { Dialect } from "./dialect.ts";
import { production, publicNameIn } from "./environment.ts";
import { isSameShape } from "./manifest.ts";
import type { LakeColumn } from "./manifest.ts";
import type { RelationName } from "./relation.ts";
import type { WarehouseState } from "./state.ts";

/** Where readers find what a run publishes. */
export function publicName(state: WarehouseState, relation: RelationName): string {
  return publicNameIn(state.environment)(relation);
}

/** Whether readers of the state's environment have a view of their own of a relation, with these columns. */
export function hasPublicView(
  state: WarehouseState,
  relation: RelationName,
  columns: readonly LakeColumn[],
): boolean {
  const published = state.published.get(relation);
  if (published?.environment !== state.environment) return false;
  return isSameShape(published.columns, columns);
}

/** Where readers of the state's environment find what is published now: there, or in production. */
export function publishedName(state: WarehouseState, relation: RelationName): string {
  return publicNameIn(state.published.get(relation)?.environment ?? production)(relation);
}

/** Statements that point the public view of a relation at other rows; rights on a view of the same columns stay. */
export function repointed(
  {
    relation,
    columns,
  }: { readonly relation: RelationName; readonly columns: readonly LakeColumn[] },
  definition: string,
  { dialect, state }: { readonly dialect: Dialect; readonly state: WarehouseState },
): readonly string[] {
  const hasSameColumns = hasPublicView(state, relation, columns);
  return dialect.replaceView(publicName(state, relation), definition, { hasSameColumns });
}
