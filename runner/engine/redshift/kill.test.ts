import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { ListStatementsCommand } from "@aws-sdk/client-redshift-data";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import type { Fault } from "../../../local/redshift/faults.ts";
import { dataApi } from "../../../local/redshift/testing.ts";
import { openTestWarehouse } from "./testing/warehouse.ts";
import type { TestWarehouse } from "./testing/warehouse.ts";

let warehouse: TestWarehouse;
const script = path.join(import.meta.dirname, "testing", "run-until-killed.ts");
const children: ChildProcess[] = [];

beforeAll(async () => {
  warehouse = await openTestWarehouse();
  const engine = await warehouse.open();
  await engine.transaction(["create schema _runner", "create table kept (id integer)"]);
  await engine.close();
});

afterEach(async () => {
  for (const child of children.splice(0)) await kill(child);
  warehouse.server.faults.clear();
  const engine = await warehouse.open();
  await engine.execute("delete from kept");
  await engine.close();
});

afterAll(() => warehouse.close());

const few = Array.from({ length: 5 }, (_, index) => `insert into kept values (${index})`);
const many = Array.from({ length: 60 }, (_, index) => `insert into kept values (${index})`);

/** Begins to run statements in a process of its own. */
function begin(
  statements: readonly string[],
  { home = warehouse.home, run }: { readonly home?: string; readonly run?: string } = {},
): ChildProcess {
  const options = JSON.stringify(warehouse.options({ home, name: "killed" }));
  const args = [options, JSON.stringify(statements), ...(run === undefined ? [] : [run])];
  const child = spawn(process.execPath, ["--import", "tsx", script, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGKILL");
  await once(child, "exit");
}

/** Waits until a fault has fired: until a process is at a certain place. */
async function untilFired(kind: Fault["kind"]): Promise<void> {
  while (!warehouse.server.faults.fired.some((fault) => fault.kind === kind)) await pause(10);
}

const client = () => dataApi(warehouse.server.endpoint).client;

async function running(): Promise<readonly string[]> {
  const { Statements = [] } = await client().send(new ListStatementsCommand({ Status: "STARTED" }));
  return Statements.map(({ StatementName }) => StatementName ?? "");
}

/** What the table holds as the next process finds it, and that it stays so. */
async function settled(engineHome = warehouse.home): Promise<number> {
  const engine = await warehouse.open({ home: engineHome });
  try {
    const count = async () =>
      Number((await engine.query("select count(*) as n from kept")).rows[0]?.n);
    const found = await count();
    expect(await running()).toEqual([]);
    await pause(300);
    expect(await count()).toBe(found);
    await engine.settle([]);
    const left = "select 1 from pg_catalog.pg_proc where proname like 'publish%'";
    expect((await engine.query(left)).rows).toEqual([]);
    return found;
  } finally {
    await engine.close();
  }
}

describe("a process that is killed", () => {
  test.each([
    ["one statement", few.slice(0, 1)],
    ["a batch", few],
    ["a long transaction", many],
  ])(
    "while %s runs leaves nothing that acts once the next process is open",
    async (_, statements) => {
      warehouse.server.faults.add({ kind: "hang", sql: "^insert|^call" });
      const child = begin(statements);
      await untilFired("hang");
      // The id is on the disk as soon as the process waits for the statement.
      await pause(200);
      await kill(child);
      expect(await running()).toHaveLength(1);
      expect(await settled()).toBe(0);
      expect(readdirSync(path.join(warehouse.home, "redshift", "statements"))).toEqual([]);
    },
  );

  test.each([
    ["one statement", few.slice(0, 1)],
    ["a batch", few],
  ])(
    "before it knows the id of %s leaves nothing that acts once the next process is open",
    async (_, statements) => {
      warehouse.server.faults.add(
        { kind: "hang", sql: "^insert" },
        // The answer with the id waits for the statement's end, and never comes.
        { kind: "lost-response", when: "after", sql: "^insert", times: "always" },
      );
      const child = begin(statements);
      await untilFired("hang");
      await kill(child);
      expect(await running()).toHaveLength(1);
      expect(await settled()).toBe(0);
    },
  );

  test("right after its commit has published, once, though it never learned so", async () => {
    warehouse.server.faults.add({
      kind: "lost-response",
      when: "after",
      operation: "BatchExecuteStatement",
      times: "always",
    });
    const child = begin(many);
    const engine = await warehouse.open();
    while ((await engine.query("select 1 from kept")).rows.length === 0) await pause(20);
    await kill(child);
    await engine.close();
    expect(await settled()).toBe(many.length);
  });

  test("on another machine ends by its run's name, and no other run does", async () => {
    const [home, otherHome] = [
      path.join(warehouse.home, "one"),
      path.join(warehouse.home, "other"),
    ];
    warehouse.server.faults.add({ kind: "hang", sql: "^insert", times: 2 });
    const dead = begin(few, { home, run: "r20261123_1" });
    const alive = begin(few, { home: otherHome, run: "r20261123_12" });
    while (warehouse.server.faults.fired.length < 2) await pause(10);
    await pause(200);
    await kill(dead);
    const engine = await warehouse.open();
    expect(await running()).toHaveLength(2);
    await engine.settle(["r20261123_1"]);
    expect(await running()).toEqual([expect.stringContaining(":r20261123_12:")]);
    await engine.close();
    await kill(alive);
    expect(await settled(otherHome)).toBe(0);
  });

  test("at any moment of a transaction leaves all of it or nothing of it", async () => {
    const outcomes = new Set<number>();
    const moments = [0, 60, 120, 200, 400, undefined];
    for (const [index, milliseconds] of moments.entries()) {
      const statements = index % 2 === 0 ? many : few;
      const child = begin(statements);
      await once(child.stdout!, "data");
      if (milliseconds === undefined) await once(child, "exit");
      else await pause(milliseconds);
      await kill(child);
      const found = await settled();
      expect([0, statements.length]).toContain(found);
      outcomes.add(found === 0 ? 0 : 1);
      const engine = await warehouse.open();
      await engine.execute("delete from kept");
      await engine.close();
    }
    // It has met both ends; the last process was not killed at all.
    expect(outcomes.size).toBe(2);
  }, 120_000);
});

test("the statements of a process that lives are left alone by others of its home", async () => {
  warehouse.server.faults.add({ kind: "slowness", milliseconds: 1_000, sql: "^insert" });
  const child = begin(few.slice(0, 1));
  await untilFired("slowness");
  const other = await warehouse.open();
  await other.settle([]);
  await other.close();
  const [code] = (await once(child, "exit")) as [number];
  expect(code).toBe(0);
  expect(await settled()).toBe(1);
});
