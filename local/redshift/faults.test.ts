import { afterAll, beforeAll, beforeEach, expect, test } from "@jest/globals";
import {
  CancelStatementCommand,
  DescribeStatementCommand,
  ExecuteStatementCommand,
  ListSessionsCommand,
  ListStatementsCommand,
  RedshiftDataClient,
} from "@aws-sdk/client-redshift-data";
import {
  type DataApi,
  openTestRedshift,
  slowQuery,
  type TestRedshift,
  WAREHOUSE,
} from "./testing.ts";

let redshift: TestRedshift;
let data: DataApi;

beforeAll(async () => {
  redshift = await openTestRedshift();
  data = redshift.data;
  await data.run("create table target (a int)");
});
beforeEach(async () => {
  redshift.faults.clear();
  await data.run("delete from target");
});
afterAll(() => redshift.close());

const rowCount = async () => (await data.rows("select count(*) from target"))[0]?.[0];

test("a conflict rolls its batch back, at the chosen statement and no other", async () => {
  redshift.faults.add({ kind: "conflict", sql: "^insert into target", at: 2 });
  const batch = () => data.runBatch(["insert into target values (1)", "select 1"]);
  expect(await batch()).toMatchObject({ Status: "FINISHED" });
  const failed = await batch();
  expect(failed).toMatchObject({ Status: "FAILED" });
  expect(failed.Error).toMatch(/^Query #1 failed with ERROR: 1023\n {2}Detail: Serializable/);
  expect(await batch()).toMatchObject({ Status: "FINISHED" });
  expect(await rowCount()).toBe(2);
  expect(redshift.faults.fired).toHaveLength(1);
  expect(redshift.faults.pending).toHaveLength(0);
});

test.each(["insert into target values (2)", "commit"])(
  "a conflict at `%s` leaves nothing of the session's transaction",
  async (sql) => {
    const { SessionId } = await data.run("begin", { SessionKeepAliveSeconds: 60 });
    await data.run("insert into target values (1)", { SessionId });
    redshift.faults.add({ kind: "conflict", sql: /^(insert|commit)/ });
    const outcome = await data.run(sql, { SessionId });
    expect(outcome.Error).toMatch(/^ERROR: 1023/);
    await data.run("commit", { SessionId });
    expect(await rowCount()).toBe(0);
    expect(await data.run("insert into target values (3)", { SessionId })).toMatchObject({
      Status: "FINISHED",
    });
    expect(await rowCount()).toBe(1);
  },
);

test("a conflict at a batch's own commit fails the batch as a whole", async () => {
  redshift.faults.add({ kind: "conflict", sql: "^commit$" });
  const failed = await data.runBatch(["insert into target values (1)"]);
  expect(failed.Error).toMatch(/^ERROR: 1023/);
  expect(failed.SubStatements?.map(({ Status }) => Status)).toEqual(["FINISHED"]);
  expect(await rowCount()).toBe(0);
});

test("a failing sub-statement fails its batch with the message that was set", async () => {
  redshift.faults.add({
    kind: "failure",
    sql: /(?<=target) values \(2\)/,
    message: "ERROR: disk full",
  });
  const failed = await data.runBatch([
    "insert into target values (1)",
    "insert into target values (2)",
  ]);
  expect(failed.Error).toBe("Query #2 failed with ERROR: disk full");
  expect(await rowCount()).toBe(0);
});

test("an operation is throttled at the chosen calls, and the client's own retries get through", async () => {
  redshift.faults.add({ kind: "refusal", operation: "DescribeStatement", at: 2, times: 2 });
  const { Id } = await data.run("select 1");
  const patient = await data.client.send(new DescribeStatementCommand({ Id }));
  expect(patient.$metadata.attempts).toBe(3);
  redshift.faults.add({ kind: "refusal", operation: "DescribeStatement" });
  const hasty = clientWithoutRetries();
  await expect(hasty.send(new DescribeStatementCommand({ Id }))).rejects.toMatchObject({
    name: "ThrottlingException",
  });
  expect(await hasty.send(new DescribeStatementCommand({ Id }))).toMatchObject({ Id });
});

test("a refusal may be any of the API's exceptions, and does nothing", async () => {
  redshift.faults.add({
    kind: "refusal",
    operation: "ExecuteStatement",
    error: "ActiveStatementsExceededException",
    times: "always",
  });
  await expect(data.submit("insert into target values (1)")).rejects.toMatchObject({
    name: "ActiveStatementsExceededException",
  });
  redshift.faults.clear();
  expect(await rowCount()).toBe(0);
});

test("a response lost before the work leaves nothing, one lost after it leaves the work", async () => {
  const sql = "insert into target";
  const hasty = clientWithoutRetries();
  const submit = () =>
    hasty.send(new ExecuteStatementCommand({ ...WAREHOUSE, Sql: "insert into target values (1)" }));
  redshift.faults.add({ kind: "lost-response", when: "before", sql });
  await expect(submit()).rejects.toThrow();
  expect(await rowCount()).toBe(0);
  redshift.faults.add({ kind: "lost-response", when: "after", sql });
  await expect(submit()).rejects.toThrow();
  expect(await rowCount()).toBe(1);
});

test("a response lost after the commit costs a client with a token nothing: it finds its statement", async () => {
  redshift.faults.add({
    kind: "lost-response",
    when: "after",
    operation: "BatchExecuteStatement",
    times: 2,
  });
  const batch = await data.runBatch(["insert into target values (1)"], { ClientToken: "lost" });
  expect(batch).toMatchObject({ Status: "FINISHED" });
  expect(redshift.faults.fired).toHaveLength(2);
  expect(await rowCount()).toBe(1);
});

test("a lost answer to a question is lost at once, not when the statement ends", async () => {
  const id = await data.submit(slowQuery(redshift, 1000));
  redshift.faults.add({ kind: "lost-response", when: "after", operation: "DescribeStatement" });
  const hasty = clientWithoutRetries();
  await expect(hasty.send(new DescribeStatementCommand({ Id: id }))).rejects.toThrow();
  const { Status } = await data.client.send(new DescribeStatementCommand({ Id: id }));
  expect(Status).not.toBe("FINISHED");
  await data.settled(id);
});

test("a session outlives a first statement that was cancelled in the queue", async () => {
  redshift.faults.add({ kind: "queue", sql: "^select 1$", milliseconds: 60_000 });
  const id = await data.submit("select 1", { SessionKeepAliveSeconds: 60 });
  await data.client.send(new CancelStatementCommand({ Id: id }));
  const { Status, SessionId } = await data.settled(id);
  expect(Status).toBe("ABORTED");
  expect(await data.run("select 2", { SessionId })).toMatchObject({ Status: "FINISHED" });
});

test("time in the queue is seen from the statement's times, not in its duration", async () => {
  redshift.faults.add({ kind: "queue", sql: "^select 1$", milliseconds: 2_000 });
  const id = await data.submit("select 1");
  const early = await data.client.send(new DescribeStatementCommand({ Id: id }));
  expect(early.Status).toBe("SUBMITTED");
  const { CreatedAt, UpdatedAt, Duration } = await data.settled(id);
  expect(Number(UpdatedAt) - Number(CreatedAt)).toBeGreaterThanOrEqual(2_000);
  expect(Duration! / 1e6).toBeLessThan(2_000);
});

test("a slow statement's duration tells that it was slow", async () => {
  redshift.faults.add({ kind: "slowness", milliseconds: 300 });
  const { Duration } = await data.run("select 1");
  expect(Duration! / 1e6).toBeGreaterThanOrEqual(299);
});

test("a statement that hangs runs until it is cancelled", async () => {
  redshift.faults.add({ kind: "hang", sql: "insert into target" });
  const id = await data.submitBatch(["insert into target values (1)"]);
  const early = await data.client.send(
    new DescribeStatementCommand({ Id: id, WaitTimeSeconds: 1 }),
  );
  expect(early.Status).toBe("STARTED");
  await data.client.send(new CancelStatementCommand({ Id: id }));
  const over = await data.settled(id);
  expect(over.Status).toBe("ABORTED");
  expect(over.SubStatements?.map(({ Status }) => Status)).toEqual(["ABORTED"]);
  expect(await rowCount()).toBe(0);
});

test("a connection that breaks takes its session and its transaction with it", async () => {
  const { SessionId } = await data.run("begin", { SessionKeepAliveSeconds: 60 });
  await data.run("insert into target values (1)", { SessionId });
  redshift.faults.add({ kind: "disconnect", sql: "commit" });
  expect(await data.run("commit", { SessionId })).toMatchObject({ Status: "FAILED" });
  const { Sessions } = await data.client.send(new ListSessionsCommand({ SessionId }));
  expect(Sessions?.[0]?.Status).toBe("CLOSED");
  expect(await rowCount()).toBe(0);
});

test("faults of a server in another process are set and read over HTTP", async () => {
  const url = `${redshift.endpoint}/_faults`;
  const call = async (method: string, body?: unknown) => {
    const response = await fetch(url, { method, body: JSON.stringify(body) });
    return { status: response.status, ...((await response.json()) as object) };
  };
  const fault = { kind: "failure", sql: "^insert", message: "ERROR: told" };
  expect(await call("POST", [fault])).toEqual({ status: 200, pending: [fault], fired: [] });
  expect((await data.run("insert into target values (1)")).Error).toBe("ERROR: told");
  expect(await call("GET")).toEqual({ status: 200, pending: [], fired: [fault] });
  expect(await call("DELETE")).toEqual({ status: 200, pending: [], fired: [] });
  expect(await call("POST", { kind: "mischief" })).toMatchObject({ status: 400 });
  expect(await call("POST", { kind: "conflict", sqll: "x" })).toMatchObject({ status: 400 });
  expect(await call("POST", { kind: "conflict", sql: "(" })).toMatchObject({ status: 400 });
  expect(await data.client.send(new ListStatementsCommand({ MaxResults: 1 }))).toBeDefined();
});

function clientWithoutRetries(): RedshiftDataClient {
  return new RedshiftDataClient({
    endpoint: redshift.endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
    maxAttempts: 1,
  });
}
