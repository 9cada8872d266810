import { describe, expect, test } from "@jest/globals";
import { openTestServices } from "../../local/testing.ts";
import { codesIn } from "./testing/cli.ts";
import { ShopDatabases } from "./testing/databases.ts";
import { inspect } from "./testing/inspect.ts";
import { openForTests } from "./testing/open-for-tests.ts";
import type { TestProject } from "./testing/project.ts";
import { buildShopDays, shopAgain } from "./testing/shop-days.ts";
import { testTargets } from "./testing/targets.ts";

/** Where nobody listens. */
const gone = {
  MERCADO_POSTGRES_URL: "postgres://nobody:nothing@127.0.0.1:9/none",
  MERCADO_DYNAMODB_ENDPOINT: "http://127.0.0.1:9",
};

let services: Awaited<ReturnType<typeof openTestServices>>;

openForTests(async (hold) => {
  services = await hold(openTestServices());
});

/** All of gold, every column of it. */
async function goldOf({ place }: TestProject) {
  const engine = await place.openWarehouse();
  try {
    const rows: Record<string, readonly string[]> = {};
    const relations = await place.openLake().relations();
    const gold = relations.filter((relation) => relation.startsWith("gold."));
    for (const name of gold.map((relation) => relation.slice("gold.".length)).sort()) {
      const found = await engine.query(`select * from gold.${name}`);
      rows[name] = found.rows.map((row) => JSON.stringify(row)).sort();
    }
    return rows;
  } finally {
    await engine.close();
  }
}

describe.each(testTargets)("on $name,", (target) => {
  let databases: ShopDatabases;
  let project: TestProject;
  /** Of two days that were built one after the other. */
  let expected: Readonly<Record<string, readonly string[]>>;

  openForTests(async (hold) => {
    databases = await hold(ShopDatabases.create(services));
    const opened = await hold(target.open(services));
    project = await hold(buildShopDays(databases, services, opened));
    expected = await goldOf(project);
    await project.keep("built");
  });

  async function begin(isWarehouseLost: boolean): Promise<void> {
    await project.restore("built");
    if (isWarehouseLost) await project.place.loseWarehouse();
  }

  /** Files that the lost ledger knew as superseded stay for as long as a reader may hold them, and go with the retention. */
  async function problemsAfterCollection(): Promise<readonly string[]> {
    const before = (await inspect(project)).problems;
    expect(before.filter((problem) => !problem.endsWith("is in no manifest"))).toEqual([]);
    await project.ok("gc", "--retention", "0s");
    return (await inspect(project)).problems;
  }

  test("histories and sales are in the gold that is compared", () => {
    expect(Object.keys(expected)).toEqual(
      expect.arrayContaining(["customer_history", "inventory_history", "sales"]),
    );
    for (const rows of Object.values(expected)) expect(rows.length).toBeGreaterThan(0);
  });

  test("with the databases gone, all of gold is built from raw, row for row as it was", async () => {
    await begin(false);
    const built = await project.run(["build", "--from", "raw"], gone);
    expect(built.stderr).not.toContain("extract.");
    expect(built.code).toBe(0);
    expect(await goldOf(project)).toEqual(expected);
    expect((await inspect(project)).problems).toEqual([]);
  });

  test("with the warehouse gone too, the lake alone gives the same gold, and the next increment goes on from it", async () => {
    await begin(true);
    const dry = await project.run(["build", "--from", "raw", "--dry-run"], gone);
    expect(dry.code).toBe(0);
    expect(dry.stdout).not.toContain("extract.oltp");
    const built = await project.run(["build", "--from", "raw"], gone);
    expect(built.stderr).toMatch(
      /The warehouse is new: it has taken \d+ relations over from the lake/,
    );
    expect(built.code).toBe(0);
    expect(await goldOf(project)).toEqual(expected);
    expect(await problemsAfterCollection()).toEqual([]);

    await shopAgain(databases);
    const next = await project.ok("build", "--json");
    const extracted = next.stdout
      .split("\n")
      .filter((line) => line.includes('"extract.oltp"') && line.includes("rows"))
      .map((line) => (JSON.parse(line) as { outcome: { rows: number } }).outcome.rows);
    // Of 2 customers, 1 vendor and 3 items, those that the lookback reaches: not all of them.
    expect(extracted).toEqual([4]);
    expect((await inspect(project)).problems).toEqual([]);
    const after = await goldOf(project);
    expect(after.sales).toEqual(expected.sales);
    expect(after.customer_history).toEqual(expected.customer_history);
  });

  test("a rebuild that is killed where it takes the lake over, or before it publishes, and run again is the same", async () => {
    const points = ["after-publish:1", "before-publish:1", "before-publish:2"];
    for (const point of target.engine === "duckdb" ? points : points.slice(0, 1)) {
      await begin(true);
      const killed = await project.run(["build", "--from", "raw"], {
        ...gone,
        MERCADO_KILL_POINT: point,
      });
      expect([point, killed.signal]).toEqual([point, "SIGKILL"]);
      await project.place.passLeaseTime();
      const again = await project.run(["build", "--from", "raw"], gone);
      expect([point, again.code]).toEqual([point, 0]);
      expect(await goldOf(project)).toEqual(expected);
      expect(await problemsAfterCollection()).toEqual([]);
    }
  });

  test("a build that begins anew beside what an earlier warehouse published says how to go on with it instead", async () => {
    await begin(true);
    const built = await project.ok("build", "--select", "raw.category");
    expect(built.stderr).toContain("runner build --from raw");
  });

  test("what was never extracted is named, and --from knows two words", async () => {
    await project.restore(undefined);
    const empty = await project.run(["build", "--from", "raw"], gone);
    expect(empty.code).toBe(2);
    expect(codesIn(empty)).toEqual(["UPSTREAM_MISSING"]);
    expect(empty.stderr).toContain("raw.cart, raw.cart_line, raw.customer, raw.inventory");
    expect(empty.stderr).toContain("runner extract --select raw.cart");
    const wrong = await project.run(["build", "--from", "lake"], gone);
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain("source, raw");
    const both = await project.run(["build", "--from", "raw", "--full-refresh"], gone);
    expect(codesIn(both)).toEqual(["CLI_USAGE"]);
  });
});
