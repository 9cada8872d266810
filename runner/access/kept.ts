import { accessChanges } from "../core/access-fact.ts";
import type { AccessChanges, AccessFact } from "../core/access-fact.ts";
import { objectOf, roleName, wantedFacts } from "./wanted.ts";
import type { WantedAccess } from "./wanted.ts";

/**
 * What views that were just made need, so that the roles that the warehouse has see them as declared: masks and row
 * policies first, then the right to read. What was never applied is not begun here.
 */
export function factsOfNewViews(wanted: WantedAccess, live: readonly AccessFact[]): AccessChanges {
  const known = new Set(live.flatMap((fact) => (fact.kind === "role" ? [fact.role] : [])));
  const access = {
    ...wanted.access,
    roles: wanted.access.roles.filter(({ name }) => known.has(roleName(wanted.prefix, name))),
  };
  const made = new Set(wanted.relations.map(({ relation }) => JSON.stringify(objectOf(relation))));
  const isOf = (fact: AccessFact) => "on" in fact && made.has(JSON.stringify(fact.on));
  const isPolicy = ({ kind }: AccessFact) =>
    kind === "masking_policy" || kind === "row_policy" || kind === "attributes";
  const { add } = accessChanges(
    live.filter((fact) => !isOf(fact)),
    wantedFacts({ ...wanted, access }).filter((fact) => isOf(fact) || isPolicy(fact)),
  );
  return { add, remove: [] };
}
