import type { AccessFact } from "../core/access-fact.ts";
import { roleName } from "./wanted.ts";
import type { WantedAccess } from "./wanted.ts";

/**
 * What the warehouse says without what others may decide: who takes a role that is anybody's, and the rights on tables
 * that users made for themselves. `made` are the relations that are the runner's, as `schema.name`.
 */
export function withoutOthers(
  live: readonly AccessFact[],
  { prefix, access }: Pick<WantedAccess, "prefix" | "access">,
  made: ReadonlySet<string>,
): readonly AccessFact[] {
  const open = new Set(
    access.roles
      .filter(({ members }) => members.some(({ user }) => user === "*"))
      .map(({ name }) => roleName(prefix, name)),
  );
  const writable = new Set(
    access.roles.flatMap(({ zones }) =>
      Object.entries(zones).flatMap(([zone, right]) => (right === "write" ? [zone] : [])),
    ),
  );
  return live.filter((fact) => {
    switch (fact.kind) {
      case "member":
        return !open.has(fact.role) || fact.user.startsWith(`${prefix}probe_`);
      case "relation":
        return made.has(`${fact.on.schema}.${fact.on.name}`) || !writable.has(fact.on.schema);
      default:
        return true;
    }
  });
}
