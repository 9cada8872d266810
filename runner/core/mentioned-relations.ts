import { blankOut, comments } from "./blank-out.ts";
import type { RelationName } from "./relation.ts";

const dotted = /(?<!\w)"?(raw|cleaned|work|gold)"?\s*\.\s*"?([a-z_][a-z0-9_]*)/gi;

/**
 * The relations that a statement seems to name, each once: also in texts that it may build a query of, and where an alias
 * happens to be called as a zone. It is no judgement of who may read what.
 */
export function mentionedRelations(statement: string): readonly RelationName[] {
  const text = blankOut(statement, comments);
  const names = [...text.matchAll(dotted)].map(([, zone = "", name = ""]) =>
    `${zone}.${name}`.toLowerCase(),
  );
  return [...new Set(names)] as RelationName[];
}
