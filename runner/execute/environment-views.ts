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
    ...relations.map((relation) =>
      dialect.replaceView(nameIn(relation), `select * from ${publicNameIn(production)(relation)}`),
    ),
  ];
}

/** Removes an environment's views with their schemas. */
export function dropEnvironmentStatements(environment: string): readonly string[] {
  return zones.map((zone) => `drop schema if exists ${schemaOf(zone, environment)} cascade`);
}
