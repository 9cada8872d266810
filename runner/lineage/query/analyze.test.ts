import { beforeAll, expect, test } from "@jest/globals";
import { LineageFailure } from "../../core/column-lineage.ts";
import type { AnalyzeQuery, QueryLineage } from "../../core/column-lineage.ts";
import { loadQueryAnalysis } from "./analyze.ts";

const relations: Readonly<Record<string, readonly string[]>> = {
  "gold.customer": ["customer_id", "email", "region"],
  "gold.sales": ["customer_id", "vendor_id", "total"],
  "raw.item": ["item_id", "vendor_id"],
};

let analyze: AnalyzeQuery;
beforeAll(async () => {
  analyze = await loadQueryAnalysis();
});

const read = (sql: string) => analyze(sql, (relation) => relations[relation]);

/** `email <- customer.email, condition of customer.region`; identity goes without saying. */
function columnsOf({ columns }: QueryLineage): readonly string[] {
  return columns.map(({ name, from }) => {
    const uses = from.map(({ relation, column, how }) => {
      const base = `${relation.split(".")[1] ?? ""}.${column}`;
      return how === "identity" ? base : `${how} of ${base}`;
    });
    return `${name} <- ${uses.sort().join(", ") || "nothing"}`;
  });
}

function rowsOf({ rows }: QueryLineage): readonly string[] {
  return rows.map(({ relation, column, how }) => `${how} by ${relation}.${column}`).sort();
}

test.each<[sql: string, ...columns: string[]]>([
  [
    "select email as e, region from gold.customer",
    "e <- customer.email",
    "region <- customer.region",
  ],
  ["select c.Email from gold.customer as c", "email <- customer.email"],
  [`select "email" from "gold"."customer"`, "email <- customer.email"],
  [
    "select gold.sales.total, sales.vendor_id from warehouse.gold.sales",
    "total <- sales.total",
    "vendor_id <- sales.vendor_id",
  ],
  ["select cast(email as varchar(10)) as email from gold.customer", "email <- customer.email"],
  [
    "select lower(email) || region as t from gold.customer",
    "t <- transformation of customer.email, transformation of customer.region",
  ],
  ["select sum(total) as t from gold.sales", "t <- aggregation of sales.total"],
  ["select count(*) as n from gold.sales", "n <- nothing"],
  [
    "select case when email = 'a@b.c' then 1 end as is_a from gold.customer",
    "is_a <- condition of customer.email",
  ],
  [
    "select if(email = 'a@b.c', region, 'x') as r from gold.customer",
    "r <- condition of customer.email, transformation of customer.region",
  ],
  [
    "select nullif(region, email) as r from gold.customer",
    "r <- condition of customer.email, transformation of customer.region",
  ],
  [
    "select coalesce(email, region) as r from gold.customer",
    "r <- transformation of customer.email, transformation of customer.region",
  ],
  [
    "select sum(total) filter (where vendor_id = 1) as t from gold.sales",
    "t <- aggregation of sales.total, condition of sales.vendor_id",
  ],
  [
    "select listagg(total, ',') within group (order by vendor_id) as t from gold.sales",
    "t <- aggregation of sales.total, aggregation of sales.vendor_id",
  ],
  [
    "select string_agg(total, ',' order by vendor_id) as t from gold.sales",
    "t <- aggregation of sales.total, condition of sales.vendor_id",
  ],
  [
    "select sum(t) as t from (select total + 1 as t from gold.sales) as s",
    "t <- aggregation of sales.total",
  ],
  [
    "select lag(total) ignore nulls over (order by vendor_id) as t from gold.sales",
    "t <- transformation of sales.total",
  ],
  // Two names that would be one if a quoted name lost its words.
  [
    `select (select "a ignore nulls" from (select vendor_id as "a             " from gold.sales) as s) as t from (select email as "a ignore nulls" from gold.customer) as c`,
    "t <- customer.email",
  ],
  [
    `select $$"$$ as q, (select "a ignore nulls" from (select vendor_id as "a             " from gold.sales) as s) as t from (select email as "a ignore nulls" from gold.customer) as c`,
    "q <- nothing",
    "t <- customer.email",
  ],
  [
    "select (select max(total) from gold.sales as s where s.customer_id = c.customer_id) as t from gold.customer as c",
    "t <- aggregation of sales.total, condition of customer.customer_id, condition of sales.customer_id",
  ],
  [
    "select exists (select 1 from gold.sales as s where s.customer_id = c.customer_id) as x from gold.customer as c",
    "x <- condition of customer.customer_id, condition of sales.customer_id",
  ],
  [
    "select region in (select email from gold.customer) as x from gold.customer",
    "x <- transformation of customer.email, transformation of customer.region",
  ],
  [
    "select customer_id, total from gold.customer join gold.sales using (customer_id)",
    "customer_id <- customer.customer_id, sales.customer_id",
    "total <- sales.total",
  ],
  [
    "select * from raw.item natural join gold.sales",
    "item_id <- item.item_id",
    "vendor_id <- item.vendor_id, sales.vendor_id",
    "customer_id <- sales.customer_id",
    "total <- sales.total",
  ],
  [
    "select s.* from gold.sales as s (a, b)",
    "a <- sales.customer_id",
    "b <- sales.vendor_id",
    "total <- sales.total",
  ],
  [
    "select email as x from gold.customer union all select region from gold.customer",
    "x <- customer.email, customer.region",
  ],
  [
    "select email as x from gold.customer except select region from gold.customer",
    "x <- customer.email",
  ],
  [
    "with s as (select total as t from gold.sales), sales as (select t as total from s) select total from sales",
    "total <- sales.total",
  ],
  [
    "with recursive r (n, e) as (select total, total from gold.sales union all select n + vendor_id, e from r, gold.sales) select * from r",
    "n <- sales.total, transformation of sales.total, transformation of sales.vendor_id",
    "e <- sales.total",
  ],
  ["select l.t from gold.customer as c, lateral (select c.email as t) as l", "t <- customer.email"],
  [
    "select email as e, upper(e) as u from gold.customer",
    "e <- customer.email",
    "u <- transformation of customer.email",
  ],
  [
    "select s from raw.item as s",
    "s <- transformation of item.item_id, transformation of item.vendor_id",
  ],
  [
    "select #1 as x from raw.item",
    "x <- transformation of item.item_id, transformation of item.vendor_id",
  ],
  ["select email.lower() as x from gold.customer", "x <- transformation of customer.email"],
  ["select x from (values (1, 2)) as v (x, y)", "x <- nothing"],
  [
    "select g.n, total from gold.sales, generate_series(1, vendor_id) as g (n)",
    "n <- transformation of sales.vendor_id",
    "total <- sales.total",
  ],
  [
    "select xmlelement(name a, 1) as x from raw.item",
    "x <- transformation of item.item_id, transformation of item.vendor_id",
  ],
  ["create table work.x as select email as e from gold.customer", "e <- customer.email"],
  ["create view work.x (a) as select email as e from gold.customer", "a <- customer.email"],
  [
    "insert into raw.item select total, vendor_id from gold.sales",
    "item_id <- sales.total",
    "vendor_id <- sales.vendor_id",
  ],
  [
    "insert into raw.item (vendor_id) with s as (select total from gold.sales) select total from s",
    "vendor_id <- sales.total",
  ],
])("a reader finds where the columns come from in: %s", (sql, ...columns) => {
  expect(columnsOf(read(sql))).toEqual(columns);
});

test("columns of a join's star that stand elsewhere in another engine are told by name, and by place come from all", () => {
  const star = "select * from gold.customer join gold.sales using (customer_id)";
  expect(columnsOf(read(star))[0]).toBe("customer_id <- customer.customer_id, sales.customer_id");
  const turned =
    "select * from gold.sales as s (v, customer_id, t) join gold.customer using (customer_id)";
  expect(columnsOf(read(turned))[0]).toBe("v <- sales.customer_id");
  const [first] = columnsOf(read(`with q (a, b) as (${turned}) select a from q`));
  expect(first).toContain("customer.email");
});

test.each<[sql: string, ...rows: string[]]>([
  ["select 1 from gold.sales where total > 1", "filter by gold.sales.total"],
  [
    "select 1 from gold.sales as s join raw.item as i on i.vendor_id = s.vendor_id",
    "join by gold.sales.vendor_id",
    "join by raw.item.vendor_id",
  ],
  [
    "select sum(total) from gold.sales group by vendor_id having max(customer_id) > 1",
    "filter by gold.sales.customer_id",
    "group by gold.sales.vendor_id",
  ],
  [
    "select vendor_id, total from gold.sales group by grouping sets ((1), (2), ())",
    "group by gold.sales.total",
    "group by gold.sales.vendor_id",
  ],
  ["select distinct region from gold.customer", "group by gold.customer.region"],
  [
    "select total as t from gold.sales order by t, 1, -vendor_id",
    "sort by gold.sales.total",
    "sort by gold.sales.vendor_id",
  ],
  [
    "select sum(total) over w from gold.sales window w as (partition by vendor_id)",
    "window by gold.sales.vendor_id",
  ],
  [
    "select * from (select total from gold.sales where vendor_id = 1) as s",
    "filter by gold.sales.vendor_id",
  ],
  [
    "select 1 from gold.customer where email in (select item_id from raw.item where vendor_id = 2)",
    "filter by gold.customer.email",
    "filter by raw.item.item_id",
    "filter by raw.item.vendor_id",
  ],
  [
    "select total from gold.sales intersect select item_id from raw.item",
    "filter by gold.sales.total",
    "filter by raw.item.item_id",
  ],
])("a reader finds what decides the rows of: %s", (sql, ...rows) => {
  expect(rowsOf(read(sql))).toEqual(rows);
});

test("every relation that a query names is told, once, and what a statement writes apart", () => {
  const sql =
    "insert into raw.item select total, 1 from gold.sales where total in (select item_id from raw.item)";
  const { relations: named, writes } = read(sql);
  expect(named).toEqual(["gold.sales", "raw.item"]);
  expect(writes).toBe("raw.item");
  expect(read("select 1").writes).toBeUndefined();
});

test.each<[sql: string, code: string, at: string]>([
  ["select 'ö', nope from gold.customer", "LINEAGE_UNKNOWN_COLUMN", "nope"],
  ["select c.nope from gold.customer as c", "LINEAGE_UNKNOWN_COLUMN", "c.nope"],
  [
    "select email from gold.customer as c where customer.email = 'x'",
    "LINEAGE_UNKNOWN_COLUMN",
    "customer.email = ",
  ],
  ["select customer_id from gold.customer, gold.sales", "LINEAGE_UNKNOWN_COLUMN", "customer_id"],
  [
    "select email_1 from (select a.email, b.email from gold.customer a, gold.customer b) as d",
    "LINEAGE_UNKNOWN_COLUMN",
    "email_1",
  ],
  ["select 1 from gold.nope", "LINEAGE_UNKNOWN_RELATION", "gold.nope"],
  ["select 1 from customer", "LINEAGE_UNKNOWN_RELATION", "customer"],
  ["select 1 frm gold.customer as", "LINEAGE_UNKNOWN_SYNTAX", "gold.customer"],
  ["select 1; select 2", "LINEAGE_UNKNOWN_FORM", "select 2"],
  ["delete from gold.customer", "LINEAGE_UNKNOWN_FORM", "delete"],
  ["select columns('e.*') from gold.customer", "LINEAGE_UNKNOWN_FORM", "columns"],
  ["select * from query_table('gold.customer')", "LINEAGE_UNKNOWN_FORM", "query_table"],
  ["select * from read_parquet('x')", "LINEAGE_UNKNOWN_FORM", "read_parquet"],
  ["select unnest(email) from gold.customer", "LINEAGE_UNKNOWN_FORM", "unnest"],
  [
    "select * from gold.customer semi join gold.sales using (customer_id)",
    "LINEAGE_UNKNOWN_FORM",
    "gold.customer",
  ],
  ["select 1 union select 1, 2", "LINEAGE_UNKNOWN_FORM", "1, 2"],
])("a query of which nobody can tell is refused where it is: %s", (sql, code, at) => {
  const attempt = () => {
    try {
      return read(sql);
    } catch (error) {
      return error;
    }
  };
  const failure = attempt();
  expect(failure).toBeInstanceOf(LineageFailure);
  if (!(failure instanceof LineageFailure)) return;
  expect([failure.code, sql.slice(failure.offset)]).toEqual([
    code,
    expect.stringMatching(new RegExp(`^${at.replace(/[.*()]/g, "\\$&")}`)),
  ]);
});

test.each(["", " ", "-- nothing"])("a text without a statement is refused: '%s'", (text) => {
  expect(() => read(text)).toThrow(LineageFailure);
});

test("a query that is nested deeper than the parser goes is refused, and no later one suffers", () => {
  const deep = `select ${"(".repeat(20_000)}1${")".repeat(20_000)}`;
  expect(() => read(deep)).toThrow(LineageFailure);
  expect(columnsOf(read("select email from gold.customer"))).toEqual(["email <- customer.email"]);
});
