import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { dataApi, openTestRedshift, refusal, type TestRedshift } from "./testing.ts";

let redshift: TestRedshift;

beforeAll(async () => {
  redshift = await openTestRedshift();
});
afterAll(() => redshift.close());

const CLUSTER = { WorkgroupName: undefined, ClusterIdentifier: "mercado" };

test("a request signed with another key is refused", async () => {
  const stranger = dataApi(redshift.endpoint, "stranger");
  expect(await refusal(stranger.submit("select 1"))).toMatch(/^UnrecognizedClientException/);
});

test("a request without a signature, or with half of one, is refused", async () => {
  const call = async (headers: Record<string, string>) => {
    const response = await fetch(redshift.endpoint, {
      method: "POST",
      headers: {
        "content-type": "application/x-amz-json-1.1",
        "x-amz-target": "RedshiftData.ListStatements",
        ...headers,
      },
      body: "{}",
    });
    return `${response.status} ${response.headers.get("x-amzn-errortype")}`;
  };
  expect(await call({})).toBe("400 MissingAuthenticationTokenException");
  expect(await call({ authorization: "Bearer x" })).toBe("400 IncompleteSignatureException");
});

test("a call of another protocol or of an unknown operation is refused in words", async () => {
  const page = await fetch(redshift.endpoint);
  expect(page.status).toBe(400);
  expect(await page.json()).toMatchObject({ __type: "UnknownOperationException" });
});

test("a warehouse is named exactly once, with its database", async () => {
  const refused = (further: object) => refusal(redshift.data.submit("select 1", further));
  expect(await refused({ WorkgroupName: undefined })).toMatch(/^ValidationException: Either/);
  expect(await refused({ ClusterIdentifier: "mercado" })).toMatch(/^ValidationException: .*both/);
  expect(await refused({ Database: undefined })).toMatch(/^ValidationException: Database must/);
  expect(await refused({ DbUser: "a" })).toMatch(/^ValidationException: DbUser can't/);
  expect(await refused({ ...CLUSTER, DbUser: "a", SecretArn: "b" })).toMatch(
    /^ValidationException/,
  );
  expect(await refused({ WorkgroupName: "elsewhere" })).toBe(
    "ValidationException: Redshift endpoint doesn't exist in this region.",
  );
  expect(await refused({ ...CLUSTER, ClusterIdentifier: "elsewhere" })).toMatch(/doesn't exist/);
});

test("a workgroup may be named by its ARN, and a cluster by its identifier", async () => {
  const { data } = redshift;
  const WorkgroupName = "arn:aws:redshift-serverless:us-east-1:123456789012:workgroup/mercado";
  expect(await data.run("select 1", { WorkgroupName })).toMatchObject({ Status: "FINISHED" });
  const SecretArn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:mercado";
  expect(await data.run("select 1", { ...CLUSTER, SecretArn })).toMatchObject({
    Status: "FINISHED",
    ClusterIdentifier: "mercado",
    SecretArn,
  });
});

test("a database that does not exist fails the statement, not the call", async () => {
  const failed = await redshift.data.run("select 1", { Database: "elsewhere" });
  expect(failed).toMatchObject({
    Status: "FAILED",
    Error: 'FATAL: database "elsewhere" does not exist',
  });
  const batch = await redshift.data.runBatch(["select 1"], { Database: "elsewhere" });
  expect(batch.Error).toBe('FATAL: database "elsewhere" does not exist');
  expect(batch.SubStatements?.map(({ Status }) => Status)).toEqual(["ABORTED"]);
});

test("a named database user acts with its own rights and no others", async () => {
  const { data } = redshift;
  await data.run("create table secret (a int)");
  await data.run("create user reader password disable");
  const asReader = { ...CLUSTER, DbUser: "reader" };
  const denied = await data.run("select * from secret", asReader);
  expect(denied.Error).toMatch(/^ERROR: permission denied/);
  await data.run("grant select on secret to reader");
  expect(await data.run("select * from secret", asReader)).toMatchObject({ Status: "FINISHED" });
  expect(await data.run("select 1", { ...CLUSTER, DbUser: "nobody" })).toMatchObject({
    Error: 'FATAL: user "nobody" does not exist',
  });
  expect(await data.run("select 1", { ...CLUSTER, DbUser: "awsuser" })).toMatchObject({
    Status: "FINISHED",
  });
});

test("an identity is a user of its own, made on its first visit, and may do nothing until it is granted", async () => {
  const identities = { "key-of-ana": "IAM:ana" };
  const { endpoint, data: administrator } = await redshift.open({ identities });
  const ana = dataApi(endpoint, "key-of-ana");
  expect(await ana.rows("select current_user")).toEqual([["IAM:ana"]]);
  expect(await administrator.rows("select current_user")).toEqual([["IAM:mercado"]]);
  await administrator.run("create table vault as select 7 as a");
  expect((await ana.run("select a from vault")).Error).toMatch(
    "permission denied for relation vault",
  );
  await administrator.run('grant select on vault to "IAM:ana"');
  expect(await ana.rows("select a from vault")).toEqual([[7]]);
});

test("a secret is its user's", async () => {
  const SecretArn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:clerk";
  const { data } = await redshift.open({ secrets: { [SecretArn]: "clerk" } });
  await data.run("create user clerk password disable");
  expect(await data.rows("select current_user", { ...CLUSTER, SecretArn })).toEqual([["clerk"]]);
});

test("nobody becomes somebody else", async () => {
  const { data } = redshift;
  await data.run("create user plain password disable");
  const asPlain = { ...CLUSTER, DbUser: "plain" };
  const errors = await Promise.all(
    [
      "set session authorization awsuser",
      "set session authorization 'IAM:mercado'",
      "set session_authorization to awsuser",
      "set role awsuser",
      "select set_config('role', 'awsuser', false)",
    ].map(async (sql) => (await data.run(sql, asPlain)).Error),
  );
  expect(
    errors.every((error) => /permission denied|unrecognized|cannot set/.test(error ?? "")),
  ).toBe(true);
  const batch = await data.runBatch(
    [
      "set session authorization default",
      "reset session authorization",
      "create user x password disable",
    ],
    asPlain,
  );
  expect(batch.Error).toMatch("permission denied to create user");
});

test("a superuser's session goes through other users and comes back", async () => {
  const { data } = redshift;
  await data.run("create user probe password disable");
  const { SessionId } = await data.settled(
    await data.submit("set session authorization probe", { SessionKeepAliveSeconds: 60 }),
  );
  const inSession = SessionId === undefined ? {} : { SessionId };
  expect(await data.rows("select current_user", inSession)).toEqual([["probe"]]);
  await data.run("set session authorization default", inSession);
  expect(await data.rows("select current_user", inSession)).toEqual([["IAM:mercado"]]);
  await data.run("begin", inSession);
  await data.run("set session authorization probe", inSession);
  await data.run("rollback", inSession);
  expect(await data.rows("select current_user", inSession)).toEqual([["IAM:mercado"]]);
});

test("a role is nobody who could ask", async () => {
  await redshift.data.run("create role nobody_asks");
  expect((await redshift.data.run("select 1", { ...CLUSTER, DbUser: "nobody_asks" })).Error).toBe(
    'FATAL: user "nobody_asks" does not exist',
  );
});
