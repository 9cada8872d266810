import { afterAll, beforeAll, expect, test } from "@jest/globals";
import pg from "pg";
import type { Services } from "../../local/services.ts";
import { openTestServices } from "../../local/testing.ts";
import type { CompiledProject } from "../../runner/compile/compile.ts";
import { printColumnType } from "../../runner/core/column-type.ts";
import type { Model } from "../../runner/core/node.ts";
import type { RelationName } from "../../runner/core/relation.ts";
import { good, goodRefund } from "../testing/shop-rows.ts";
import { ansiStatements } from "../../runner/dialect/ansi/statements.ts";
import { duckdbDialect } from "../../runner/dialect/duckdb/dialect.ts";
import {
  Warehouse,
  compileProject,
  firstVersions,
  isAboutExtraction,
  rawColumns,
  rulesOf,
} from "../testing/warehouse.ts";
import type { RawRow } from "../testing/warehouse.ts";

// Redshift descends from Postgres: what its SQL says here is the nearest that can be had without Redshift itself.
const extractedAt = "2026-01-02T00:00:00Z";
const shop: Readonly<Record<string, readonly RawRow[]>> = {
  customer: [
    good.customer,
    { ...good.customer, first_name: " Ñu\t", updated_at: "2026-01-01T11:00:00+08:00" },
    { ...good.customer, id: 2, email: "none" },
    { ...good.customer, id: null },
  ],
  vendor: [good.vendor, { ...good.vendor, id: 5, region: "ph " }],
  inventory: [
    good.inventory,
    { ...good.inventory, id: 2, price: "0.00" },
    { ...good.inventory, id: 3, category: 55 },
  ],
  transaction: [good.transaction, goodRefund.transaction],
  transaction_line: [
    good.transaction_line,
    { ...good.transaction_line, line_number: 2, total_price: "1.00" },
    goodRefund.transaction_line,
    { ...goodRefund.transaction_line, line_number: 2, refers_to_line: null },
    {
      ...good.transaction_line,
      transaction_id: "t3",
      item_id: 4,
      created_at: "2021-01-03T23:59:59.999999Z",
    },
  ],
  cart: [good.cart, { ...good.cart, cart_id: "GUEST#7" }],
  cart_line: [good.cart_line],
};

const resolve = (relation: RelationName) => relation;
let services: Services;
let client: pg.Client;
let duckdb: Warehouse;
let project: CompiledProject;

beforeAll(async () => {
  [services, duckdb, project] = await Promise.all([
    openTestServices(),
    Warehouse.open(),
    compileProject(),
  ]);
  client = new pg.Client({ connectionString: services.postgresUrl });
  await client.connect();
  await client.query(
    "create schema raw; create schema cleaned; create schema work; create schema gold",
  );
  for (const node of project.graph.nodes.values()) {
    if (node.kind !== "source" && node.kind !== "seed") continue;
    const columns = node.kind === "source" ? rawColumns(node) : node.columns;
    const declared = columns.map(({ name, type }) => `${name} ${printColumnType(type)}`);
    await client.query(`create table ${node.relation} (${declared.join(", ")})`);
    const rows =
      node.kind === "seed"
        ? node.rows
        : (shop[node.table] ?? []).map((row) =>
            columns.map(({ name }) =>
              name === "_extracted_at" ? extractedAt : (row[name] ?? null),
            ),
          );
    const places = columns.map((_, index) => `$${index + 1}`).join(", ");
    for (const row of rows)
      await client.query(`insert into ${node.relation} values (${places})`, [...row]);
  }
  await duckdb.extract(extractedAt, shop);
  await duckdb.build();
});

afterAll(async () => {
  await client.end();
  await Promise.all([services.close(), duckdb.close()]);
});

function models(): readonly Model[] {
  return [...project.graph.nodes.values()].filter((node) => node.kind === "model");
}

function asText(model: Model, rows: string = model.relation): string {
  const columns = model.columns.map(({ name }) => `coalesce(cast(${name} as varchar), '(null)')`);
  return `select ${columns.join(" || ' | ' || ")} as line from ${rows} as rows_of_model`;
}

async function postgresTypes(relation: RelationName): Promise<string[]> {
  const { rows } = await client.query<{ name: string; type: string }>(
    `select attname as name, format_type(atttypid, atttypmod) as type from pg_attribute
     where attrelid = $1::regclass and attnum > 0 order by attnum`,
    [relation],
  );
  return rows.map(({ name, type }) => {
    const declared = type
      .replace("character varying", "varchar")
      // The longest that Redshift has is what a varchar without a length is declared to be.
      .replace("varchar(65535)", "varchar")
      .replace("timestamp without time zone", "timestamp")
      .replace("numeric", "decimal");
    return `${name} ${declared}`;
  });
}

test("the SQL for Redshift gives on Postgres the declared types and the rows that DuckDB has, in every model", async () => {
  for (const model of models()) {
    const { relation, materialization, columns } = model;
    const query = project.modelQuery(model, { dialect: "redshift", resolve, self: relation });
    const form = materialization.type === "view" ? "view" : "table";
    await client.query(`create ${form} ${relation} as ${firstVersions(model, query) ?? query}`);
    expect(await postgresTypes(relation)).toEqual(
      columns.map(({ name, type }) => `${name} ${printColumnType(type)}`),
    );
    const { rows } = await client.query<{ line: string }>(asText(model));
    const found = rows.map(({ line }) => line).sort();
    const expected = (await duckdb.query(asText(model))).map(({ line }) => String(line)).sort();
    expect({ relation, rows: found }).toEqual({ relation, rows: expected });
  }

  for (const model of models()) {
    const rules = rulesOf(model, "2026-06-02");
    if (rules === undefined) continue;
    const { relation } = model;
    const none = `(select * from ${relation} where 1 = 0)`;
    for (const rows of [
      { source: relation, published: none },
      { source: none, published: relation },
      { source: relation, published: relation },
    ]) {
      const changes = asText(model, `(${ansiStatements().changedVersions(rows, rules)})`);
      const { rows: found } = await client.query<{ line: string }>(changes);
      const expected = (await duckdb.query(changes)).map(({ line }) => String(line)).sort();
      expect(found.map(({ line }) => line).sort()).toEqual(expected);
      expect(expected.length > 0).toBe(rows.source !== rows.published);
    }
  }

  const failing: string[] = [];
  for (const node of project.graph.nodes.values()) {
    if (node.kind === "unit_test") {
      const dialectOfRedshift = {
        ...duckdbDialect,
        ...ansiStatements(),
        name: "redshift" as const,
      };
      const { actual, expected } = project.unitTestQueries(node, dialectOfRedshift);
      const sides = [await client.query(actual), await client.query(expected)];
      const [found, wanted] = sides.map(({ rows }) =>
        rows.map((row) => JSON.stringify(row)).sort(),
      );
      expect(found).toEqual(wanted);
    }
    if (node.kind !== "test" || isAboutExtraction(node)) continue;
    const { rowCount } = await client.query(
      project.testQuery(node, { dialect: "redshift", resolve }),
    );
    if (rowCount !== 0) failing.push(node.name);
  }
  const failingOnDuckdb = [...(await duckdb.failing("error")), ...(await duckdb.failing("warn"))];
  expect(failing.sort()).toEqual(failingOnDuckdb.sort());
  expect(failing).toContain("transaction_totals_equal_their_lines");

  const sales = models().find(({ relation }) => relation === "gold.sales");
  const since = "cast('2026-01-02 00:00:00' as timestamp)";
  const increment = project.modelQuery(sales!, {
    dialect: "redshift",
    resolve,
    self: "gold.sales",
    increment: { since, until: since },
  });
  const { rows } = await client.query<{ transaction_id: string }>(increment);
  expect(rows.map((row) => row.transaction_id)).toEqual(["t3"]);
});
