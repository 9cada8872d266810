import { CreateTableCommand, DeleteTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { expect, test } from "@jest/globals";
import { createServer } from "node:net";
import { once } from "node:events";
import pg from "pg";
import { expireCarts } from "../../api/dynamodb/expire-carts.ts";
import { ensureTable } from "../../api/dynamodb/create-table.ts";
import { openTable } from "../../api/dynamodb/table.ts";
import { openRedshiftServer } from "../../local/redshift/server.ts";
import type { RedshiftServer } from "../../local/redshift/server.ts";
import type { Services } from "../../local/services.ts";
import { openTestServices } from "../../local/testing.ts";
import { bucket, openS3rver } from "../../runner/lake/testing/s3-servers.ts";
import type { S3Server } from "../../runner/lake/testing/s3-servers.ts";
import { linesOf } from "./testing/cli.ts";
import { openForTests } from "./testing/open-for-tests.ts";
import { TestProject } from "./testing/project.ts";
import { wholeProject } from "./testing/small-project.ts";

let services: Services;
let s3: S3Server;
let redshift: RedshiftServer;
/** Whose storage credentials S3 does not know: a role that does not get at the bucket. */
let withoutRole: RedshiftServer;
let project: TestProject;
let environment: Readonly<Record<string, string>>;

openForTests(async (hold) => {
  services = await hold(openTestServices());
  s3 = await hold(openS3rver());
  const { AWS_ACCESS_KEY_ID: key = "", AWS_SECRET_ACCESS_KEY: secret = "" } = s3.environment;
  const open = (accessKeyId: string) =>
    openRedshiftServer({
      postgresUrl: services.postgresUrl,
      accessKeyId: key,
      storage: { endpoint: s3.endpoint, accessKeyId, secretAccessKey: secret },
    });
  redshift = await hold(open(key));
  withoutRole = await hold(open("nobody"));
  const table = openTable(services.dynamodb);
  await ensureTable(table);
  await expireCarts(table);
  table.client.destroy();
  environment = {
    ...s3.environment,
    MERCADO_POSTGRES_URL: services.postgresUrl,
    MERCADO_DYNAMODB_ENDPOINT: services.dynamodb.endpoint ?? "",
  };
  project = await hold(new TestProject(wholeProject, { environment }));
});

interface Settings {
  readonly endpoint?: string;
  readonly workgroup?: string;
  /** Of a cluster, by which the user is told. */
  readonly user?: string;
  readonly database?: string;
  readonly region?: string;
  readonly lake?: string;
  readonly table?: string;
}

function pipelines(settings: Settings): string {
  const { endpoint = redshift.endpoint, workgroup = "mercado", database = "warehouse" } = settings;
  const {
    region = "us-east-1",
    lake = `s3://${bucket}/shop`,
    table = "mercado_ecommerce",
  } = settings;
  const which =
    settings.user === undefined
      ? `workgroup: ${workgroup}`
      : `cluster: mercado, db_user: ${settings.user}`;
  return `project: small
default_target: prod
targets:
  prod:
    engine: redshift
    redshift: { endpoint: "${endpoint}", ${which}, database: ${database}, region: us-east-1 }
    lake: ${lake}
    lake_endpoint: ${s3.endpoint}
    lake_region: ${region}
    connections:
      oltp: { connector: postgres, url: '{{env "MERCADO_POSTGRES_URL"}}' }
      shop: { connector: dynamodb, endpoint: '{{env "MERCADO_DYNAMODB_ENDPOINT"}}', table: ${table} }
models:
  cleaned: { materialized: table }
  work: { materialized: view }
  gold: { materialized: table }
`;
}

/** What the doctor finds not to be sound, by subject; what it skipped is told apart. */
async function examined(settings: Settings, env: Readonly<Record<string, string>> = {}) {
  project.write({ "pipelines.yaml": pipelines(settings) });
  const ended = await project.run(["doctor", "--json"], env);
  if (ended.stderr !== "") throw new Error(ended.stderr);
  const findings = linesOf(ended.stdout);
  const failed = findings.filter(
    ({ isSound, isExamined }) => isSound === false && isExamined !== false,
  );
  return {
    code: ended.code,
    findings,
    failed: failed.map(({ subject }) => subject),
    skipped: findings
      .filter(({ isExamined }) => isExamined === false)
      .map(({ subject }) => subject),
    says: failed.map((finding) => JSON.stringify(finding)).join("\n"),
  };
}

async function objects(): Promise<readonly string[]> {
  const { AWS_ACCESS_KEY_ID: accessKeyId = "", AWS_SECRET_ACCESS_KEY: secretAccessKey = "" } =
    s3.environment;
  const client = new S3Client({
    endpoint: s3.endpoint,
    region: "us-east-1",
    forcePathStyle: true,
    credentials: { accessKeyId, secretAccessKey },
  });
  const { Contents: contents = [] } = await client.send(
    new ListObjectsV2Command({ Bucket: bucket }),
  );
  client.destroy();
  return contents.map(({ Key: key = "" }) => key);
}

async function inWarehouse(statement: string): Promise<readonly Record<string, unknown>[]> {
  const url = new URL(services.postgresUrl);
  url.pathname = "/warehouse";
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  const { rows } = await client.query<Record<string, unknown>>(statement);
  await client.end();
  return rows;
}

async function schemas(): Promise<readonly string[]> {
  const rows = await inWarehouse("select nspname from pg_namespace");
  return rows.map(({ nspname }) => String(nspname)).toSorted();
}

test("a sound target is sound, and nothing of the examination is left behind", async () => {
  const before = await schemas();
  const { code, findings, says } = await examined({});
  expect([code, says]).toEqual([0, ""]);
  expect(findings.map(({ subject }) => subject)).toEqual([
    "node",
    "project",
    "target",
    "credentials",
    "region",
    "lake",
    "warehouse",
    "right to schemas",
    "right to tables",
    "right to procedures",
    "role to read",
    "role to write",
    "ledger",
    "pointers",
    "connection oltp",
    "connection shop",
    "table mercado_ecommerce",
  ]);
  expect(await objects()).toEqual([]);
  expect(await schemas()).toEqual(before);
});

const ofWarehouse = [
  "right to schemas",
  "right to tables",
  "right to procedures",
  "role to read",
  "role to write",
  "ledger",
  "pointers",
];

test.each<readonly [string, Settings, { failed: string; skipped: readonly string[] }, RegExp]>([
  [
    "a wrong workgroup",
    { workgroup: "mercato" },
    { failed: "warehouse", skipped: ofWarehouse },
    /does not exist.*Check workgroup/s,
  ],
  [
    "a wrong database",
    { database: "warehause" },
    { failed: "warehouse", skipped: ofWarehouse },
    /WAREHOUSE_NOT_FOUND|does not exist/,
  ],
  [
    "no bucket",
    { lake: "s3://nowhere/shop" },
    { failed: "lake", skipped: ["role to read", "role to write", "pointers"] },
    /There is no bucket nowhere.*Create it/s,
  ],
  [
    "a lake in another region",
    { region: "eu-west-1" },
    { failed: "region", skipped: [] },
    /warehouse is in us-east-1, the lake in eu-west-1/,
  ],
  [
    "no table of the shop",
    { table: "nothing" },
    { failed: "table nothing", skipped: [] },
    /There is no table nothing.*Start the API, which makes it/s,
  ],
])(
  "%s is one finding with its way out, and the rest is looked at",
  async (_name, settings, { failed, skipped }, says) => {
    const found = await examined(settings);
    expect(found).toMatchObject({ code: 1, failed: [failed], skipped });
    expect(found.says).toMatch(says);
    expect(found.says).toContain('"hint"');
  },
);

test("a role that does not get at the bucket is found by reading and by writing, and nothing is left behind", async () => {
  const before = await schemas();
  const found = await examined({ endpoint: withoutRole.endpoint });
  expect(found).toMatchObject({ code: 1, failed: ["role to read", "role to write"], skipped: [] });
  expect(found.says).toMatch(/runner infra --target prod/);
  expect(await objects()).toEqual([]);
  expect(await schemas()).toEqual(before);
});

test("credentials that are refused are told for each service that refuses them", async () => {
  const found = await examined({}, { AWS_ACCESS_KEY_ID: "nobody" });
  expect(found.failed).toEqual(expect.arrayContaining(["lake", "warehouse"]));
  expect(found.says).toMatch(/WAREHOUSE_DENIED.*Set AWS_ACCESS_KEY_ID/s);
});

test("without any credentials, what needs them is not even tried", async () => {
  const found = await examined({}, { AWS_ACCESS_KEY_ID: "", AWS_EC2_METADATA_DISABLED: "true" });
  expect(found.failed).toContain("credentials");
  expect(found.skipped).toContain("lake");
  expect(found.says).toContain("AWS_PROFILE");
});

test("a warehouse that does not answer is given up in seconds, and the rest is looked at", async () => {
  const server = createServer((socket) => socket.destroy()).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  try {
    const found = await examined({ endpoint: `http://127.0.0.1:${port}` });
    expect(found).toMatchObject({ code: 1, failed: ["warehouse"], skipped: ofWarehouse });
    expect(found.says).toMatch(/does not answer/);
  } finally {
    server.close();
  }
});

test("a user without the right to create is told which grant is missing", async () => {
  await inWarehouse("create role newcomer login");
  const found = await examined({ user: "newcomer" });
  expect(found).toMatchObject({ code: 1, failed: ["right to schemas"] });
  expect(found.skipped).toEqual([
    "right to tables",
    "right to procedures",
    "role to read",
    "role to write",
  ]);
  expect(found.says).toContain('grant create on database warehouse to \\"newcomer\\"');
});

test("a table whose expired carts stay is a finding", async () => {
  const table = openTable(services.dynamodb, "lasting");
  await ensureTable(table);
  table.client.destroy();
  const found = await examined({ table: "lasting" });
  expect(found).toMatchObject({ code: 1, failed: ["table lasting"] });
  expect(found.says).toMatch(/time to live on, by the attribute expires_at/);
});

test("rows of the shop that nobody can find by day are a finding: the table's index is missing", async () => {
  const client = new DynamoDBClient({
    endpoint: services.dynamodb.endpoint ?? "",
    region: "us-east-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
  });
  await client.send(
    new CreateTableCommand({
      TableName: "bare",
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: ["pk", "sk"].map((name) => ({
        AttributeName: name,
        AttributeType: "S",
      })),
      KeySchema: [
        { AttributeName: "pk", KeyType: "HASH" },
        { AttributeName: "sk", KeyType: "RANGE" },
      ],
    }),
  );
  try {
    const found = await examined({ table: "bare" });
    expect(found).toMatchObject({ code: 1, failed: ["table bare"] });
    expect(found.says).toMatch(/has no GSI1 and GSI2.*gsi1pk and gsi1sk/);
  } finally {
    await client.send(new DeleteTableCommand({ TableName: "bare" }));
    client.destroy();
  }
});
