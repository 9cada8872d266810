import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { GetStatementResultCommand } from "@aws-sdk/client-redshift-data";
import { type DataApi, openTestRedshift, slowQuery, type TestRedshift } from "./testing.ts";

let redshift: TestRedshift;
let data: DataApi;

beforeAll(async () => {
  redshift = await openTestRedshift();
  data = redshift.data;
});
afterAll(() => redshift.close());

test("a batch is one transaction: when one statement fails, nothing of it stays", async () => {
  await data.run("create table whole (a int)");
  const failed = await data.runBatch([
    "insert into whole values (1)",
    "insert into missing values (1)",
    "insert into whole values (2)",
  ]);
  expect(failed).toMatchObject({
    Status: "FAILED",
    Error: 'Query #2 failed with ERROR: relation "missing" does not exist',
    ExecutionMode: "TRANSACTION",
  });
  expect(failed.SubStatements?.map(({ Status }) => Status)).toEqual([
    "FINISHED",
    "FAILED",
    "ABORTED",
  ]);
  expect(failed.SubStatements?.[2]?.Error).toBe("Connection or an prior query failed.");
  expect(await data.rows("select count(*) from whole")).toEqual([[0]]);
});

test("a batch that succeeds is committed, and each result is found by its number", async () => {
  const batch = await data.runBatch([
    "create table numbered (a int)",
    "insert into numbered values (3), (4)",
    "select sum(a) from numbered",
    "select 'last'",
  ]);
  expect(batch).toMatchObject({ Status: "FINISHED", HasResultSet: true });
  expect(batch.SubStatements?.map(({ ResultRows }) => ResultRows)).toEqual([-1, 2, 1, 1]);
  const third = await data.client.send(new GetStatementResultCommand({ Id: `${batch.Id}:3` }));
  expect(third.Records).toEqual([[{ longValue: 7 }]]);
  const described = await data.settled(`${batch.Id}:4`);
  expect(described).toMatchObject({
    Id: `${batch.Id}:4`,
    Status: "FINISHED",
    QueryString: "select 'last'",
    ResultRows: 1,
  });
  expect(await data.rows("select count(*) from numbered")).toEqual([[2]]);
  for (const Id of [`${batch.Id}:1`, `${batch.Id}:9`, batch.Id]) {
    await expect(data.client.send(new GetStatementResultCommand({ Id }))).rejects.toMatchObject({
      name: "ResourceNotFoundException",
    });
  }
});

test("with AUTO_COMMIT each statement stands for itself", async () => {
  await data.run("create table single (a int)");
  const batch = await data.runBatch(
    ["insert into single values (1)", "select * from missing", "insert into single values (2)"],
    { ExecutionMode: "AUTO_COMMIT" },
  );
  expect(batch.Status).toBe("FAILED");
  expect(batch.SubStatements?.map(({ Status }) => Status)).toEqual([
    "FINISHED",
    "FAILED",
    "FINISHED",
  ]);
  expect(await data.rows("select count(*) from single")).toEqual([[2]]);
});

test("with AUTO_COMMIT the batch's own BEGIN and ROLLBACK hold", async () => {
  await data.run("create table undone (a int)");
  await data.runBatch(["begin", "insert into undone values (1)", "rollback"], {
    ExecutionMode: "AUTO_COMMIT",
  });
  expect(await data.rows("select count(*) from undone")).toEqual([[0]]);
});

test("a parameter of a batch reaches every statement that mentions it", async () => {
  const batch = await data.runBatch(["select :a::int + 1", "select 1", "select :a::int + 2"], {
    Parameters: [{ name: "a", value: "5" }],
  });
  const third = await data.client.send(new GetStatementResultCommand({ Id: `${batch.Id}:3` }));
  expect(third.Records).toEqual([[{ longValue: 7 }]]);
});

/** Both read that two are on call, and each takes another one off: no order of the two explains that none is left. */
async function takeBothOffCall({ data: api, faults }: Pick<TestRedshift, "data" | "faults">) {
  await data.run("drop table if exists doctors");
  await data.run("create table doctors (name varchar(10), on_call boolean)");
  await data.run("insert into doctors values ('a', true), ('b', true)");
  const goOffCall = (name: string) =>
    api.runBatch([
      "select count(*) from doctors where on_call",
      slowQuery({ faults }, 500),
      `update doctors set on_call = false where name = '${name}'`,
    ]);
  return Promise.all([goOffCall("a"), goOffCall("b")]);
}

test("transactions that cannot be put in an order end with error 1023 for one of them", async () => {
  const outcomes = await takeBothOffCall(redshift);
  expect(outcomes.map(({ Status }) => Status).sort()).toEqual(["FAILED", "FINISHED"]);
  const failed = outcomes.find(({ Status }) => Status === "FAILED");
  expect(failed?.Error).toMatch(
    /ERROR: 1023\n {2}Detail: Serializable isolation violation on table - \d+, transactions forming the cycle are: \d+, \d+ \(pid:\d+\)/,
  );
  expect(await data.rows("select count(*) from doctors where on_call")).toEqual([[1]]);
});

test("with snapshot isolation only writes of the same rows are in conflict", async () => {
  const snapshot = await redshift.open({ isolation: "snapshot" });
  const outcomes = await takeBothOffCall(snapshot);
  expect(outcomes.map(({ Status }) => Status)).toEqual(["FINISHED", "FINISHED"]);
  const update = ["select 1 from doctors", slowQuery(snapshot, 300), "delete from doctors"];
  const both = await Promise.all([snapshot.data.runBatch(update), snapshot.data.runBatch(update)]);
  expect(both.map(({ Status }) => Status).sort()).toEqual(["FAILED", "FINISHED"]);
  expect(both.find(({ Status }) => Status === "FAILED")?.Error).toContain("ERROR: 1023");
});

test("a deadlock ends with error 1023 for one of the two", async () => {
  await data.run("create table locked (a int, b int)");
  await data.run("insert into locked values (1, 0), (2, 0)");
  const update = (a: number) => `update locked set b = b + 1 where a = ${a}`;
  const outcomes = await Promise.all([
    data.runBatch([update(1), slowQuery(redshift, 500), update(2)]),
    data.runBatch([update(2), slowQuery(redshift, 500), update(1)]),
  ]);
  const failed = outcomes.filter(({ Status }) => Status === "FAILED");
  expect(failed.length).toBeGreaterThan(0);
  for (const { Error: reason } of failed) expect(reason).toContain("ERROR: 1023");
});
