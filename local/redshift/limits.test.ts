import { afterAll, beforeAll, expect, test } from "@jest/globals";
import {
  CancelStatementCommand,
  DescribeStatementCommand,
  GetStatementResultCommand,
  type ExecuteStatementInput,
} from "@aws-sdk/client-redshift-data";
import {
  type DataApi,
  numbers,
  openTestRedshift,
  refusal,
  slowQuery,
  type TestRedshift,
} from "./testing.ts";

let redshift: TestRedshift;
let data: DataApi;

beforeAll(async () => {
  redshift = await openTestRedshift();
  data = redshift.data;
});
afterAll(() => redshift.close());

test("a statement of more than 100 KB is refused, counted in bytes", async () => {
  const padded = (bytes: number) => `select 1 --${"é".repeat((bytes - 11) / 2)}`;
  expect(await refusal(data.submit(padded(99_999)))).toBe("accepted");
  expect(await refusal(data.submit(padded(100_001)))).toBe(
    "ValidationException: Cannot process query string larger than 100kB",
  );
  expect(await refusal(data.submitBatch(["select 1", padded(100_001)]))).toMatch(/100kB/);
});

test("a batch holds 1 to 40 statements", async () => {
  const batch = (count: number) => data.submitBatch(Array<string>(count).fill("select 1"));
  expect(await refusal(batch(0))).toMatch(/^ValidationException: .*'sqls'/);
  expect(await refusal(batch(40))).toBe("accepted");
  expect(await refusal(batch(41))).toMatch(/^ValidationException: .*less than or equal to 40/);
});

test.each<[string, Partial<ExecuteStatementInput>]>([
  ["a name of more than 500 characters", { StatementName: "x".repeat(501) }],
  ["a token of more than 64 characters", { ClientToken: "x".repeat(65) }],
  ["a wait of more than 30 seconds", { WaitTimeSeconds: 31 }],
  ["a wait of no second", { WaitTimeSeconds: 0 }],
  ["a session of more than a day", { SessionKeepAliveSeconds: 86_401 }],
  ["an empty list of parameters", { Parameters: [] }],
  ["a parameter whose name is no name", { Parameters: [{ name: "a-b", value: "1" }] }],
  ["an unknown format", { ResultFormat: "XML" as "CSV" }],
])("%s is refused", async (_what, further) => {
  expect(await refusal(data.submit("select 1", further))).toMatch(
    /^ValidationException: 1 validation error detected: Value .* failed to satisfy constraint/,
  );
});

test("a parameter without a value makes the statement fail", async () => {
  const failed = await data.run("select :a", { Parameters: [{ name: "a", value: "" }] });
  expect(failed).toMatchObject({ Status: "FAILED" });
  expect(failed.Error).toMatch(/zero length/);
});

test("a row of more than 64 KB fails the query", async () => {
  expect(await data.run("select repeat('x', 65536)")).toMatchObject({ Status: "FINISHED" });
  const failed = await data.run("select repeat('x', 65537)");
  expect(failed).toMatchObject({ Status: "FAILED" });
  expect(failed.Error).toContain("Packet for query is too large");
});

test("a result that is too large fails the query", async () => {
  const small = await redshift.open({ limits: { resultBytes: 1000 } });
  const query = (rows: number) => `${numbers(rows)} select 'ten bytes!' from n`;
  expect(await small.data.run(query(100))).toMatchObject({ Status: "FINISHED", ResultSize: 1000 });
  const failed = await small.data.run(query(101));
  expect(failed).toMatchObject({ Status: "FAILED", HasResultSet: false });
  expect(failed.Error).toContain("Database response exceeded size limit");
});

test("statements above the quota are refused until one has ended", async () => {
  const small = await redshift.open({ limits: { activeStatements: 2 } });
  const ids = [await small.data.submit(slowQuery(small, 500)), await small.data.submit("select 1")];
  await small.data.settled(ids[1]!);
  ids[1] = await small.data.submit(slowQuery(small, 500));
  expect(await refusal(small.data.submit("select 1"))).toMatch(/^ActiveStatementsExceeded/);
  await Promise.all(ids.map((id) => small.data.settled(id)));
  expect(await refusal(small.data.submit("select 1"))).toBe("accepted");
});

test("sessions above the quota are refused, and a refused one runs nothing", async () => {
  const small = await redshift.open({ limits: { activeSessions: 1 } });
  await data.run("create table once (a int)");
  const SessionKeepAliveSeconds = 60;
  await small.data.run("select 1", { SessionKeepAliveSeconds });
  expect(
    await refusal(small.data.submit("insert into once values (1)", { SessionKeepAliveSeconds })),
  ).toMatch(/^ActiveSessionsExceeded/);
  expect(await data.rows("select count(*) from once")).toEqual([[0]]);
});

test("too many callers may not wait for one statement", async () => {
  const small = await redshift.open({ limits: { waitingRequests: 1 } });
  small.faults.add({ kind: "hang", sql: "^select 'waited for'$" });
  const id = await small.data.submit("select 'waited for'");
  const waiting = [small.data.settled(id), small.data.settled(id)];
  await expect(Promise.all(waiting)).rejects.toThrow(
    expect.objectContaining({ name: "ActiveWaitingRequestsExceededException" }),
  );
  await small.data.client.send(new CancelStatementCommand({ Id: id }));
  const ends = await Promise.allSettled(waiting);
  expect(ends.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
});

test("a result is kept for 24 hours", async () => {
  let now = Date.parse("2026-01-01T00:00:00Z");
  const server = await redshift.open({ now: () => now });
  const { Id } = await server.data.run("select 1");
  now += 24 * 3_600_000 - 1;
  const result = await server.data.client.send(new GetStatementResultCommand({ Id }));
  expect(result.TotalNumRows).toBe(1);
  now += 1;
  expect(await refusal(server.data.client.send(new GetStatementResultCommand({ Id })))).toMatch(
    /^ResourceNotFoundException/,
  );
  expect(await refusal(server.data.client.send(new DescribeStatementCommand({ Id })))).toMatch(
    /^ResourceNotFoundException/,
  );
});
