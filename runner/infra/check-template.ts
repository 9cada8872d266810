import type { Resource, Template, Value } from "./cloudformation.ts";
import { policyProblems, statementsOf } from "./policy-rules.ts";
import { referenceProblems } from "./references.ts";
import { resourceTypes } from "./resource-types.ts";

/** What must hold of every template; `problems` tells what does not. */
export interface Rule {
  readonly says: string;
  readonly problems: (template: Template) => readonly string[];
}

type Fields = Readonly<Record<string, Value>>;

/** The rules by which a template is judged without AWS. */
export const rules: readonly Rule[] = [
  {
    says: "every name that is used is there, and nothing needs itself",
    problems: referenceProblems,
  },
  {
    says: "resources are of known types and have what these need",
    problems: eachResource((name, { Type: type, Properties: properties }) => {
      const known = resourceTypes[type];
      if (known === undefined) return [`${name} is a ${type}, which no rule knows`];
      return known.required
        .filter((property) => !Object.hasOwn(properties, property))
        .map((property) => `${name} has no ${property}, which a ${type} needs`);
    }),
  },
  {
    says: "no policy allows more than one action at a time, or anything to everything",
    problems: policyProblems,
  },
  {
    says: "what holds data outlives the stack",
    problems: eachResource((name, resource) => {
      const isKept =
        resource.DeletionPolicy === "Retain" && resource.UpdateReplacePolicy === "Retain";
      const holdsData = resourceTypes[resource.Type]?.holdsData ?? false;
      return holdsData && !isKept ? [`${name} goes with the stack, and its data with it`] : [];
    }),
  },
  {
    says: "buckets are encrypted, closed to the public and reached by TLS alone",
    problems: (template) =>
      ofType(template, "AWS::S3::Bucket").flatMap((bucket) => bucketProblems(template, bucket)),
  },
  {
    says: "no rule expires what a manifest may list",
    problems: (template) =>
      ofType(template, "AWS::S3::Bucket").flatMap(([name, { Properties: properties }]) => {
        const expiring = /"(Expiration|ExpirationDate|ExpirationInDays|Transitions?)":/.exec(
          JSON.stringify(properties.LifecycleConfiguration ?? {}),
        );
        return expiring === null ? [] : [`${name} has a rule with ${expiring[1] ?? ""}`];
      }),
  },
  {
    says: "the warehouse is not reached from the internet",
    problems: (template) =>
      ["AWS::RedshiftServerless::Workgroup", "AWS::Redshift::Cluster"]
        .flatMap((type) => ofType(template, type))
        .filter(([, { Properties: properties }]) => properties.PubliclyAccessible !== false)
        .map(([name]) => `${name} is publicly accessible`),
  },
  {
    says: "no password stands in it",
    problems: eachResource((name, { Properties: properties }) =>
      Object.keys(properties)
        .filter((property) => /(?<!^Manage(?:Admin|Master))password$/i.test(property))
        .map((property) => `${name} has ${property}`),
    ),
  },
  {
    says: "as JSON it is short enough to be handed over by itself",
    problems: (template) => {
      const bytes = Buffer.byteLength(JSON.stringify(template));
      return bytes <= mostTemplateBytes
        ? []
        : [`it has ${bytes} bytes, and CloudFormation takes ${mostTemplateBytes}`];
    },
  },
];

/** CloudFormation's limit for a template that does not lie in S3. */
export const mostTemplateBytes = 51_200;

/** What is wrong with a template; empty when nothing is. */
export function checkTemplate(template: Template): readonly string[] {
  return rules.flatMap(({ problems }) => problems(template));
}

function eachResource(
  problemsOf: (name: string, resource: Resource) => readonly string[],
): Rule["problems"] {
  return ({ Resources: resources }) =>
    Object.entries(resources).flatMap(([name, resource]) => problemsOf(name, resource));
}

function ofType({ Resources: resources }: Template, type: string) {
  return Object.entries(resources).filter(([, resource]) => resource.Type === type);
}

const publicAccess = [
  "BlockPublicAcls",
  "BlockPublicPolicy",
  "IgnorePublicAcls",
  "RestrictPublicBuckets",
] as const;

function bucketProblems(
  template: Template,
  [name, { Properties: properties }]: readonly [string, Resource],
): readonly string[] {
  const blocked = (properties.PublicAccessBlockConfiguration ?? {}) as Fields;
  const problems = publicAccess
    .filter((setting) => blocked[setting] !== true)
    .map((setting) => `${name} leaves ${setting} off`);
  if (!JSON.stringify(properties.BucketEncryption ?? {}).includes('"aws:kms"')) {
    problems.push(`${name} is not encrypted with a key of its own`);
  }
  const isDenied = ofType(template, "AWS::S3::BucketPolicy")
    .filter(([, policy]) => (policy.Properties.Bucket as Fields).Ref === name)
    .flatMap(([, policy]) => statementsOf(policy))
    .some(
      ({ Effect: effect, Condition: condition }) =>
        effect === "Deny" &&
        JSON.stringify(condition ?? {}).includes('"aws:SecureTransport":"false"'),
    );
  if (!isDenied) problems.push(`${name} can be read over an open line`);
  return problems;
}
