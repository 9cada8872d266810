import { describe, expect, test } from "@jest/globals";
import { join } from "node:path";
import { openTestServices } from "../../local/testing.ts";
import { ShopDatabases } from "./testing/databases.ts";
import { fingerprint, inspect } from "./testing/inspect.ts";
import type { Contents } from "./testing/inspect.ts";
import { openForTests } from "./testing/open-for-tests.ts";
import type { TestProject } from "./testing/project.ts";
import { buildShopDays, shopAgain } from "./testing/shop-days.ts";
import { testTargets } from "./testing/targets.ts";

let services: Awaited<ReturnType<typeof openTestServices>>;

openForTests(async (hold) => {
  services = await hold(openTestServices());
});

/** Gold in the order of its rows' text: what the reports stand on. */
function gold({ rows }: Contents) {
  return Object.fromEntries(
    Object.entries(rows).filter(([relation]) => relation.startsWith("gold.")),
  );
}

/** A history tells what each build saw: one that saw both days at once has seen less. */
function withoutHistory(rows: ReturnType<typeof gold>) {
  return Object.fromEntries(
    Object.entries(rows).filter(([relation]) => !relation.endsWith("_history")),
  );
}

describe.each(testTargets)("on $name,", (target) => {
  let databases: ShopDatabases;
  let project: TestProject;
  /** After each day was shopped, built, and built in part. */
  let incremental: Contents;

  openForTests(async (hold) => {
    databases = await hold(ShopDatabases.create(services));
    const opened = await hold(target.open(services));
    project = await hold(buildShopDays(databases, services, opened));
    incremental = await inspect(project);
  });

  test("two days of shopping reach gold to the cent, refunds below zero, the late members found", () => {
    expect(incremental.problems).toEqual([]);
    const sales = incremental.rows["gold.sales"]!.map(
      (row) =>
        Object.fromEntries(JSON.parse(row) as [string, unknown][]) as Record<string, unknown>,
    );
    expect(sales).toHaveLength(6);
    expect(sales.filter((row) => row.kind === "refund")).toMatchObject([
      { refers_to_line_number: 2, qty: -4000, total_price: "-280.00" },
    ]);
    const total = sales.reduce(
      (sum, row) => sum + BigInt(String(row.total_price).replace(".", "")),
      0n,
    );
    expect(total).toBe(100000_46143n);
    for (const row of sales) {
      expect(row.customer_id).not.toBe(-1);
      expect(row.item_id).not.toBe(-1);
    }
  });

  test("building again changes no row of any zone, and no file of gold", async () => {
    const files = fingerprint(join(project.lake, "gold"));
    await project.ok("build", "--threads", "4");
    expect(await inspect(project)).toEqual(incremental);
    expect(fingerprint(join(project.lake, "gold"))).toEqual(files);
  });

  test("a full refresh gives what the increments gave, on one thread", async () => {
    await project.ok("build", "--full-refresh", "--threads", "1");
    const refreshed = await inspect(project);
    expect(refreshed.problems).toEqual([]);
    expect(refreshed.rows["cleaned.customer"]).toEqual(incremental.rows["cleaned.customer"]);
    expect(gold(refreshed)).toEqual(gold(incremental));
  });

  test("rows that arrive again, in another order, change nothing", async () => {
    await shopAgain(databases);
    await project.ok("extract");
    await project.ok("build");
    const again = await inspect(project);
    expect(again.problems).toEqual([]);
    expect(gold(again)).toEqual(gold(incremental));
  });

  test("a new warehouse that sees both days at once is the same as one that saw them grow", async () => {
    await project.restore(undefined);
    await project.ok("build");
    const atOnce = await inspect(project);
    expect(atOnce.problems).toEqual([]);
    expect(withoutHistory(gold(atOnce))).toEqual(withoutHistory(gold(incremental)));
    expect(atOnce.rows["gold.customer_history"]?.length).toBeGreaterThan(0);
  });

  test("what the shop archives stays in gold with its sales, and says when", async () => {
    const before = await inspect(project);
    for (const table of ["customer", "vendor", "inventory"]) {
      await databases.postgres.query(
        `update ${table} set archived_at = '2026-03-04T05:06:07.000008Z' where id = 1`,
      );
    }
    await project.ok("build");
    const after = await inspect(project);
    expect(after.problems).toEqual([]);
    expect(after.rows["gold.sales"]).toEqual(before.rows["gold.sales"]);
    for (const relation of ["gold.customer", "gold.vendor", "gold.inventory"]) {
      expect(after.rows[relation]).toHaveLength(before.rows[relation]!.length);
      const archived = after.rows[relation]!.filter((row) => row.includes("05:06:07.000008"));
      expect(archived).toHaveLength(1);
    }
    expect(after.rows["gold.inventory_history"]).toHaveLength(
      before.rows["gold.inventory_history"]!.length + 1,
    );
  });
});
