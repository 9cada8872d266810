import type { Value } from "./cloudformation.ts";

const version = "2012-10-17";

type Conditions = Readonly<Record<string, Readonly<Record<string, Value>>>>;

/** A statement of an identity's policy: these actions, on these resources, and nothing else. */
export function allow(
  sid: string,
  actions: readonly string[],
  on: { readonly resources: readonly Value[]; readonly condition?: Conditions },
): Value {
  const { resources, condition } = on;
  return {
    Sid: sid,
    Effect: "Allow",
    Action: actions,
    Resource: resources,
    ...(condition === undefined ? {} : { Condition: condition }),
  };
}

export function policy(statements: readonly Value[]): Value {
  return { Version: version, Statement: statements };
}

/** Who may take a role: services, under a condition or none, and further statements. */
export function trust(
  services: readonly string[],
  options: { readonly condition?: Conditions; readonly further?: readonly Value[] } = {},
): Value {
  const { condition, further = [] } = options;
  return policy([
    {
      Effect: "Allow",
      Principal: { Service: services },
      Action: ["sts:AssumeRole"],
      ...(condition === undefined ? {} : { Condition: condition }),
    },
    ...further,
  ]);
}
