import { describe, expect, test } from "@jest/globals";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { openTestServices } from "../../local/testing.ts";
import { linesOf } from "./testing/cli.ts";
import { ShopDatabases } from "./testing/databases.ts";
import { inspect } from "./testing/inspect.ts";
import { openForTests } from "./testing/open-for-tests.ts";
import type { TestProject } from "./testing/project.ts";
import { migrateShop, shopFirstDay, shopSecondDay } from "./testing/shop-days.ts";
import { testTargets } from "./testing/targets.ts";

let services: Awaited<ReturnType<typeof openTestServices>>;

openForTests(async (hold) => {
  services = await hold(openTestServices());
});

/** What knows of refunds in a file of the project, by which a warehouse of before them is made. */
const columns = "kind|refers_to|refers_to_line|refers_to_transaction_id|refers_to_line_number";

function ofBefore(project: TestProject, path: string): Record<string, string> {
  const text = readFileSync(join(project.folder, path), "utf8");
  const cut = path.endsWith(".sql")
    ? text.replace(new RegExp(`^ +cast\\((${columns}) as .*\\n`, "gm"), "")
    : text
        .replace(new RegExp(`^  - name: (${columns})\\n(?:    .*\\n)*`, "gm"), "")
        .replace(/^ +- expression: .*kind = .*\n/gm, "");
  expect(cut).not.toBe(text);
  return { [path]: cut };
}

const pipelines = readFileSync(join(import.meta.dirname, "../../pipelines.yaml"), "utf8");

describe.each(testTargets)("on $name,", (target) => {
  let databases: ShopDatabases;
  let project: TestProject;

  openForTests(async (hold) => {
    databases = await hold(ShopDatabases.create(services));
    await migrateShop(databases, services);
    const opened = await hold(target.open(services));
    project = await hold(opened.newProjectOfRepository(databases));
  });

  test("a warehouse that was built before sales had a kind has it in every line after the next build", async () => {
    const changed = ["models/gold/sales.sql", "models/gold/sales.yml"];
    // What reads the new columns was not there either.
    const added = [
      ...["sql", "yml"].map((type) => `models/gold/vendor_daily_sales.${type}`),
      ...["match_their_sales.sql", "have_their_sales.sql", "have_their_sales.yml"].map(
        (name) => `tests/refunds_${name}`,
      ),
      "tests/sales_equal_sale_lines.sql",
    ];
    const texts = Object.fromEntries(
      [...changed, ...added].map((path) => [
        path,
        readFileSync(join(project.folder, path), "utf8"),
      ]),
    );
    for (const path of changed) project.write(ofBefore(project, path));
    project.remove(...added);
    project.write({ "pipelines.yaml": pipelines.replace(/^.*vendor_daily_sales.*\n/gm, "") });
    await shopFirstDay(databases);
    await project.ok("build");
    const before = (await inspect(project)).rows["gold.sales"];
    expect(before).toHaveLength(3);
    expect(before?.[0]).not.toContain("kind");

    project.write({ ...texts, "pipelines.yaml": pipelines });
    await shopSecondDay(databases);
    await project.ok("build");
    const { stdout } = await project.ok(
      ...["query", "select kind, count(*) as n from gold.sales group by kind order by kind desc"],
      "--json",
    );
    expect(linesOf(stdout)).toEqual([
      { kind: "sale", n: 5 },
      { kind: "refund", n: 1 },
    ]);
    expect((await inspect(project)).problems).toEqual([]);
  });
});
