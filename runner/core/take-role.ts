import type { Access, Member, Role } from "./access.ts";
import { didYouMean } from "./closest.ts";
import { Failure } from "./diagnostic.ts";

/** Somebody who has taken a role. */
export interface TakenRole {
  readonly role: Role;
  readonly user: string;
  /** As the role has it; it may be anybody's. */
  readonly member: Member;
}

/** Lets a user take a role; a failure where there is none of that name, or it is not for this user. */
export function takeRole(access: Access | undefined, name: string, user: string): TakenRole {
  if (access === undefined || access.roles.length === 0) {
    const hint = "Declare roles under access in pipelines.yaml.";
    throw new Failure([
      { code: "ACCESS_UNDECLARED", message: "The project declares no roles.", hint },
    ]);
  }
  const role = access.roles.find((each) => each.name === name);
  if (role === undefined) {
    const names = access.roles.map((each) => each.name);
    const hint = didYouMean(name, names, `Roles: ${names.join(", ")}.`);
    throw new Failure([
      { code: "ACCESS_ROLE_UNKNOWN", message: `There is no role "${name}".`, hint },
    ]);
  }
  const member =
    role.members.find((each) => each.user === user) ??
    role.members.find((each) => each.user === "*");
  if (member !== undefined) return { role, user, member };
  const theirs = access.roles.filter(({ members }) =>
    members.some((each) => each.user === user || each.user === "*"),
  );
  const hint =
    theirs.length === 0
      ? "Members of roles are declared in pipelines.yaml; --user names another user."
      : `Roles of ${user}: ${theirs.map((each) => each.name).join(", ")}.`;
  throw new Failure([
    { code: "ACCESS_NOT_MEMBER", message: `${user} may not take the role ${name}.`, hint },
  ]);
}
