import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { dataApi, inPostgres, openTestRedshift, refusal, type TestRedshift } from "./testing.ts";

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
  await inPostgres(redshift, "create role reader");
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
