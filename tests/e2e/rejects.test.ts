import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { openTestServices } from "../../local/testing.ts";
import { linesOf } from "./testing/cli.ts";
import { ShopDatabases } from "./testing/databases.ts";
import { inspect } from "./testing/inspect.ts";
import { openForTests } from "./testing/open-for-tests.ts";
import { TestProject } from "./testing/project.ts";
import { cart, smallProject } from "./testing/small-project.ts";
import { testTargets } from "./testing/targets.ts";
import type { OpenedTarget } from "./testing/targets.ts";

let services: Awaited<ReturnType<typeof openTestServices>>;
let databases: ShopDatabases;

openForTests(async (hold) => {
  services = await hold(openTestServices());
  databases = await hold(ShopDatabases.create(services));
});

const { "pipelines.yaml": pipelines = "" } = smallProject;
const sourceYaml = (rejects: string) => `source: oltp
connector: postgres
connection: oltp
tables:
  - name: item
    key: [id]
    extract: incremental
    cursor: updated_at
    lookback: 0 seconds
    rejects: ${rejects}
    columns:
      - { name: id, type: integer, nullable: false }
      - { name: price, type: "numeric(8,2)" }
      - { name: updated_at, type: timestamptz, nullable: false }
    tests:
      - equal_totals: { of: [price], with: source }
`;

describe.each(testTargets)("on $name,", (target) => {
  let opened: OpenedTarget;
  let project: TestProject;

  openForTests(async (hold) => {
    opened = await hold(target.open(services));
  });

  beforeEach(async () => {
    await databases.postgres.query(`
    drop table if exists item;
    create table item (id integer primary key, price numeric, updated_at timestamptz);
    insert into item select id, id / 100.0, '2026-03-01T10:00:00Z' from generate_series(1, 9) as id;
    insert into item values (10, 'NaN', '2026-03-01T09:00:00Z')`);
    project = await opened.newProject(
      {
        "pipelines.yaml": pipelines,
        "sources/oltp.yml": sourceYaml("10%"),
        "models/gold/reject.sql": `select cast(row_key as varchar(100)) as item, cast(reason as varchar(40)) as reason
from {{source "oltp.item__rejected"}}
`,
        "models/gold/reject.yml":
          "grain: One row per rejected row.\nmaterialized: table\ncolumns: [{ name: item, type: varchar(100) }, { name: reason, type: varchar(40) }]\n",
        "tests/few_rejects.sql": `select count(*) as rejects from {{ref "raw.item__rejected"}} having count(*) > 2\n`,
      },
      databases,
    );
  });

  afterEach(() => {
    project.close();
  });

  async function rows(query: string) {
    return linesOf((await project.ok("query", query, "--json")).stdout);
  }

  test("rows that do not fit are kept beside their table, published with it, and read by models, tests and queries", async () => {
    const { stderr } = await project.ok("build");
    expect(stderr).toContain("9 rows, 1 rejected");
    expect(stderr).toContain(
      'note     raw.item__rejected takes 1 row of 10 that do not fit: id 10: price is "NaN" (not_a_number).',
    );
    expect(
      await rows("select row_key, column_name, value, reason, source_row from raw.item__rejected"),
    ).toEqual([
      {
        row_key: "id 10",
        column_name: "price",
        value: "NaN",
        reason: "not_a_number",
        source_row: '{"id":"10","price":"NaN","updated_at":"2026-03-01 09:00:00+00"}',
      },
    ]);
    expect(await rows("select * from gold.reject")).toEqual([
      { item: "id 10", reason: "not_a_number" },
    ]);
    expect(await rows("select count(*) as n, sum(price) as price from raw.item")).toEqual([
      { n: 9, price: "0.45" },
    ]);

    await databases.postgres.query(`
    insert into item select id, 1, '2026-03-02T10:00:00Z' from generate_series(11, 28) as id;
    insert into item values (29, 1.234, '2026-03-02T10:00:00Z')`);
    await project.ok("build");
    expect(await rows("select item from gold.reject order by item")).toEqual([
      { item: "id 10" },
      { item: "id 29" },
    ]);
    const results = JSON.parse(
      (await project.ok("runs", "--json")).stdout.split("\n")[0] ?? "",
    ) as {
      status: string;
    };
    expect(results.status).toBe("succeeded");
  });

  test("more of them than declared fail the extract, and readers keep what they had", async () => {
    await project.ok("build");
    const before = await inspect(project);
    await databases.postgres.query("update item set price = 'NaN', updated_at = now()");
    const { code, stderr } = await project.run(["build"]);
    expect(code).toBe(1);
    expect(stderr).toContain("oltp.item: 10 rows of 10 do not fit (100%), and rejects allows 10%.");
    expect(await inspect(project)).toEqual(before);

    project.write({ "sources/oltp.yml": sourceYaml("100%") });
    await project.ok("build", "--full-refresh", "--exclude", "few_rejects");
    expect(await rows("select count(*) as n from raw.item")).toEqual([{ n: 0 }]);
    expect(await rows("select count(*) as n from raw.item__rejected")).toEqual([{ n: 10 }]);
  });

  test("a quarantine is there from the first extraction on, and selecting it extracts its table", async () => {
    await databases.postgres.query("delete from item where id = 10");
    await project.ok("build", "--select", "raw.item__rejected");
    expect(await rows("select count(*) as n from raw.item__rejected")).toEqual([{ n: 0 }]);
    expect(await rows("select count(*) as n from raw.item")).toEqual([{ n: 9 }]);
  });

  test("items of DynamoDB are rejected alike", async () => {
    await databases.putItems([cart(1, 1), { ...cart(2, 2), version: { S: "two" } }]);
    project.write({
      "sources/shop.yml": (smallProject["sources/shop.yml"] ?? "").replace(
        "    key: [cart_id]\n",
        "    key: [cart_id]\n    rejects: 50%\n",
      ),
    });
    await project.ok("build", "--select", "raw.cart");
    expect(await rows("select cart_id, version from raw.cart")).toEqual([
      { cart_id: "USER#1", version: 1 },
    ]);
    const [rejected] = await rows("select * from raw.cart__rejected");
    expect(rejected).toMatchObject({
      row_key: "cart_id USER#2",
      column_name: "version",
      value: "two",
      reason: "not_a_number",
    });
    expect(JSON.parse(String(rejected?.["source_row"]))).toMatchObject({
      _item: expect.anything(),
    });
  });
});

test("a declared table may not have a quarantine's name, and a share is a percentage", async () => {
  const project = new TestProject({
    "pipelines.yaml": pipelines,
    "sources/oltp.yml": sourceYaml("10%"),
  });
  const yaml = sourceYaml("1%").replace("name: item\n", "name: item__rejected\n");
  project.write({ "sources/other.yml": yaml.replace("source: oltp", "source: other") });
  const clash = await project.run(["ls"]);
  expect(clash).toMatchObject({ code: 2 });
  expect(clash.stderr).toContain(
    "raw.item__rejected is declared, and is where raw.item keeps its rejected rows.",
  );
  project.remove("sources/other.yml");
  project.write({ "sources/oltp.yml": sourceYaml("0.1") });
  const wrong = await project.run(["ls"]);
  expect(wrong.stderr).toContain("write a percentage such as 0.1%, or 0");
  project.close();
});
