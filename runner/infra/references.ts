import { closest } from "../core/closest.ts";
import { stronglyConnected } from "../core/strongly-connected.ts";
import type { Template, Value } from "./cloudformation.ts";
import { resourceTypes } from "./resource-types.ts";

/** A name that a template uses: of a parameter or resource, or an attribute of a resource. */
interface Use {
  readonly name: string;
  readonly attribute?: string;
}

const pseudoParameters = new Set(
  ["AccountId", "NoValue", "Partition", "Region", "StackName", "URLSuffix"].map(
    (name) => `AWS::${name}`,
  ),
);

/** Whatever names something that is not there, is defined and not used, or needs itself to be made. */
export function referenceProblems(template: Template): readonly string[] {
  const { Resources: resources, Outputs: outputs, Conditions: conditions } = template;
  const parts = [
    ...Object.entries(resources),
    ...Object.entries(outputs).map(([name, output]) => [`the output ${name}`, output] as const),
    ...Object.entries(conditions).map(([name, rule]) => [`the condition ${name}`, rule] as const),
  ].map(([where, part]) => [where, part as Value] as const);
  const problems = parts.flatMap(([where, part]) =>
    usesIn(part).flatMap((use) => {
      const problem = problemOf(use, template);
      return problem === undefined ? [] : [`${where} ${problem}`];
    }),
  );
  const used = new Set(parts.flatMap(([, part]) => usesIn(part)).map(({ name }) => name));
  for (const name of Object.keys(template.Parameters)) {
    if (!used.has(name)) problems.push(`the parameter ${name} is used nowhere`);
  }
  for (const name of parts.flatMap(([, part]) => conditionsIn(part))) {
    if (!Object.hasOwn(conditions, name)) problems.push(`there is no condition ${name}`);
  }
  return [...problems, ...circles(template)];
}

function problemOf({ name, attribute }: Use, template: Template): string | undefined {
  const { Parameters: parameters, Resources: resources } = template;
  const resource = Object.hasOwn(resources, name) ? resources[name] : undefined;
  if (attribute === undefined) {
    const isKnown =
      resource !== undefined || Object.hasOwn(parameters, name) || pseudoParameters.has(name);
    if (isKnown) return undefined;
    const near = closest(name, [...Object.keys(resources), ...Object.keys(parameters)]);
    return `names ${name}, which is not there${near === undefined ? "" : `: is it ${near}?`}`;
  }
  if (resource === undefined) return `reads ${attribute} of ${name}, which is no resource`;
  const attributes = resourceTypes[resource.Type]?.attributes ?? [];
  return attributes.includes(attribute)
    ? undefined
    : `reads ${attribute} of ${name}, and a ${resource.Type} has none`;
}

function circles({ Resources: resources }: Template): readonly string[] {
  const edges = new Map(
    Object.entries(resources).map(([name, resource]): [string, string[]] => [
      name,
      usesIn(resource as unknown as Value).map((use) => use.name),
    ]),
  );
  return stronglyConnected(edges).map(
    (group) => `${group.join(" and ")} cannot be made before each other`,
  );
}

function usesIn(value: Value): readonly Use[] {
  return functionsIn(value).flatMap(([name, given]): readonly Use[] => {
    if (name === "Ref" && typeof given === "string") return [{ name: given }];
    if (name === "Fn::GetAtt" && Array.isArray(given)) {
      return [{ name: String(given[0]), attribute: String(given[1]) }];
    }
    if (name !== "Fn::Sub" || typeof given !== "string") return [];
    return [...given.matchAll(/\$\{([^!}][^}]*)\}/g)].map(([, text = ""]) => {
      const [first = "", ...rest] = text.split(".");
      return rest.length === 0 ? { name: first } : { name: first, attribute: rest.join(".") };
    });
  });
}

function conditionsIn(value: Value): readonly string[] {
  return functionsIn(value).flatMap(([name, given]) =>
    name === "Fn::If" && Array.isArray(given) ? [String(given[0])] : [],
  );
}

/** The functions that a value calls, with what they are given. */
function functionsIn(value: Value): readonly (readonly [string, Value])[] {
  if (typeof value !== "object") return [];
  const parts = Object.entries(value as Readonly<Record<string, Value>>);
  const [only] = parts;
  const isFunction =
    parts.length === 1 && only !== undefined && (only[0] === "Ref" || only[0].startsWith("Fn::"));
  return [...(isFunction ? [only] : []), ...parts.flatMap(([, part]) => functionsIn(part))];
}
