import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { Failure } from "../../core/diagnostic.ts";
import { openTestWarehouse } from "./testing/warehouse.ts";
import type { TestWarehouse } from "./testing/warehouse.ts";

let warehouse: TestWarehouse;

beforeAll(async () => {
  warehouse = await openTestWarehouse();
});

afterAll(async () => {
  await warehouse.close();
});

const patience = {
  totalMilliseconds: 60_000,
  firstPauseMilliseconds: 50,
  longestPauseMilliseconds: 500,
};

test("a warehouse that stops answering is told once, and so is that it answers again", async () => {
  const first = await warehouse.openServer();
  const told: string[] = [];
  const engine = await warehouse.open({
    endpoint: first.endpoint,
    patience,
    tell: (message) => told.push(message),
  });
  expect((await engine.query("select 1 as a")).rows).toEqual([{ a: 1 }]);
  await first.close();
  const asked = engine.query("select 2 as a");
  while (told.length === 0) await new Promise((resolve) => setTimeout(resolve, 50));
  expect(told[0]).toMatch(/does not answer \(.*ECONNREFUSED.*\)\. Asking again\.$/);
  await warehouse.openServer({ port: Number(new URL(first.endpoint).port) });
  expect((await asked).rows).toEqual([{ a: 2 }]);
  expect(told).toEqual([told[0], expect.stringMatching(/answers again\.$/)]);
}, 60_000);

test("an address at which nobody has ever answered is given up soon, with where to look", async () => {
  const gone = await warehouse.openServer();
  await gone.close();
  const began = performance.now();
  const engine = await warehouse.open({ endpoint: gone.endpoint, patience });
  const failure = await engine.query("select 1").catch((error: unknown) => error as Failure);
  expect(performance.now() - began).toBeLessThan(30_000);
  expect(failure).toMatchObject({
    diagnostics: [{ code: "WAREHOUSE_UNREACHABLE", hint: expect.stringContaining("address") }],
  });
}, 60_000);
