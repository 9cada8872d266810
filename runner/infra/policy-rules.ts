import type { Resource, Template, Value } from "./cloudformation.ts";

type Fields = Readonly<Record<string, Value>>;

/** About a statement, whose id says nothing of a warehouse: AWS narrows them by who submitted it. */
const narrowedByOwner = new Set(
  ["DescribeStatement", "GetStatementResult", "CancelStatement", "ListStatements"].map(
    (name) => `redshift-data:${name}`,
  ),
);
const ownerKey = "redshift-data:statement-owner-iam-userid";

/** Statements that allow more than what they are for. */
export function policyProblems({ Resources: resources }: Template): readonly string[] {
  return Object.entries(resources).flatMap(([name, resource]) =>
    statementsOf(resource).flatMap((statement) =>
      problemsOf(statement, resource.Type).map((problem) => `${name}: ${problem}`),
    ),
  );
}

/** Every statement of every policy that a resource carries, with those of its trust policy. */
export function statementsOf({ Properties: properties }: Resource): readonly Fields[] {
  return documentsIn(properties).flatMap(({ Statement: statements }) =>
    Array.isArray(statements) ? (statements as readonly Fields[]).flatMap(ofIf) : [],
  );
}

function documentsIn(value: Value): readonly Fields[] {
  if (typeof value !== "object") return [];
  const found = Object.values(value as Fields).flatMap(documentsIn);
  return "Statement" in value ? [value, ...found] : found;
}

/** A statement that is there under a condition is judged as if it were there. */
function ofIf(statement: Fields): readonly Fields[] {
  const given = statement["Fn::If"];
  if (!Array.isArray(given)) return [statement];
  return (given as readonly Value[])
    .slice(1)
    .filter((each): each is Fields => typeof each === "object" && "Effect" in each);
}

function problemsOf(statement: Fields, type: string): readonly string[] {
  if (statement.Effect !== "Allow") return [];
  // A key's own policy is about this key alone, and AWS's default gives its account all of it.
  if (type === "AWS::KMS::Key" && isAccountRoot(statement.Principal)) return [];
  const actions = listOf(statement.Action);
  const problems = [
    ...(actions.length === 0 ? ["a statement names no action"] : []),
    ...actions
      .filter((action) => typeof action !== "string" || action.includes("*"))
      .map((action) => `${JSON.stringify(action)} allows more than one action`),
  ];
  if (JSON.stringify(statement.Principal ?? "").includes('"*"')) {
    problems.push("a statement lets everybody in");
  }
  if (statement.Principal !== undefined) return problems;
  const resources = listOf(statement.Resource);
  if (resources.length === 0) problems.push("a statement names no resource");
  for (const resource of resources) {
    if (isNarrow(resource) || isNarrowedByOwner(statement, actions)) continue;
    problems.push(
      `${texts(actions).join(", ")} may be done to anything: ${JSON.stringify(resource)}`,
    );
  }
  return problems;
}

function isAccountRoot(principal: Value | undefined): boolean {
  return JSON.stringify(principal ?? "").endsWith(':root"}}');
}

/** Names one thing, or what is below one: an asterisk stands at the end only, after a slash. */
function isNarrow(resource: Value): boolean {
  if (typeof resource === "string") return isNarrowText(resource);
  const text = (resource as Fields)["Fn::Sub"];
  return typeof text === "string" ? isNarrowText(text) : "Fn::GetAtt" in (resource as Fields);
}

function isNarrowText(text: string): boolean {
  return /^(?:arn:|\$\{)[^*]+(?:\/\*)?$/.test(text);
}

function isNarrowedByOwner(statement: Fields, actions: readonly Value[]): boolean {
  const owner = JSON.stringify(statement.Condition ?? "").includes(`"${ownerKey}"`);
  return owner && texts(actions).every((action) => narrowedByOwner.has(action));
}

function listOf(value: Value | undefined): readonly Value[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? (value as readonly Value[]) : [value];
}

function texts(values: readonly Value[]): readonly string[] {
  return values.map((value) => (typeof value === "string" ? value : JSON.stringify(value)));
}
