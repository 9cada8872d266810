import type { Dialect } from "../core/dialect.ts";
import { production, publicNameIn, schemaOf } from "../core/environment.ts";
import { zones } from "../core/relation.ts";
import type { RelationName } from "../core/relation.ts";

/** Makes an environment's schemas, and its views of what it has not for itself: each reads production's relation. */
export function inheritStatements(
  environment: string,
  relations: readonly RelationName[],
  dialect: Dialect,
): readonly string[] {
  const nameIn = publicNameIn(environment);
  return [
    ...zones.map((zone) => `create schema if not exists ${schemaOf(zone, environment)}`),
    ...relations.flatMap((relation) =>
      dialect.replaceView(nameIn(relation), `select * from ${publicNameIn(production)(relation)}`),
    ),
  ];
}

/** What production publishes or takes away, as the environments that have none of it for themselves read it from now on. */
export function inheritedStatements(
  changed: {
    readonly published: readonly RelationName[];
    readonly removed: readonly RelationName[];
  },
  environments: ReadonlyMap<string, ReadonlySet<RelationName>>,
  dialect: Dialect,
): readonly string[] {
  return [...environments].flatMap(([environment, own]) => {
    const isInherited = (relation: RelationName) => !own.has(relation);
    const nameIn = publicNameIn(environment);
    const published = changed.published.filter(isInherited);
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
