/** The lake's zones in the order in which data passes through them. */
export const zones = ["raw", "cleaned", "work", "gold"] as const;
export type Zone = (typeof zones)[number];

/** A relation's one name: in a ref, a selector, the warehouse (schema.table) and the lake (prefix/name). */
export type RelationName = `${Zone}.${string}`;

export const identifierPattern = /^[a-z][a-z0-9_]*$/;

export function isZone(text: string): text is Zone {
  return (zones as readonly string[]).includes(text);
}

/** Reads `zone.name`; undefined when the zone is unknown or the name is not lower snake case. */
export function parseRelationName(text: string): RelationName | undefined {
  const [zone, name, ...rest] = text.split(".");
  if (zone === undefined || name === undefined || rest.length > 0) return undefined;
  return isZone(zone) && identifierPattern.test(name) ? `${zone}.${name}` : undefined;
}

export function relationName(zone: Zone, name: string): RelationName {
  return `${zone}.${name}`;
}

export function zoneOf(relation: RelationName): Zone {
  return relation.slice(0, relation.indexOf(".")) as Zone;
}

/** The part after the zone. */
export function baseName(relation: RelationName): string {
  return relation.slice(relation.indexOf(".") + 1);
}
