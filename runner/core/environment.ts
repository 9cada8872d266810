import { identifierPattern, zoneOf, baseName } from "./relation.ts";
import type { RelationName, Zone } from "./relation.ts";

/** The environment whose relations have their plain names. */
export const production = "production";

/** Lower snake case without `__`, which parts a zone from its environment; short, for it is part of every schema's name. */
export function isEnvironmentName(text: string): boolean {
  return identifierPattern.test(text) && !text.includes("__") && text.length <= 40;
}

/**
 * The schema in which an environment's readers find a zone, as SQL: `gold`, or `gold__alice`. Redshift takes `raw` for a
 * word of its own.
 */
export function schemaOf(zone: Zone, environment: string): string {
  if (environment !== production) return `${zone}__${environment}`;
  return zone === "raw" ? `"raw"` : zone;
}

/** What an environment's readers call a relation: `gold.sales`, or `gold__alice.sales`. */
export function publicNameIn(environment: string): (relation: RelationName) => string {
  return (relation) => `${schemaOf(zoneOf(relation), environment)}.${baseName(relation)}`;
}
