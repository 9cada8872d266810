import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "@jest/globals";
import { others } from "../../local/supervisor/lock.js";
import { makeTestHome } from "../../local/testing.ts";
import type { Row } from "../../runner/core/ports.ts";
import { openDuckDb } from "../../runner/engine/duckdb/engine.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const size = ["--customers", "3", "--vendors", "2", "--seed", "7"];
const homes: string[] = [];

afterAll(async () => {
  for (const home of homes) await rm(home, { recursive: true, force: true });
});

function newHome(): string {
  const home = makeTestHome();
  homes.push(home);
  return home;
}

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program of the checkout on a home of its own; `killAfter` milliseconds it is killed, if it still runs. */
async function run(home: string, args: readonly string[], killAfter?: number): Promise<Ended> {
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: {
      ...process.env,
      ...{ MERCADO_HOME: home, MERCADO_POSTGRES_URL: "", MERCADO_DYNAMODB_ENDPOINT: "" },
      NODE_OPTIONS: "",
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const timer =
    killAfter === undefined ? undefined : setTimeout(() => child.kill("SIGKILL"), killAfter);
  const [code] = (await once(child, "close")) as [number | null];
  clearTimeout(timer);
  return { code, stdout, stderr };
}

const demo = (home: string, killAfter?: number) =>
  run(home, ["--import", "tsx", "local/demo/main.ts", ...size], killAfter);

/** Rows of queries over the warehouse of a home where nothing runs. */
async function ask(home: string, queries: readonly string[]): Promise<(readonly Row[])[]> {
  const engine = await openDuckDb({
    file: join(home, "warehouse.duckdb"),
    threads: 1,
    readOnly: true,
  });
  try {
    return await Promise.all(queries.map(async (sql) => (await engine.query(sql)).rows));
  } finally {
    await engine.close();
  }
}

/** Everything in gold that does not tell when it was written. */
function goldOf(home: string): Promise<(readonly Row[])[]> {
  return ask(home, [
    "select * from gold.category order by all",
    "select * from gold.customer order by all",
    "select * from gold.date order by all",
    "select * exclude (updated_at) from gold.inventory order by all",
    "select * from gold.vendor order by all",
    "select * exclude (loaded_at) from gold.sales order by all",
    "select * from gold.vendor_daily_sales order by all",
  ]);
}

async function salesDays(home: string): Promise<number> {
  if (!existsSync(join(home, "warehouse.duckdb"))) return 0;
  const [published] = await ask(home, [
    "select view_name from duckdb_views() where schema_name = 'gold' and view_name = 'sales'",
  ]);
  if (published?.length !== 1) return 0;
  const [rows] = await ask(home, ["select count(distinct date_id) as days from gold.sales"]);
  return Number(rows?.[0]?.days);
}

/** The reconciliation that a demo prints last: measure, DynamoDB, gold.sales, verdict. */
function reconciliation(stdout: string): string[][] {
  return stdout
    .split("\n")
    .filter((line) => /^(transactions|lines|units|total price) /.test(line))
    .map((line) => line.split("|").map((cell) => cell.trim()));
}

test("a demo beside a running one steps back, a later one adds a day that still adds up, and a demo killed again and again ends in the same gold", async () => {
  const calm = newHome();
  const begun = demo(calm);
  while (others({ home: calm, kind: "demo" }).length === 0) await sleep(50);
  const rival = await demo(calm);
  expect(rival).toMatchObject({ code: 2, stdout: "" });
  expect(rival.stderr).toMatch(
    /^DEMO_RUNNING\nAnother demo \(process \d+\) is shopping in .*\n-> .*\n$/,
  );
  const first = await begun;
  expect(first.stderr).toContain("6 checkouts, 12 lines");
  expect(first.code).toBe(0);
  expect(first.stdout).toContain("The latest sales, joined over the whole star:\nitem_name");
  expect(first.stdout).toContain("\nThe 10 latest of 12 lines.\n");
  expect(first.stdout).toContain("What was sold, in DynamoDB and in the warehouse:\n");
  expect(reconciliation(first.stdout).map((row) => row[3])).toEqual(["yes", "yes", "yes", "yes"]);

  const second = await demo(calm);
  expect(second.code).toBe(0);
  const totals = reconciliation(second.stdout);
  expect(totals.map((row) => row[3])).toEqual(["yes", "yes", "yes", "yes"]);
  expect(totals[0]?.[2]).toBe("12");
  const expected = await goldOf(calm);
  const categories = expected[0]!.map((row) => row.category_id);
  expect(new Set(categories).size).toBe(categories.length);

  const unlucky = newHome();
  for (const killAfter of [1000, 2000, 3000]) {
    const killed = await demo(unlucky, killAfter);
    if (killed.code === 0) break;
  }
  // Each demo that was cut off is gone on with, so two that end are two days.
  for (let ended = await salesDays(unlucky); ended < 2; ended = await salesDays(unlucky)) {
    const resumed = await demo(unlucky);
    expect(resumed.stderr).not.toContain("fault in Mercado");
    expect(resumed.code).toBe(0);
  }
  expect(await goldOf(unlucky)).toEqual(expected);
}, 180_000);
