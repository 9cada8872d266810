import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { setTimeout as sleep } from "node:timers/promises";
import {
  DescribeStatementCommand,
  ExecuteStatementCommand,
  ListSessionsCommand,
} from "@aws-sdk/client-redshift-data";
import {
  type DataApi,
  numbers,
  openTestRedshift,
  refusal,
  slowQuery,
  type TestRedshift,
  WAREHOUSE,
} from "./testing.ts";

let redshift: TestRedshift;
let data: DataApi;

beforeAll(async () => {
  redshift = await openTestRedshift();
  data = redshift.data;
});
afterAll(() => redshift.close());

async function openSession(sql = "select 1", seconds = 60): Promise<string> {
  const { SessionId } = await data.run(sql, { SessionKeepAliveSeconds: seconds });
  return SessionId!;
}

async function statusOf(SessionId: string) {
  const { Sessions } = await data.client.send(new ListSessionsCommand({ SessionId }));
  return Sessions?.[0]?.Status;
}

test("a transaction may be spread over many calls of one session", async () => {
  await data.run("create table spread (a int)");
  const SessionId = await openSession("begin");
  await data.run("insert into spread values (1)", { SessionId });
  await data.runBatch(["insert into spread values (2)", "insert into spread values (3)"], {
    SessionId,
    ExecutionMode: "AUTO_COMMIT",
  });
  expect(await data.rows("select count(*) from spread")).toEqual([[0]]);
  expect(await data.rows("select count(*) from spread", { SessionId })).toEqual([[3]]);
  expect(await data.run("commit", { SessionId })).toMatchObject({ Status: "FINISHED" });
  expect(await data.rows("select count(*) from spread")).toEqual([[3]]);
});

test("after a failure the session's transaction can only be rolled back", async () => {
  await data.run("create table spoiled (a int)");
  const SessionId = await openSession("begin");
  await data.run("insert into spoiled values (1)", { SessionId });
  expect((await data.run("select * from missing", { SessionId })).Status).toBe("FAILED");
  const refused = await data.run("insert into spoiled values (2)", { SessionId });
  expect(refused.Error).toMatch(/^ERROR: current transaction is aborted/);
  await data.run("rollback", { SessionId });
  expect(await data.run("insert into spoiled values (3)", { SessionId })).toMatchObject({
    Status: "FINISHED",
  });
  expect(await data.rows("select a from spoiled")).toEqual([[3]]);
});

test("a session runs one statement at a time", async () => {
  const SessionId = await openSession();
  const id = await data.submit(slowQuery(redshift, 2_000), { SessionId });
  expect(await refusal(data.submit("select 1", { SessionId }))).toBe(
    "ValidationException: Session is not available.",
  );
  expect(await statusOf(SessionId)).toBe("BUSY");
  expect(await data.settled(id)).toMatchObject({ Status: "FINISHED", SessionId });
  expect(await data.run("select 1", { SessionId })).toMatchObject({ Status: "FINISHED" });
});

test("an idle session is closed after its time, and what it had not committed is undone", async () => {
  await data.run("create table idle (a int)");
  const SessionId = await openSession("begin", 3);
  await data.run("insert into idle values (1)", { SessionId });
  expect(await statusOf(SessionId)).not.toBe("CLOSED");
  while ((await statusOf(SessionId)) !== "CLOSED") await sleep(50);
  expect(await refusal(data.submit("commit", { SessionId }))).toBe(
    "ValidationException: Session is not available.",
  );
  expect(await data.rows("select count(*) from idle")).toEqual([[0]]);
});

test("without a session nothing is carried from one statement to the next", async () => {
  const kept = await openSession("create temp table mine (a int)");
  expect(await data.run("select * from mine", { SessionId: kept })).toMatchObject({
    Status: "FINISHED",
  });
  await data.run("create temp table lost (a int)");
  expect(await data.run("select * from lost")).toMatchObject({ Status: "FAILED" });
});

test("what a statement sets, opens or locks outside a session is gone when it ends", async () => {
  await data.run("create table shared (a int)");
  await data.run("begin");
  await data.run("set timezone to 'Europe/Berlin'");
  await data.runBatch(["begin", "lock shared", "insert into shared values (1)"], {
    ExecutionMode: "AUTO_COMMIT",
  });
  expect(await data.rows("select count(*) from shared")).toEqual([[0]]);
  expect(await data.rows("show timezone")).toEqual([["UTC"]]);
  expect(await data.run("drop table shared")).toMatchObject({ Status: "FINISHED" });
});

test("a session says where it runs, so a request that names it names nothing else", async () => {
  const SessionId = await openSession();
  await expect(data.submit("select 1", { ...WAREHOUSE, SessionId })).rejects.toMatchObject({
    name: "ValidationException",
  });
  const described = await data.run("select 1", { SessionId });
  expect(described).toMatchObject(WAREHOUSE);
});

test("a session that never was is invalid, and is not found in the list", async () => {
  const SessionId = "00000000-0000-4000-8000-000000000000";
  expect(await refusal(data.submit("select 1", { SessionId }))).toBe(
    `ValidationException: Session with Id: ${SessionId} is invalid.`,
  );
  await expect(data.client.send(new ListSessionsCommand({ SessionId }))).rejects.toMatchObject({
    name: "ResourceNotFoundException",
  });
});

test("the list of sessions tells which are open and what they run", async () => {
  const server = await redshift.open();
  const Sql = slowQuery(server, 400);
  const input = { ...WAREHOUSE, Sql, SessionKeepAliveSeconds: 30 };
  const started = await server.data.client.send(new ExecuteStatementCommand(input));
  const list = async () => (await server.data.client.send(new ListSessionsCommand({}))).Sessions;
  expect(await list()).toMatchObject([
    { SessionId: started.SessionId, Status: "BUSY", CurrentStatementId: started.Id },
  ]);
  await server.data.settled(started.Id!);
  expect(await list()).toMatchObject([{ Status: "AVAILABLE", SessionAliveSeconds: 30 }]);
});

test("a session in the list is named either by its id or by where it runs", async () => {
  const SessionId = await openSession();
  const both = new ListSessionsCommand({ SessionId, Status: "AVAILABLE" });
  expect(await refusal(data.client.send(both))).toMatch(/^ValidationException/);
});

test("a session that is not kept alive ends with its statement", async () => {
  const SessionId = await openSession("select 1", 0);
  expect(await statusOf(SessionId)).toBe("CLOSED");
});

test("a server that closes undoes what its sessions left open", async () => {
  await data.run("create table left_open (a int)");
  const server = await redshift.open();
  const { SessionId } = await server.data.run("begin", { SessionKeepAliveSeconds: 60 });
  await server.data.run("insert into left_open values (1)", { SessionId });
  const running = await server.data.submit(
    `insert into left_open ${numbers()} select count(*) from n`,
  );
  expect(running).toBeDefined();
  await server.close();
  await server.close();
  await expect(
    server.data.client.send(new DescribeStatementCommand({ Id: running })),
  ).rejects.toThrow();
  expect(await data.rows("select count(*) from left_open")).toEqual([[0]]);
  expect(await data.run("lock table left_open")).toBeDefined();
});
