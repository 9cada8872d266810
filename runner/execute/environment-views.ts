import type { Dialect } from "../core/dialect.ts";
import { production, publicNameIn, schemaOf } from "../core/environment.ts";
import { zones } from "../core/relation.ts";
import { isSameShape } from "../core/manifest.ts";
import type { RelationName } from "../core/relation.ts";
import type { PublishedColumns, PublishedRelation } from "../core/state.ts";

/** What an environment reads of production. */
export type Inherited = Pick<PublishedRelation, "relation" | "definition">;

/** Makes an environment's schemas, and its views of what it has not for itself: each reads production's relation. */
export function inheritStatements(
  environment: string,
  relations: readonly Inherited[],
  dialect: Dialect,
): readonly string[] {
  const nameIn = publicNameIn(environment);
  return [
    ...zones.map((zone) => `create schema if not exists ${schemaOf(zone, environment)}`),
    ...relations.flatMap(({ relation, definition }) =>
      dialect.replaceView(
        nameIn(relation),
        dialect.hasMaskedViews ? definition : `select * from ${publicNameIn(production)(relation)}`,
      ),
    ),
  ];
}

/** Whether the views by which environments read a relation have to follow its new version. */
export function changesInherited(
  before: (PublishedColumns & Inherited) | undefined,
  now: PublishedColumns & Inherited,
  { hasMaskedViews }: Pick<Dialect, "hasMaskedViews">,
): boolean {
  if (!isSameShape(before?.columns ?? [], now.columns)) return true;
  return hasMaskedViews && before?.definition !== now.definition;
}

/** What production publishes or takes away, as the environments that have none of it for themselves read it from now on. */
export function inheritedStatements(
  changed: {
    readonly published: readonly Inherited[];
    readonly removed: readonly RelationName[];
  },
  environments: ReadonlyMap<string, ReadonlySet<RelationName>>,
  dialect: Dialect,
): readonly string[] {
  return [...environments].flatMap(([environment, own]) => {
    const isInherited = (relation: RelationName) => !own.has(relation);
    const nameIn = publicNameIn(environment);
    const published = changed.published.filter(({ relation }) => isInherited(relation));
    return [
      ...(published.length === 0 ? [] : inheritStatements(environment, published, dialect)),
      ...changed.removed.filter(isInherited).map((relation) => dialect.dropView(nameIn(relation))),
    ];
  });
}

/** Removes an environment's views with their schemas. */
export function dropEnvironmentStatements(environment: string): readonly string[] {
  return zones.map((zone) => `drop schema if exists ${schemaOf(zone, environment)} cascade`);
}
