import { afterAll, beforeAll, expect, test } from "@jest/globals";
import {
  CancelStatementCommand,
  DescribeStatementCommand,
  ExecuteStatementCommand,
  GetStatementResultCommand,
  GetStatementResultV2Command,
  ListStatementsCommand,
  paginateGetStatementResult,
  paginateListStatements,
} from "@aws-sdk/client-redshift-data";
import {
  inPostgres,
  numbers,
  openTestRedshift,
  refusal,
  slowQuery,
  type TestRedshift,
  WAREHOUSE,
} from "./testing.ts";

let redshift: TestRedshift;

beforeAll(async () => {
  redshift = await openTestRedshift();
});
afterAll(() => redshift.close());

test("a query's rows come back as the fields of their types, decimals as exact strings", async () => {
  const { data } = redshift;
  const id = await data.submit(
    "select 7::int as i, 12.30::numeric(10,2) as d, true as b, 0.5::float8 as f, null::int as n, date '2026-01-02' as day, 'é' as s",
  );
  expect(await data.settled(id)).toMatchObject({
    Id: id,
    Status: "FINISHED",
    HasResultSet: true,
    ResultRows: 1,
    Database: "warehouse",
    WorkgroupName: "mercado",
    DbUser: "IAM:mercado",
    ResultFormat: "JSON",
  });
  const result = await data.client.send(new GetStatementResultCommand({ Id: id }));
  expect(result.Records).toEqual([
    [
      { longValue: 7 },
      { stringValue: "12.30" },
      { booleanValue: true },
      { doubleValue: 0.5 },
      { isNull: true },
      { stringValue: "2026-01-02" },
      { stringValue: "é" },
    ],
  ]);
  expect(result.TotalNumRows).toBe(1);
  const names = result.ColumnMetadata?.map(({ name, typeName }) => `${name} ${typeName}`);
  expect(names).toContain("d numeric");
});

test("a bigint keeps all its digits on the wire", async () => {
  const id = await redshift.data.submit("select 9007199254740993::bigint as big");
  await redshift.data.settled(id);
  const text = await callAsText(redshift.endpoint, "GetStatementResult", { Id: id });
  expect(text).toContain('{"longValue":9007199254740993}');
});

test("a submission answers at once, and tells the outcome only to a caller that waits", async () => {
  const { client } = redshift.data;
  const input = { ...WAREHOUSE, Sql: slowQuery(redshift, 300) };
  const atOnce = await client.send(new ExecuteStatementCommand(input));
  expect(atOnce.Status).toBeUndefined();
  const described = await client.send(new DescribeStatementCommand({ Id: atOnce.Id }));
  expect(["SUBMITTED", "PICKED", "STARTED"]).toContain(described.Status);
  expect(described).toMatchObject({ Duration: -1, ResultRows: -1, ResultSize: -1 });
  const waited = await client.send(new ExecuteStatementCommand({ ...input, WaitTimeSeconds: 5 }));
  expect(waited).toMatchObject({ Status: "FINISHED", HasResultSet: true });
});

test("a wait that is too short returns with the statement still running", async () => {
  const { data } = redshift;
  const id = await data.submit(slowQuery(redshift, 1500));
  const early = await data.client.send(
    new DescribeStatementCommand({ Id: id, WaitTimeSeconds: 1 }),
  );
  expect(early.Status).toBe("STARTED");
  const waited = await data.client.send(
    new GetStatementResultCommand({ Id: id, WaitTimeSeconds: 10 }),
  );
  expect(waited.TotalNumRows).toBe(1);
});

test("a failing statement says why, and has no result", async () => {
  const { data } = redshift;
  const failed = await data.run("select * from missing");
  expect(failed).toMatchObject({
    Status: "FAILED",
    Error: 'ERROR: relation "missing" does not exist',
    HasResultSet: false,
  });
  await expect(
    data.client.send(new GetStatementResultCommand({ Id: failed.Id })),
  ).rejects.toMatchObject({ name: "ResourceNotFoundException" });
});

test("a statement that writes tells how many rows it touched", async () => {
  await redshift.data.run("create table counted (a int)");
  expect(await redshift.data.run("insert into counted values (1), (2)")).toMatchObject({
    ResultRows: 2,
    HasResultSet: false,
  });
});

test("named parameters stand for values, whatever they hold, and text that only looks like one is left alone", async () => {
  const value = `it's :b \\ "x"`;
  const rows = await redshift.data.rows(
    `select :a as a, ':a' as quoted, 5::int as cast /* :a */, :b + 1 as sum -- :a`,
    {
      Parameters: [
        { name: "a", value },
        { name: "b", value: "41" },
      ],
    },
  );
  expect(rows).toEqual([[value, ":a", 5, 42]]);
});

test("a parameter that no statement mentions is refused", async () => {
  const Parameters = [{ name: "a", value: "1" }];
  expect(await refusal(redshift.data.submit("select 1", { Parameters }))).toBe(
    "ValidationException: Parameters list contains unused parameters. Unused parameters: [a]",
  );
});

test("a long result is paged, each row once and in order", async () => {
  const small = await redshift.open({ limits: { pageBytes: 200 } });
  const { Id } = await small.data.run(`${numbers(100)} select i, 'row ' || i from n order by i`);
  const seen: number[] = [];
  let pages = 0;
  for await (const page of paginateGetStatementResult({ client: small.data.client }, { Id })) {
    pages += 1;
    seen.push(...(page.Records ?? []).map(([i]) => i!.longValue!));
  }
  expect(seen).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
  expect(pages).toBeGreaterThan(3);
});

test("a token of another statement is refused", async () => {
  const small = await redshift.open({ limits: { pageBytes: 10 } });
  const one = await small.data.run(`${numbers(50)} select i from n`);
  const other = await small.data.run(`${numbers(50)} select i from n`);
  const page = await small.data.client.send(new GetStatementResultCommand({ Id: one.Id }));
  expect(page.NextToken).toBeDefined();
  await expect(
    small.data.client.send(
      new GetStatementResultCommand({ Id: other.Id, NextToken: page.NextToken }),
    ),
  ).rejects.toMatchObject({ name: "ValidationException" });
});

test("a result in CSV is read by GetStatementResultV2, and by it alone", async () => {
  const { data } = redshift;
  const { Id } = await data.run(`select 1 as a, 'x,"y"' as b, null as c`, { ResultFormat: "CSV" });
  const result = await data.client.send(new GetStatementResultV2Command({ Id }));
  expect(result.Records).toEqual([{ CSVRecords: 'a,b,c\r\n1,"x,""y""",\r\n' }]);
  await expect(data.client.send(new GetStatementResultCommand({ Id }))).rejects.toMatchObject({
    name: "ValidationException",
  });
});

test("a cancelled statement stops in the database, and its work is undone", async () => {
  const { data } = redshift;
  await data.run("create table slow (a bigint)");
  const id = await data.submit(`insert into slow ${numbers()} select count(*) from n`);
  await until(
    async () =>
      (await data.client.send(new DescribeStatementCommand({ Id: id }))).Status === "STARTED",
  );
  const cancelled = await data.client.send(new CancelStatementCommand({ Id: id }));
  expect(cancelled.Status).toBe(true);
  expect(await data.settled(id)).toMatchObject({ Status: "ABORTED" });
  expect(await data.rows("select count(*) from slow")).toEqual([[0]]);
  const active = await inPostgres(
    redshift,
    "select from pg_stat_activity where query like 'insert into slow%' and state = 'active'",
  );
  expect(active.rowCount).toBe(0);
});

test("a statement that has ended cannot be cancelled", async () => {
  const { data } = redshift;
  const { Id } = await data.run("select 1");
  await expect(data.client.send(new CancelStatementCommand({ Id }))).rejects.toMatchObject({
    name: "ValidationException",
    message: `Could not cancel a query that is already in FINISHED state with ID: ${Id}`,
  });
});

test("a list of statements is filtered by the beginning of their name and by status, newest first", async () => {
  const { data } = redshift;
  const named = (StatementName: string) => ({ StatementName });
  const one = await data.run("select 1", named("load-a"));
  const two = await data.run("select * from missing", named("load-b"));
  await data.run("select 1", named("Load-c"));
  const list = async (filter: object) => {
    const { Statements } = await data.client.send(new ListStatementsCommand(filter));
    return Statements?.map(({ Id }) => Id);
  };
  expect(await list({ StatementName: "load-", Status: "ALL" })).toEqual([two.Id, one.Id]);
  // The API's reference: by default, only finished statements are shown.
  expect(await list({ StatementName: "load-" })).toEqual([one.Id]);
  expect(await list({ StatementName: "load-", Status: "FAILED" })).toEqual([two.Id]);
  expect(await list({ StatementName: "load-", WorkgroupName: "elsewhere" })).toEqual([]);
  const paged: unknown[] = [];
  const pages = paginateListStatements(
    { client: data.client, pageSize: 1 },
    { StatementName: "load-", Status: "ALL" },
  );
  for await (const page of pages) paged.push(...page.Statements!.map(({ Id }) => Id));
  expect(paged).toEqual([two.Id, one.Id]);
});

test("a statement that never was is not found, and an id of another form is invalid", async () => {
  const { client } = redshift.data;
  const Id = "00000000-0000-4000-8000-000000000000";
  await expect(client.send(new DescribeStatementCommand({ Id }))).rejects.toMatchObject({
    name: "ResourceNotFoundException",
    ResourceId: Id,
  });
  await expect(client.send(new DescribeStatementCommand({ Id: "x" }))).rejects.toMatchObject({
    name: "ValidationException",
  });
});

test("statements beyond the slots wait in the queue and run in their turn", async () => {
  const narrow = await redshift.open({ slots: 1 });
  const first = await narrow.data.submit(slowQuery(narrow, 500));
  const second = await narrow.data.submit("select 1");
  const third = await narrow.data.submit("select 2");
  const early = await narrow.data.client.send(new DescribeStatementCommand({ Id: second }));
  expect(early.Status).toBe("SUBMITTED");
  await narrow.data.client.send(new CancelStatementCommand({ Id: second }));
  expect(await narrow.data.settled(second)).toMatchObject({ Status: "ABORTED" });
  expect(await narrow.data.settled(third)).toMatchObject({ Status: "FINISHED" });
  expect(await narrow.data.settled(first)).toMatchObject({ Status: "FINISHED" });
});

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error("It did not come to hold.");
}

async function callAsText(endpoint: string, operation: string, body: object): Promise<string> {
  const response = await fetch(endpoint, {
    method: "POST",
    headers: {
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": `RedshiftData.${operation}`,
      authorization: `AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/redshift-data/aws4_request, SignedHeaders=host, Signature=${"0".repeat(64)}`,
    },
    body: JSON.stringify(body),
  });
  return response.text();
}
