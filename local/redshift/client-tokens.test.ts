import { setTimeout as sleep } from "node:timers/promises";
import { ListSessionsCommand } from "@aws-sdk/client-redshift-data";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import {
  dataApi,
  type DataApi,
  openTestRedshift,
  slowQuery,
  type TestRedshift,
} from "./testing.ts";

let redshift: TestRedshift;
let data: DataApi;

beforeAll(async () => {
  redshift = await openTestRedshift();
  data = redshift.data;
  await data.run("create table written (a int)");
});
afterAll(() => redshift.close());

test("the same request with the same token is one statement, also for a client that was started anew", async () => {
  const submit = (api: DataApi) =>
    api.submit("insert into written values (1)", { ClientToken: "run-1-step-1" });
  const ids = [await submit(data), await submit(data), await submit(dataApi(redshift.endpoint))];
  expect(new Set(ids).size).toBe(1);
  await data.settled(ids[0]!);
  expect(await submit(data)).toBe(ids[0]);
  expect(await data.rows("select count(*) from written where a = 1")).toEqual([[1]]);
});

test("requests that arrive at the same time with one token are one statement", async () => {
  const ids = await Promise.all(
    Array.from({ length: 8 }, () =>
      data.submitBatch(["insert into written values (2)"], { ClientToken: "at-once" }),
    ),
  );
  expect(new Set(ids).size).toBe(1);
  await data.settled(ids[0]!);
  expect(await data.rows("select count(*) from written where a = 2")).toEqual([[1]]);
});

test("a token of another request is refused", async () => {
  await data.submit("select 1", { ClientToken: "taken" });
  const refused = { name: "ValidationException" };
  await expect(data.submit("select 2", { ClientToken: "taken" })).rejects.toMatchObject(refused);
  await expect(data.submitBatch(["select 1"], { ClientToken: "taken" })).rejects.toMatchObject(
    refused,
  );
  await expect(
    data.submit("select 1", { ClientToken: "taken", StatementName: "other" }),
  ).rejects.toMatchObject(refused);
});

test("how long the caller waits does not make it another request", async () => {
  const id = await data.submit("select 1", { ClientToken: "waits" });
  expect(await data.submit("select 1", { ClientToken: "waits", WaitTimeSeconds: 5 })).toBe(id);
});

test("the token of a failed statement gives the failed statement back", async () => {
  const failed = await data.run("select * from missing", { ClientToken: "failed" });
  expect(await data.run("select * from missing", { ClientToken: "failed" })).toMatchObject({
    Id: failed.Id,
    Status: "FAILED",
  });
});

test("a repeated request in a session finds its statement, though the session is busy or gone", async () => {
  const { SessionId } = await data.run("select 1", { SessionKeepAliveSeconds: 3 });
  const sql = slowQuery(redshift, 300);
  const submit = () => data.submit(sql, { SessionId: SessionId!, ClientToken: "in-session" });
  const id = await submit();
  expect(await submit()).toBe(id);
  const status = async () =>
    (await data.client.send(new ListSessionsCommand({ SessionId }))).Sessions?.[0]?.Status;
  while ((await status()) !== "CLOSED") await sleep(50);
  expect(await submit()).toBe(id);
});

test("a token holds for 8 hours", async () => {
  let now = Date.parse("2026-01-01T00:00:00Z");
  const server = await redshift.open({ now: () => now });
  const submit = () => server.data.submit("select 1", { ClientToken: "ages" });
  const id = await submit();
  now += 8 * 3_600_000 - 1;
  expect(await submit()).toBe(id);
  now += 1;
  expect(await submit()).not.toBe(id);
});
