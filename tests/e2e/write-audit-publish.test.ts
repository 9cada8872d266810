import { beforeEach, describe, expect, test } from "@jest/globals";
import { openTestServices } from "../../local/testing.ts";
import { codesIn, linesOf } from "./testing/cli.ts";
import { ShopDatabases } from "./testing/databases.ts";
import { fingerprint, inspect } from "./testing/inspect.ts";
import type { Contents } from "./testing/inspect.ts";
import { openForTests } from "./testing/open-for-tests.ts";
import type { TestProject } from "./testing/project.ts";
import { cart, fillFirstDay, smallProject } from "./testing/small-project.ts";
import { testTargets } from "./testing/targets.ts";

let services: Awaited<ReturnType<typeof openTestServices>>;
let databases: ShopDatabases;

openForTests(async (hold) => {
  services = await hold(openTestServices());
  databases = await hold(ShopDatabases.create(services));
  await fillFirstDay(databases);
});

/** The gold relations of a home. */
function gold({ rows }: Contents) {
  return Object.entries(rows).filter(([relation]) => relation.startsWith("gold."));
}

/** Lets a change to the shop last for one action only. */
async function during(change: string, back: string, action: () => Promise<void>): Promise<void> {
  await databases.postgres.query(change);
  try {
    await action();
  } finally {
    await databases.postgres.query(back);
  }
}

const refund = {
  change: "insert into payment values (9, 1, -1.00, '2026-03-01T14:00:00Z')",
  back: "delete from payment where id = 9",
};

describe.each(testTargets)("on $name,", (target) => {
  let project: TestProject;
  /** What readers see after one good build. */
  let before: Contents;

  openForTests(async (hold) => {
    const opened = await hold(target.open(services));
    project = await hold(opened.newProject(smallProject, databases));
    await project.ok("build");
    before = await inspect(project);
    await project.keep("built");
  });

  beforeEach(async () => {
    await project.restore("built");
    project.write(smallProject);
  });

  test("a build publishes rows that are exact, the same in the warehouse and in the lake", () => {
    expect(before.problems).toEqual([]);
    expect(before.rows["gold.payment"]).toEqual([
      '[["payment_id",1],["customer_id",1],["amount","10.10"]]',
      '[["payment_id",2],["customer_id",2],["amount","0.07"]]',
      '[["payment_id",3],["customer_id",-1],["amount","99999999.99"]]',
    ]);
    expect(before.rows["gold.customer"]).toHaveLength(3);
  });

  describe("an error test that fails", () => {
    test("leaves gold as it was for readers, and says what is withheld and why", async () => {
      await during(refund.change, refund.back, async () => {
        const ended = await project.run(["build"]);
        expect(ended.code).toBe(1);
        expect(codesIn(ended)).toEqual(["DATA_TEST_FAILED"]);
        expect(ended.stderr).toContain("tests/payments_are_positive.sql:1:1");
        expect(ended.stderr).toMatch(/payment_id .*\n +9 +\| 1 +\| -1\.00/);
        expect(ended.stderr).toContain("withheld gold.payment: test.payments_are_positive failed");
        expect(ended.stderr).toContain(
          "withheld gold.customer: gold is published whole, and gold.payment is withheld",
        );
        const after = await inspect(project);
        expect(gold(after)).toEqual(gold(before));
        expect(after.problems).toEqual([]);
        expect(after.rows["raw.payment"]).toHaveLength(4);
      });
      await project.ok("build", "--full-refresh");
      expect(await inspect(project)).toEqual(before);
    });

    test("lets nothing out of a first build that it guards", async () => {
      await project.restore(undefined);
      await during(refund.change, refund.back, async () => {
        expect((await project.run(["build"])).code).toBe(1);
        const { rows, problems } = await inspect(project);
        expect(Object.keys(rows).filter((relation) => relation.startsWith("gold."))).toEqual([]);
        expect(problems).toEqual([]);
      });
    });
  });

  test("a warning is told, and publishes", async () => {
    await databases.putItems([cart(3, 1)]);
    const ended = await project.ok("build");
    expect(ended.stderr).toContain("warned   test.carts_are_few");
    expect(ended.stderr).toContain("DATA_TEST_FAILED  tests/carts_are_few.sql:1:1");
    const { rows } = await inspect(project);
    expect(rows["cleaned.cart"]).toHaveLength(3);
    await databases.deleteItems([cart(3, 1)]);
  });

  test("a model that breaks its contract writes nothing, and shows both sides of it", async () => {
    const sql = smallProject["models/cleaned/customer.sql"]!;
    project.write({ "models/cleaned/customer.sql": sql.replace("as integer", "as bigint") });
    const ended = await project.run(["build"]);
    expect(ended.code).toBe(1);
    expect(codesIn(ended)).toEqual(["CONTRACT_MISMATCH"]);
    expect(ended.stderr).toContain("> customer_id integer | customer_id bigint");
    expect(ended.stderr).toContain("because of cleaned.customer\n");
    expect(ended.stderr).not.toMatch(/withheld.*(did not run|cleaned.customer was not built)/);
    const after = await inspect(project);
    expect(after).toEqual(before);
  });

  test("a model whose SQL fails names its file, and the rest of the run goes on", async () => {
    project.write({
      "models/cleaned/cart.sql":
        'select version,\n    no_such_column\nfrom {{source "shop.cart"}}\n',
    });
    const ended = await project.run(["build"]);
    expect(ended.code).toBe(1);
    expect(codesIn(ended)).toEqual(["SQL_FAILED"]);
    expect(ended.stderr).toContain("SQL_FAILED  models/cleaned/cart.sql:2:5\n");
    expect(ended.stderr).toMatch(/"no_such_column" (not found|does not exist)/);
    expect(ended.stderr).toContain("ok       gold.payment");
    expect(await inspect(project)).toEqual(before);
  });

  describe("a run that is interrupted", () => {
    /** Of as many rows as ten to the power of `powers`. */
    const slow = (powers: number) => {
      const digits = Array.from({ length: 10 }, (_, digit) => `select ${digit} as n`);
      const names = Array.from({ length: powers }, (_, index) => `d${index}`);
      const sum = names.map((name) => `${name}.n`).join(" + ");
      return `with digit as (${digits.join(" union all ")})
select cast(max(length(md5(cast(${sum} as varchar(9))))) as integer) as customer_id, cast('x' as varchar(100)) as name
from ${names.map((name) => `digit as ${name}`).join(" cross join ")}`;
    };

    test("finishes what has begun, publishes nothing, and says so in one line", async () => {
      project.write({ "models/gold/customer.sql": slow(target.engine === "duckdb" ? 7 : 6) });
      const started = project.start([
        "build",
        "--select",
        "gold.customer",
        "cleaned.cart+",
        "--json",
      ]);
      await started.said('"type":"step_started","id":"gold.customer"');
      started.process.kill("SIGINT");
      const ended = await started.ended;
      expect(ended).toMatchObject({ code: 130, stderr: "" });
      const last = linesOf(ended.stdout).at(-1);
      expect(last).toMatchObject({ type: "run_finished", status: "interrupted" });
      expect(await inspect(project)).toEqual(before);
      project.write(smallProject);
      const next = await project.ok("build");
      expect(next.stderr).not.toContain("was interrupted");
    });

    test("ends at once when it is interrupted twice, and the next run says what it undid", async () => {
      project.write({ "models/gold/customer.sql": slow(12) });
      const started = project.start(["build", "--select", "gold.customer", "--json"]);
      await started.said('"type":"step_started","id":"gold.customer"');
      started.process.kill("SIGINT");
      // Two signals that a busy process has not yet seen are one to it.
      await started.said("Interrupted: finishing what runs; press Ctrl-C again to end now.");
      started.process.kill("SIGINT");
      expect(await started.ended).toMatchObject({ code: 130, stderr: "" });
      await project.place.passLeaseTime();
      project.write(smallProject);
      expect((await project.ok("build")).stderr).toMatch(/note {5}The run \S+ was interrupted/);
      expect(await inspect(project)).toEqual(before);
    });
  });

  test("a full disk ends the run with one diagnostic, and the next run is as if nothing had been", async () => {
    for (const limit of [4, 16]) {
      await project.restore("built");
      const ended = await project.start(["build", "--full-refresh"], {}, limit).ended;
      expect(ended.code).not.toBe(0);
      expect(new Set(codesIn(ended))).toEqual(new Set(["DISK_FULL"]));
      await project.place.passLeaseTime();
      await project.ok("build", "--full-refresh");
      expect(await inspect(project)).toEqual(before);
    }
  });

  test("a build of what has not changed leaves every file of the lake as it was", async () => {
    const files = fingerprint(project.lake);
    await project.ok("build", "--select", "cleaned.customer", "gold.*", "raw.region");
    expect(fingerprint(project.lake)).toEqual(files);
  });
});
