import type { Value } from "../cloudformation.ts";

type Statement = Readonly<Record<string, Value>>;

/** A request to S3, as IAM judges it. */
export interface Request {
  readonly action: string;
  /** An ARN. */
  readonly resource: string;
  /** Keys of conditions, such as `s3:prefix`. */
  readonly context?: Readonly<Record<string, string>>;
}

/** IAM's own rule: an explicit deny beats any allow, and what nothing allows is denied. Knows the conditions of these policies. */
export function mayDo(statements: readonly Value[], request: Request): boolean {
  const fitting = (statements as readonly Statement[]).filter((each) => fits(each, request));
  if (fitting.some(({ Effect: effect }) => effect === "Deny")) return false;
  return fitting.some(({ Effect: effect }) => effect === "Allow");
}

function fits(statement: Statement, { action, resource, context = {} }: Request): boolean {
  const on = statement.NotResource ?? statement.Resource;
  const isOn = list(on).some((pattern) => matches(pattern, resource));
  if (statement.NotResource === undefined ? !isOn : isOn) return false;
  if (!list(statement.Action).some((pattern) => matches(pattern, action))) return false;
  return Object.entries((statement.Condition ?? {}) as Record<string, Record<string, Value>>).every(
    ([operator, keys]) =>
      Object.entries(keys).every(([key, wanted]) => {
        const given = context[key];
        if (given === undefined) return false;
        if (operator === "StringLike") return list(wanted).some((each) => matches(each, given));
        if (operator === "StringEquals" || operator === "Bool") return list(wanted).includes(given);
        throw new Error(`${operator} is no condition that these policies have`);
      }),
  );
}

function list(value: Value | undefined): readonly string[] {
  const values = (Array.isArray(value) ? value : [value]) as readonly Value[];
  return values.map((each) => (typeof each === "string" ? each : resolved(each)));
}

/** The bucket and its key by their names, as CloudFormation fills them in. */
function resolved(value: Value): string {
  const { "Fn::Sub": text, "Fn::GetAtt": attribute } = value as Readonly<Record<string, Value>>;
  const named =
    typeof text === "string" ? text : `\${${(attribute as readonly string[]).join(".")}}`;
  return named
    .replace("${LakeBucket.Arn}", "arn:aws:s3:::lake")
    .replace("${LakeKey.Arn}", "arn:aws:kms:::key")
    .replace("${AWS::Region}.${AWS::URLSuffix}", "eu.amazonaws.com");
}

/** A statement of S3 with the names that CloudFormation would fill in. */
export function resolvedStatement(statement: Value): {
  readonly Effect: string;
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition: Value | undefined;
} {
  const { Effect, Action, Resource, Condition } = statement as Statement;
  return { Effect: Effect as string, Action: list(Action), Resource: list(Resource), Condition };
}

function matches(pattern: string, text: string): boolean {
  const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${escaped.replaceAll("*", ".*").replaceAll("?", ".")}$`).test(text);
}
