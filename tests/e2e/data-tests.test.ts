import { describe, expect, test } from "@jest/globals";
import { openTestServices } from "../../local/testing.ts";
import { codesIn, linesOf } from "./testing/cli.ts";
import { ShopDatabases } from "./testing/databases.ts";
import { openForTests } from "./testing/open-for-tests.ts";
import type { TestProject } from "./testing/project.ts";
import { fillFirstDay, fillSecondDay, smallProject } from "./testing/small-project.ts";
import { testTargets } from "./testing/targets.ts";

let services: Awaited<ReturnType<typeof openTestServices>>;

const payments = smallProject["sources/oltp.yml"]!;
const cart = smallProject["models/cleaned/cart.yml"]!;
const reconciled = {
  ...smallProject,
  "sources/oltp.yml": `${payments}    tests:\n      - equal_totals: { of: [amount], with: source }\n`,
  "models/cleaned/cart.yml": `${cart}tests:\n  - equal_totals: { of: [{ cart_version: version }], with: shop.cart }\n`,
  "macros/tests/below.hbs": "select * from {{relation}} where {{column}} >= {{limit_value}}",
  "models/gold/payment.yml": smallProject["models/gold/payment.yml"]!.replace(
    "tests: [not_null] }",
    "tests: [not_null, { below: { limit_value: 1000, severity: warn } }] }",
  ),
};

openForTests(async (hold) => {
  services = await hold(openTestServices());
});

describe.each(testTargets)("on $name,", (target) => {
  let databases: ShopDatabases;
  let project: TestProject;

  openForTests(async (hold) => {
    databases = await hold(ShopDatabases.create(services));
    const opened = await hold(target.open(services));
    project = await hold(opened.newProject(reconciled, databases));
    await fillFirstDay(databases);
  });

  test("a build reconciles with the control totals of its sources, of a whole extraction and of increments", async () => {
    const first = await project.ok("build");
    expect(first.stderr).toContain("warned   test.below.gold.payment.amount");
    await fillSecondDay(databases);
    await project.ok("build");
    await project.ok("test");
    project.write({
      "models/cleaned/cart.sql": `${smallProject["models/cleaned/cart.sql"]!.trim()} where version < 4\n`,
    });
    const ended = await project.run(["build", "--select", "+cleaned.cart"]);
    expect(ended.code).toBe(1);
    expect(codesIn(ended)).toEqual(["DATA_TEST_FAILED"]);
    expect(ended.stderr).toContain(
      "count of rows: 1 here, 2 in the source shop.cart, differs by -1",
    );
    expect(ended.stderr).toMatch(/sum\(cart_version\).*: 1 here, 6 in the source shop\.cart/);
    project.write({ "models/cleaned/cart.sql": smallProject["models/cleaned/cart.sql"]! });
  });

  test("the rows of a build that was stopped are kept, listed and shown, and go when the test passes", async () => {
    await databases.postgres.query(
      "insert into payment values (9, 1, -1.00, '2026-03-05T14:00:00Z'), (10, 1, -2.50, '2026-03-05T14:00:00Z')",
    );
    const stopped = await project.run(["build", "--store-failures"]);
    expect(stopped.code).toBe(1);
    expect(stopped.stderr).toContain("-> All of them: runner failures payments_are_positive");
    expect(stopped.stdout).toBe("");

    const listed = await project.ok("failures", "--json");
    expect(linesOf(listed.stdout)).toContainEqual(
      expect.objectContaining({ test: "payments_are_positive", rows: 2 }),
    );
    const shown = await project.ok("failures", "payments_are_positive", "--json");
    expect(
      linesOf(shown.stdout)
        .map(({ amount }) => amount)
        .sort(),
    ).toEqual(["-1.00", "-2.50"]);
    const table = await project.ok("failures", "payments_are_positive");
    expect(table.stdout).toMatch(/payment_id .*amount/);
    const counted = await project.ok(
      "query",
      "select count(*) as n from _failures.payments_are_positive",
      "--json",
    );
    expect(linesOf(counted.stdout)).toEqual([{ n: 2 }]);

    await databases.postgres.query("delete from payment where id in (9, 10)");
    await project.ok("build", "--full-refresh");
    const passed = await project.ok("failures", "payments_are_positive");
    expect([passed.stdout, passed.stderr]).toEqual([
      "",
      expect.stringContaining("No rows of payments_are_positive are kept"),
    ]);
    const unknown = await project.run(["failures", "payments_are_positiv"]);
    expect([unknown.code, unknown.stderr]).toEqual([
      2,
      expect.stringContaining('Did you mean "payments_are_positive"?'),
    ]);
  });

  test("test --show-failures prints the rows of each test that does not pass, as tables or as lines", async () => {
    const shown = await project.ok("test", "--show-failures");
    expect(shown.stdout).toMatch(/^below\.gold\.payment\.amount: 1 row\npayment_id +\|/);
    expect(shown.stdout).toContain("99999999.99");
    const lines = linesOf((await project.ok("test", "--show-failures", "--json")).stdout);
    expect(lines.filter(({ type }) => type === "failing_row")).toEqual([
      {
        type: "failing_row",
        test: "below.gold.payment.amount",
        row: expect.objectContaining({ amount: "99999999.99" }) as unknown,
      },
    ]);
  });

  test("pipelines.yaml can keep failing rows of every run, and a test can refuse", async () => {
    const pipelines = smallProject["pipelines.yaml"]!;
    project.write({ "pipelines.yaml": `${pipelines}tests: { store_failures: true }\n` });
    await project.ok("test");
    const kept = async () =>
      linesOf((await project.ok("failures", "--json")).stdout).map((line) => line.test);
    expect(await kept()).toEqual(["below.gold.payment.amount"]);
    const yaml = reconciled["models/gold/payment.yml"];
    project.write({
      "models/gold/payment.yml": yaml.replace(
        "severity: warn",
        "severity: warn, store_failures: false",
      ),
    });
    await project.ok("test");
    expect(await kept()).toEqual([]);
  });
});
