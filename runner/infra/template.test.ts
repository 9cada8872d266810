import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "@jest/globals";
import { stringify } from "yaml";
import { checkTemplate, rules } from "./check-template.ts";
import type { Resource, Template, Value } from "./cloudformation.ts";
import type { InfraNeeds } from "./needs.ts";
import { statementsOf } from "./policy-rules.ts";
import { infraTemplate } from "./template.ts";

const needs: InfraNeeds = {
  target: "prod",
  bucket: "company-lake",
  prefix: "shop/lake",
  region: "eu-central-1",
  warehouse: { kind: "workgroup", name: "mercado", login: { by: "iam" } },
  database: "warehouse",
  table: "mercado_ecommerce",
  exports: [{ bucket: "company-exports", prefix: "dynamodb" }],
  roles: [
    {
      name: "engineer",
      databaseRole: "shop_engineer",
      read: ["raw", "gold"],
      write: ["raw", "gold"],
      denied: [],
    },
    {
      name: "bi_analyst",
      databaseRole: "shop_bi_analyst",
      read: ["gold/sales"],
      write: [],
      denied: ["gold/customer"],
    },
  ],
  variables: { bucket: "LAKE" },
};
const sound = infraTemplate(needs);
const onCluster: InfraNeeds = {
  ...needs,
  warehouse: { kind: "cluster", name: "mercado", login: { by: "iam" } },
};
const secret = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:runner-AbCdEf";

test.each([
  ["as a project has it", needs],
  ["a lake that has its bucket for itself, and no exports", { ...needs, prefix: "", exports: [] }],
  ["exports that fill a bucket", { ...needs, exports: [{ bucket: "exports", prefix: "" }] }],
  ["a provisioned cluster", onCluster],
  ["a cluster's user", loggedIn(onCluster, { by: "user", name: "runner" })],
  ["a user of a secret", loggedIn(needs, { by: "secret", arn: secret })],
])("the template breaks no rule: %s", (_name, given) => {
  expect(checkTemplate(infraTemplate(given))).toEqual([]);
});

function loggedIn(given: InfraNeeds, login: InfraNeeds["warehouse"]["login"]): InfraNeeds {
  return { ...given, warehouse: { ...given.warehouse, login } };
}

const linter = spawnSync("cfn-lint", ["--version"], { stdio: "ignore" });
const isInstalled = linter.status === 0;
const lint = isInstalled ? test : test.skip;

lint.each([
  ["serverless", sound],
  ["on a cluster", infraTemplate(onCluster)],
])(
  `CloudFormation's own linter finds nothing, %s${isInstalled ? "" : " (skipped: cfn-lint is not installed here)"}`,
  (_name, template) => {
    const folder = mkdtempSync(join(tmpdir(), "mercado-infra-"));
    try {
      const file = join(folder, "template.yaml");
      writeFileSync(file, stringify(template, { version: "1.1", aliasDuplicateObjects: false }));
      const { status, stdout } = spawnSync("cfn-lint", ["--regions", "eu-central-1", "-t", file], {
        encoding: "utf8",
      });
      expect([status, stdout]).toEqual([0, ""]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
  120_000,
);

/** The template with one resource's properties changed. */
function changed(name: string, change: Readonly<Record<string, Value | undefined>>): Template {
  return withResource(name, ({ Properties: properties, ...resource }) => ({
    ...resource,
    Properties: Object.fromEntries(
      Object.entries({ ...properties, ...change }).filter(([, value]) => value !== undefined),
    ) as Resource["Properties"],
  }));
}

function withResource(
  name: string,
  change: (resource: Resource) => Resource,
  template = sound,
): Template {
  const resource = template.Resources[name];
  if (resource === undefined) throw new Error(`there is no ${name}`);
  return { ...template, Resources: { ...template.Resources, [name]: change(resource) } };
}

function onPublicNet(resource: Resource): Resource {
  return { ...resource, Properties: { ...resource.Properties, PubliclyAccessible: true } };
}

function withStatement(statement: Readonly<Record<string, Value>>): Template {
  const document = { Version: "2012-10-17", Statement: [{ Effect: "Allow", ...statement }] };
  return changed("RunnerRights", { PolicyDocument: document });
}

const objects = { "Fn::Sub": "${LakeBucket.Arn}/lake/*" };

test.each<readonly [string, Template, RegExp]>([
  [
    "a misspelt resource",
    changed("Workgroup", { NamespaceName: { Ref: "Namespaze" } }),
    /Workgroup names Namespaze, which is not there: is it Namespace\?/,
  ],
  [
    "an attribute that a resource does not have",
    changed("Namespace", { DefaultIamRoleArn: { "Fn::GetAtt": ["WarehouseRole", "Arm"] } }),
    /reads Arm of WarehouseRole, and a AWS::IAM::Role has none/,
  ],
  [
    "a text with the attribute of nothing",
    changed("LakeKey", { Description: { "Fn::Sub": "of ${Nothing.Arn}" } }),
    /LakeKey reads Arn of Nothing/,
  ],
  [
    "a condition that is nowhere",
    changed("LakeKey", { Description: { "Fn::If": ["IsLarge", "a", "b"] } }),
    /no condition IsLarge/,
  ],
  [
    "a parameter that does nothing",
    changed("Workgroup", { MaxCapacity: 8 }),
    /parameter MaxCapacity is used nowhere/,
  ],
  [
    "resources that wait for one another",
    changed("WarehouseRole", { RoleName: { Ref: "Workgroup" } }),
    /cannot be made before each other/,
  ],
  ["a bucket without a name", changed("LakeBucket", { BucketName: undefined }), /no BucketName/],
  [
    "a resource of an unknown type",
    withResource("Workgroup", (resource) => ({ ...resource, Type: "AWS::EC2::Instance" })),
    /AWS::EC2::Instance, which no rule knows/,
  ],
  [
    "every action of a service",
    withStatement({ Action: ["s3:*"], Resource: [objects] }),
    /"s3:\*" allows more than one action/,
  ],
  [
    "every resource",
    withStatement({ Action: ["s3:GetObject"], Resource: ["*"] }),
    /s3:GetObject may be done to anything/,
  ],
  [
    "every bucket",
    withStatement({ Action: ["s3:GetObject"], Resource: ["arn:aws:s3:::*"] }),
    /may be done to anything/,
  ],
  [
    "every bucket with a name of some form",
    withStatement({ Action: ["s3:GetObject"], Resource: [{ "Fn::Sub": "arn:aws:s3:::lake-*/x" }] }),
    /may be done to anything/,
  ],
  [
    "statements of anybody",
    withStatement({ Action: ["redshift-data:DescribeStatement"], Resource: ["*"] }),
    /redshift-data:DescribeStatement may be done to anything/,
  ],
  [
    "everything but some actions",
    withStatement({ NotAction: ["iam:PassRole"], Resource: [objects] }),
    /names no action/,
  ],
  [
    "a role that anybody may take",
    changed("ApiRole", {
      AssumeRolePolicyDocument: {
        Statement: [{ Effect: "Allow", Principal: { AWS: "*" }, Action: ["sts:AssumeRole"] }],
      },
    }),
    /ApiRole: a statement lets everybody in/,
  ],
  [
    "a table that goes with the stack",
    withResource("ShopTable", (resource) => ({ ...resource, DeletionPolicy: "Delete" })),
    /ShopTable goes with the stack/,
  ],
  [
    "a bucket that may be made public",
    changed("LakeBucket", { PublicAccessBlockConfiguration: { BlockPublicAcls: true } }),
    /leaves RestrictPublicBuckets off/,
  ],
  ["a bucket in the open", changed("LakeBucket", { BucketEncryption: {} }), /not encrypted/],
  [
    "a bucket over an open line",
    changed("LakeBucketPolicy", { PolicyDocument: { Statement: [] } }),
    /read over an open line/,
  ],
  [
    "files that expire while a manifest lists them",
    changed("LakeBucket", {
      LifecycleConfiguration: { Rules: [{ Status: "Enabled", ExpirationInDays: 90 }] },
    }),
    /a rule with ExpirationInDays/,
  ],
  [
    "a warehouse on the internet",
    changed("Workgroup", { PubliclyAccessible: true }),
    /publicly accessible/,
  ],
  [
    "a cluster on the internet",
    withResource("Cluster", onPublicNet, infraTemplate(onCluster)),
    /Cluster is publicly accessible/,
  ],
  ["a password", changed("Namespace", { AdminUserPassword: "secret" }), /has AdminUserPassword/],
  [
    "a template too long to hand over",
    changed("LakeKey", { Description: "x".repeat(60_000) }),
    /CloudFormation takes 51200/,
  ],
])("a rule finds %s", (_name, template, problem) => {
  expect(checkTemplate(template)).toEqual(expect.arrayContaining([expect.stringMatching(problem)]));
  expect(rules.filter((rule) => rule.problems(template).length > 0).length).toBeGreaterThan(0);
});

test("an output says for which environment variable it is, or for which setting", () => {
  expect(sound.Outputs.LakeBucket?.Description).toBe("LAKE");
  expect(sound.Outputs.Workgroup?.Description).toBe("The target's workgroup in pipelines.yaml");
});

test("the lake's files are reached below its prefix and nowhere else", () => {
  for (const name of ["WarehouseRole", "RunnerRights"]) {
    const resource = sound.Resources[name];
    if (resource === undefined) throw new Error(`there is no ${name}`);
    const onObjects = statementsOf(resource)
      .filter((statement) => JSON.stringify(statement.Action).includes("Object"))
      .flatMap((statement) => statement.Resource as readonly Value[]);
    expect(onObjects).toContainEqual({ "Fn::Sub": "${LakeBucket.Arn}/shop/lake/*" });
    expect(JSON.stringify(onObjects)).not.toContain("Arn}/*");
  }
});

/** What the runner's role, or a role of the project's, may do to come to the database. */
function loginOf(given: InfraNeeds, name = "RunnerRights"): unknown {
  const resource = infraTemplate(given).Resources[name];
  if (resource === undefined) throw new Error(`there is no ${name}`);
  const logins = statementsOf(resource).filter(({ Sid }) => Sid === "WarehouseLogin");
  return logins.map(({ Action, Resource: on }) => ({ Action, on }));
}

const partOfCluster = (part: string) => ({
  "Fn::Sub": `arn:\${AWS::Partition}:redshift:\${AWS::Region}:\${AWS::AccountId}:${part}`,
});
const clusterDatabase = partOfCluster("dbname:${Cluster}/${DatabaseName}");

// Which action and which resources: as AWS's own policy AmazonRedshiftDataFullAccess has them.
test.each<readonly [string, InfraNeeds, string, readonly unknown[]]>([
  [
    "its own identity, serverless",
    needs,
    "redshift-serverless:GetCredentials",
    [{ "Fn::GetAtt": ["Workgroup", "Workgroup.WorkgroupArn"] }],
  ],
  [
    "its own identity, on a cluster",
    onCluster,
    "redshift:GetClusterCredentialsWithIAM",
    [clusterDatabase],
  ],
  [
    "a user of a cluster",
    loggedIn(onCluster, { by: "user", name: "runner" }),
    "redshift:GetClusterCredentials",
    [clusterDatabase, partOfCluster("dbuser:${Cluster}/runner")],
  ],
  [
    "the user of a secret",
    loggedIn(needs, { by: "secret", arn: secret }),
    "secretsmanager:GetSecretValue",
    [secret],
  ],
])("the runner comes to the database as %s by one right alone", (_as, given, action, on) => {
  expect(loginOf(given)).toEqual([{ Action: [action], on }]);
});

test("who has a role of the project's comes as themselves, whoever the runner comes as", () => {
  const given = loggedIn(onCluster, { by: "user", name: "runner" });
  expect(loginOf(given, "AccessBiAnalystRights")).toEqual([
    { Action: ["redshift:GetClusterCredentialsWithIAM"], on: [clusterDatabase] },
  ]);
});

test("an output names whom the administrator grants the right to create schemas, and no secret's user", () => {
  const user = (given: InfraNeeds) => infraTemplate(given).Outputs.RunnerDatabaseUser?.Value;
  expect(user(onCluster)).toEqual({ "Fn::Sub": "IAMR:${RunnerRole}" });
  expect(user(loggedIn(onCluster, { by: "user", name: "runner" }))).toBe("runner");
  expect(user(loggedIn(needs, { by: "secret", arn: secret }))).toBeUndefined();
});

test("the warehouse's role may learn by which key UNLOAD is to encrypt, and use it", () => {
  const role = sound.Resources["WarehouseRole"];
  if (role === undefined) throw new Error("there is no role");
  const actions = statementsOf(role).flatMap((statement) => statement.Action as readonly string[]);
  expect(actions).toEqual(
    expect.arrayContaining(["s3:GetEncryptionConfiguration", "kms:GenerateDataKey", "kms:Decrypt"]),
  );
});

const root = fileURLToPath(new URL("../..", import.meta.url));

/** The requests that the code of a folder sends, tests aside, as their classes are called. */
function requestsIn(folder: string): readonly string[] {
  const texts = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && !/\.test\.ts$|(^|\/)testing\//.test(file))
    .map((file) => readFileSync(join(root, folder, file), "utf8"));
  const requests = texts.flatMap((text) => [...text.matchAll(/new ([A-Z]\w+)Command\(/g)]);
  const parts = texts
    .filter((text) => text.includes("TransactItems"))
    .flatMap((text) => [...text.matchAll(/\b(Put|Update|Delete|ConditionCheck): (?:\{|\w+\()/g)]);
  return [
    ...new Set([
      ...requests.map(([, name = ""]) => name),
      ...parts.map(([, name = ""]) => `${name}Item`),
    ]),
  ];
}

/** What a request needs that does not go by its own name. */
const actionsOf: Readonly<Partial<Record<string, readonly string[]>>> = {
  HeadObject: ["GetObject"],
  CopyObject: ["GetObject", "PutObject"],
  DeleteObjects: ["DeleteObject"],
  ListObjectsV2: ["ListBucket"],
  ListMultipartUploads: ["ListBucketMultipartUploads"],
  // By its parts, which are counted where they stand.
  TransactWriteItems: [],
  // The template does both.
  CreateTable: [],
  UpdateTimeToLive: [],
};

function allowedTo(name: string, service: string): readonly string[] {
  const resource = sound.Resources[name];
  if (resource === undefined) throw new Error(`there is no ${name}`);
  return statementsOf(resource)
    .flatMap((statement) => statement.Action as readonly string[])
    .filter((action) => action.startsWith(`${service}:`))
    .map((action) => action.slice(service.length + 1));
}

test.each([
  // Where a bucket is, the SDK may ask; the doctor asks for the time to live.
  ["RunnerRights", "s3", ["runner/lake", "runner/extract/dynamodb-export"], ["GetBucketLocation"]],
  ["RunnerRights", "redshift-data", ["runner/engine/redshift"], []],
  ["RunnerRights", "dynamodb", ["runner/extract/dynamodb"], ["DescribeTimeToLive"]],
  ["ApiRole", "dynamodb", ["api"], []],
])(
  "%s may send to %s each request that the code in %j makes, and no other",
  (name, service, folders, besides) => {
    const requests = folders.flatMap(requestsIn);
    const needed = requests.flatMap((request) => actionsOf[request] ?? [request]);
    expect(requests.length).toBeGreaterThan(3);
    expect([...new Set(allowedTo(name, service))].toSorted()).toEqual(
      [...new Set([...needed, ...besides])].toSorted(),
    );
  },
);
