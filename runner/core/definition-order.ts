import type { PublishedRelation } from "./state.ts";

/**
 * Versions in an order in which their public views can be made one by one: an engine may refuse a view of what does not
 * stand yet. The ledger keeps no graph, so that whatever a definition names comes before it; a name in a comment does
 * no harm.
 */
export function inDefinitionOrder<
  Version extends { readonly published: Pick<PublishedRelation, "relation" | "definition"> },
>(versions: readonly Version[]): readonly Version[] {
  const byName = new Map<string, Version>(
    versions.map((version) => [version.published.relation, version]),
  );
  const ordered = new Set<Version>();
  const begun = new Set<Version>();
  const place = (version: Version) => {
    if (begun.has(version)) return;
    begun.add(version);
    for (const [name] of version.published.definition.matchAll(/\b\w+\.\w+\b/g)) {
      const named = byName.get(name);
      if (named !== undefined) place(named);
    }
    ordered.add(version);
  };
  versions.forEach(place);
  return [...ordered];
}
