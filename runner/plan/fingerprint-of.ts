import type { CompiledProject } from "../compile/compile.ts";
import type { RelationName } from "../core/relation.ts";

/** What a relation would be built from: its content and that of all that it reads. */
export function fingerprintOf(compiled: CompiledProject, relation: RelationName): string {
  const fingerprint = compiled.fingerprints().get(relation);
  if (fingerprint === undefined) throw new Error(`${relation} is no node of the project`);
  return fingerprint.full;
}
