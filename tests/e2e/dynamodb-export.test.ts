import { describe, expect, test } from "@jest/globals";
import { join } from "node:path";
import {
  writeFullExport,
  writeIncrementalExport,
  type WrittenItem,
} from "../../runner/extract/testing/export-generator.ts";
import { inspect } from "./testing/inspect.ts";
import { openForTests } from "./testing/open-for-tests.ts";
import type { TestProject } from "./testing/project.ts";
import { testTargets } from "./testing/targets.ts";

const files = {
  "pipelines.yaml": `project: exported
default_target: production
targets:
  production:
    engine: duckdb
    warehouse: '{{env "MERCADO_HOME"}}/warehouse.duckdb'
    lake: '{{env "MERCADO_HOME"}}/lake'
    connections:
      shop: { connector: dynamodb_export, location: exports, segments: 2 }
models:
  gold: { materialized: table }
`,
  "sources/shop.yml": `source: shop
connector: dynamodb_export
connection: shop
dynamodb_table: orders
tables:
  - name: order
    sort_key_prefix: ORDER
    key: [order_id]
    extract: incremental
    cursor: updated_at
    columns:
      - { name: order_id, type: text, from: pk, nullable: false }
      - { name: city, type: text, from: address.city }
      - { name: updated_at, type: timestamptz, nullable: false }
  - name: order_line
    sort_key_prefix: ORDER
    explode: lines
    key: [order_id, line_number]
    extract: incremental
    cursor: updated_at
    columns:
      - { name: order_id, type: text, from: item.pk, nullable: false }
      - { name: line_number, type: integer, from: position, nullable: false }
      - { name: price, type: "numeric(10,2)" }
      - { name: updated_at, type: timestamptz, from: item.updated_at }
    tests:
      - equal_totals: { of: [price], with: source }
`,
  "models/gold/order.sql": `select cast(order_id as varchar(20)) as order_id, cast(city as varchar(50)) as city
from (
    select *, row_number() over (partition by order_id order by updated_at desc nulls last) as version
    from {{source "shop.order"}}
) as versions
where version = 1
`,
  "models/gold/order.yml": `grain: One row per order.
key: [order_id]
columns:
  - { name: order_id, type: varchar(20), tests: [not_null, unique] }
  - { name: city, type: varchar(50) }
`,
};

const order = (id: string, city: string, updatedAt: string): WrittenItem => ({
  pk: { S: id },
  sk: { S: "ORDER" },
  updated_at: { S: updatedAt },
  address: { M: { city: { S: city } } },
  lines: { L: [{ M: { price: { N: "1.25" } } }, { M: { price: { N: "2" } } }] },
});

async function goldOrders(project: TestProject): Promise<unknown> {
  const { stdout } = await project.ok(
    "query",
    "select order_id, city from gold.order order by order_id",
    "--json",
  );
  return stdout
    .split("\n")
    .filter((text) => text !== "")
    .map((text) => JSON.parse(text) as unknown);
}

describe.each(testTargets)("on $name,", (target) => {
  let project: TestProject;
  let location: string;

  openForTests(async (hold) => {
    const opened = await hold(target.open());
    project = await hold(opened.newProject(files));
    location = join(project.folder, "exports");
  });

  test("a table too large to scan is built from its exports, one after another", async () => {
    const none = await project.run(["build"]);
    expect(none.code).toBe(1);
    expect(none.stderr).toContain("EXPORT_MISSING");
    expect(none.stderr).toContain("There is no complete export of the DynamoDB table orders.");

    const [oslo, rome] = [
      order("o1", "Oslo", "2026-01-01T10:00:00Z"),
      order("o2", "Rome", "2026-01-01T11:00:00Z"),
    ];
    await writeFullExport(location, [oslo, rome], {
      ...{ id: "01-full", table: "orders", at: "2026-01-02T00:00:00Z" },
    });
    const first = await project.ok("build");
    expect(first.stderr).toContain(
      "orders: read the full export 01-full, as of 2026-01-02T00:00:00Z.",
    );
    expect(await goldOrders(project)).toEqual([
      { order_id: "o1", city: "Oslo" },
      { order_id: "o2", city: "Rome" },
    ]);

    const moved = order("o2", "Paris", "2026-01-02T10:00:00Z");
    await writeIncrementalExport(
      location,
      [
        { keys: { pk: rome.pk!, sk: rome.sk! }, oldImage: rome, newImage: moved, at: new Date() },
        {
          keys: { pk: { S: "o3" }, sk: { S: "ORDER" } },
          newImage: order("o3", "Bonn", "2026-01-02T12:00:00Z"),
          at: new Date(),
        },
      ],
      { id: "02-inc", table: "orders", from: "2026-01-02T00:00:00Z", to: "2026-01-03T00:00:00Z" },
    );
    const second = await project.ok("build");
    expect(second.stderr).toContain(
      "orders: read 1 incremental export, as of 2026-01-03T00:00:00Z.",
    );
    const built = [
      { order_id: "o1", city: "Oslo" },
      { order_id: "o2", city: "Paris" },
      { order_id: "o3", city: "Bonn" },
    ];
    expect(await goldOrders(project)).toEqual(built);
    expect((await project.ok("build")).stderr).toContain(
      "no export is newer than 2026-01-03T00:00:00Z",
    );
    expect(await goldOrders(project)).toEqual(built);

    await writeIncrementalExport(location, [], {
      ...{ id: "04-inc", table: "orders" },
      ...{ from: "2026-01-04T00:00:00Z", to: "2026-01-05T00:00:00Z" },
    });
    const gap = await project.run(["build"]);
    expect(gap.code).toBe(1);
    expect(gap.stderr).toContain("EXPORT_GAP");

    await writeFullExport(location, [order("o1", "Lima", "2026-01-06T00:00:00Z")], {
      ...{ id: "06-full", table: "orders", tableId: "made anew", at: "2026-01-06T00:00:00Z" },
    });
    const reset = await project.run(["build"]);
    expect(reset.code).toBe(1);
    expect(reset.stderr).toContain("SOURCE_RESET");
    expect(await goldOrders(project)).toEqual(built);
    await project.ok("build", "--full-refresh");
    expect(await goldOrders(project)).toEqual([{ order_id: "o1", city: "Lima" }]);
    expect((await inspect(project)).problems).toEqual([]);
  }, 300_000);
});
