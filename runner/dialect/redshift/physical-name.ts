import { createHash } from "node:crypto";
import { baseName, zoneOf } from "../../core/relation.ts";
import type { RelationName } from "../../core/relation.ts";

/** In bytes, of Redshift's relatives such as Postgres; Redshift itself takes 127. */
const longestName = 63;

/** Of a run, as `20260101_000000_000_abcd`. */
const runIdBytes = 24;

/** Of what steps write for themselves beside a candidate: `__rows__99`, `__delta__99`, `__intervals`. */
const longestEnding = 11;

const longestBeginning = longestName - longestEnding - runIdBytes - "__".length;
const hashBytes = 8;

/**
 * The name of what a run writes for a relation, without a schema. The end of a long relation's name is a hash of it, so
 * that run and ending stay whole: an engine would cut them off, and take two relations for one.
 */
export function physicalName(relation: RelationName, runId: string): string {
  return `${beginning(relation)}__${runId}`;
}

function beginning(relation: RelationName): string {
  const whole = `${zoneOf(relation)}__${baseName(relation)}`;
  if (whole.length <= longestBeginning) return whole;
  const hash = createHash("sha256").update(relation).digest("hex").slice(0, hashBytes);
  return `${whole.slice(0, longestBeginning - hashBytes - 1)}_${hash}`;
}
