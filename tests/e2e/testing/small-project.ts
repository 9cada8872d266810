import type { ShopDatabases } from "./databases.ts";

/** Every kind of thing that a project can hold, once: both connectors, a seed, a table, a view, an increment, tests. */
export const smallProject: Readonly<Record<string, string>> = {
  "pipelines.yaml": `project: small
default_target: local
targets:
  local:
    engine: duckdb
    warehouse: '{{env "MERCADO_HOME" ".mercado"}}/warehouse.duckdb'
    lake: '{{env "MERCADO_HOME" ".mercado"}}/lake'
    threads: 2
    connections:
      oltp: { connector: postgres, url: '{{env "MERCADO_POSTGRES_URL" "embedded"}}' }
      shop:
        connector: dynamodb
        endpoint: '{{env "MERCADO_DYNAMODB_ENDPOINT" "embedded"}}'
        table: '{{env "MERCADO_DYNAMODB_TABLE" "mercado_ecommerce"}}'
models:
  cleaned: { materialized: table }
  work: { materialized: view }
  gold: { materialized: table }
`,
  "sources/oltp.yml": `source: oltp
connector: postgres
connection: oltp
tables:
  - name: customer
    key: [id]
    extract: incremental
    cursor: updated_at
    lookback: 1 hour
    columns:
      - { name: id, type: integer, nullable: false }
      - { name: name, type: text }
      - { name: updated_at, type: timestamptz }
  - name: payment
    key: [id]
    extract: incremental
    cursor: updated_at
    lookback: 1 hour
    columns:
      - { name: id, type: integer, nullable: false }
      - { name: customer_id, type: integer }
      - { name: amount, type: "numeric(10,2)" }
      - { name: updated_at, type: timestamptz }
`,
  "sources/shop.yml": `source: shop
connector: dynamodb
connection: shop
dynamodb_table: mercado_ecommerce
tables:
  - name: cart
    sort_key_prefix: CART
    key: [cart_id]
    columns:
      - { name: cart_id, type: varchar, from: pk, nullable: false }
      - { name: version, type: integer }
`,
  "seeds/region.csv": "region_id,region_name\n1,North\n2,South\n",
  "seeds/region.yml": `key: [region_id]
columns:
  - { name: region_id, type: integer, tests: [not_null] }
  - { name: region_name, type: varchar(50) }
`,
  "models/cleaned/customer.sql": `select
    cast(id as integer) as customer_id,
    cast(name as varchar(100)) as name
from (
    select *, row_number() over (partition by id order by updated_at desc nulls last, _extracted_at, name) as version
    from {{source "oltp.customer"}}
) as versions
where version = 1
`,
  "models/cleaned/customer.yml": `grain: One row per customer.
key: [customer_id]
columns:
  - { name: customer_id, type: integer, tests: [not_null] }
  - { name: name, type: varchar(100), tests: [not_null] }
`,
  "models/cleaned/cart.sql": `select
    cast(cart_id as varchar(100)) as cart_id,
    cast(version as integer) as cart_version
from {{source "shop.cart"}}
`,
  "models/cleaned/cart.yml": `grain: One row per cart.
key: [cart_id]
columns:
  - { name: cart_id, type: varchar(100) }
  - { name: cart_version, type: integer }
`,
  "models/work/payment.sql": `select
    cast(id as integer) as payment_id,
    cast(payments.customer_id as integer) as customer_id,
    cast(coalesce(customers.customer_id, -1) as integer) as member_id,
    cast(amount as numeric(10,2)) as amount,
    cast(timezone('UTC', first_extracted_at) as timestamp) as loaded_at
from (
    select
        *,
        row_number() over (partition by id order by updated_at desc nulls last, _extracted_at, amount) as version,
        min(_extracted_at) over (partition by id, updated_at, customer_id, amount) as first_extracted_at
    from {{source "oltp.payment"}}
) as payments
left join {{ref "cleaned.customer"}} as customers on customers.customer_id = payments.customer_id
where version = 1
`,
  "models/work/payment.yml": `grain: One row per payment.
key: [payment_id]
columns:
  - { name: payment_id, type: integer }
  - { name: customer_id, type: integer }
  - { name: member_id, type: integer }
  - { name: amount, type: "numeric(10,2)" }
  - { name: loaded_at, type: timestamp }
`,
  "models/gold/customer.sql": `select customer_id, name from {{ref "cleaned.customer"}}
union all
select cast(-1 as integer) as customer_id, cast('unknown' as varchar(100)) as name
`,
  "models/gold/customer.yml": `grain: One row per customer.
key: [customer_id]
columns:
  - { name: customer_id, type: integer }
  - { name: name, type: varchar(100) }
`,
  "models/gold/payment.sql": `select
    cast(payment_id as integer) as payment_id,
    cast(member_id as integer) as customer_id,
    cast(amount as numeric(10,2)) as amount,
    cast(loaded_at as timestamp) as loaded_at
from {{ref "work.payment"}} as payments
{{#incremental}}
where loaded_at > {{since}}
    or payment_id in (select unsettled.payment_id from {{this}} as unsettled where unsettled.customer_id = -1)
{{/incremental}}
`,
  "models/gold/payment.yml": `grain: One row per payment.
materialized: incremental
key: [payment_id]
cursor: loaded_at
columns:
  - { name: payment_id, type: integer }
  - name: customer_id
    type: integer
    tests:
      - relationships: { to: gold.customer, field: customer_id }
  - { name: amount, type: "numeric(10,2)", tests: [not_null] }
  - { name: loaded_at, type: timestamp }
`,
  "tests/payments_are_positive.sql": `select * from {{ref "gold.payment"}} where amount <= 0
`,
  "tests/carts_are_few.sql": `select count(*) as carts from {{ref "cleaned.cart"}} having count(*) > 2
`,
  "tests/carts_are_few.yml": "severity: warn\n",
};

/** The small project with a model of each further materialization and strategy. */
export const wholeProject: Readonly<Record<string, string>> = {
  ...smallProject,
  "models/work/member_payment.sql": `select payment_id, member_id as customer_id, amount, loaded_at
from {{ref "work.payment"}}
where member_id <> -1
`,
  "models/work/member_payment.yml": `grain: One row per payment of a known customer.
materialized: ephemeral
key: [payment_id]
columns:
  - { name: payment_id, type: integer }
  - { name: customer_id, type: integer }
  - { name: amount, type: "numeric(10,2)" }
  - { name: loaded_at, type: timestamp }
`,
  "models/gold/payment_log.sql": `select payment_id, amount, loaded_at
from {{ref "work.payment"}}
{{#incremental}}where loaded_at > {{since}}{{/incremental}}
`,
  "models/gold/payment_log.yml": `grain: One row per version of a payment.
materialized: incremental
strategy: append
cursor: loaded_at
columns:
  - { name: payment_id, type: integer, tests: [not_null] }
  - { name: amount, type: "numeric(10,2)" }
  - { name: loaded_at, type: timestamp }
tests:
  - unique: { columns: [payment_id, loaded_at] }
`,
  "models/gold/customer_payment.sql": `select customer_id, payment_id, amount, loaded_at
from {{ref "work.member_payment"}}
{{#incremental}}
where customer_id in (select fresh.customer_id from {{ref "work.member_payment"}} as fresh where fresh.loaded_at > {{since}})
{{/incremental}}
`,
  "models/gold/customer_payment.yml": `grain: One row per payment of a known customer.
materialized: incremental
strategy: delete_insert
replace: [customer_id]
cursor: loaded_at
key: [payment_id]
columns:
  - { name: customer_id, type: integer }
  - { name: payment_id, type: integer }
  - { name: amount, type: "numeric(10,2)" }
  - { name: loaded_at, type: timestamp }
`,
  "models/gold/payment_by_month.sql": `select payment_id, amount, loaded_at
from {{ref "work.payment"}}
where loaded_at >= {{since}} and loaded_at < {{until}}
`,
  "models/gold/payment_by_month.yml": `grain: One row per payment.
materialized: incremental
strategy: by_interval
interval: month
begin: 2026-03-01
cursor: loaded_at
key: [payment_id]
columns:
  - { name: payment_id, type: integer }
  - { name: amount, type: "numeric(10,2)" }
  - { name: loaded_at, type: timestamp }
`,
  "models/gold/customer_history.sql": `select
    cast(id as integer) as customer_id,
    cast(name as varchar(100)) as name,
    cast(timezone('UTC', updated_at) as timestamp) as updated_at
from (
    select *, row_number() over (partition by id order by updated_at desc nulls last, _extracted_at, name) as version
    from {{source "oltp.customer"}}
) as versions
where version = 1
`,
  "models/gold/customer_history.yml": `grain: One row per customer and version.
materialized: snapshot
strategy: timestamp
key: [customer_id]
cursor: updated_at
columns:
  - { name: customer_id, type: integer }
  - { name: name, type: varchar(100) }
  - { name: updated_at, type: timestamp }
`,
};

/** The tables of the small project's Postgres, with two customers and three payments, one of a customer who is late. */
export async function fillFirstDay(databases: ShopDatabases): Promise<void> {
  await databases.postgres.query(`
    create table customer (id integer primary key, name text, updated_at timestamptz);
    create table payment (id integer primary key, customer_id integer, amount numeric(10,2), updated_at timestamptz);
    insert into customer values
      (1, 'Ada', '2026-03-01T10:00:00.000001Z'), (2, 'Ben', '2026-03-01T11:00:00Z');
    insert into payment values
      (1, 1, 10.10, '2026-03-01T12:00:00Z'), (2, 2, 0.07, '2026-03-01T12:30:00.123456Z'),
      (3, 3, 99999999.99, '2026-03-01T13:00:00Z')`);
  await databases.putItems([cart(1, 1), cart(2, 4)]);
}

/** A late customer, a corrected one, a corrected payment, a new one, and a changed cart. */
export async function fillSecondDay(databases: ShopDatabases): Promise<void> {
  await databases.postgres.query(`
    insert into customer values (3, 'Cleo', '2026-03-02T09:00:00Z');
    update customer set name = 'Benno', updated_at = '2026-03-02T09:30:00Z' where id = 2;
    update payment set amount = 0.08, updated_at = '2026-03-02T10:00:00Z' where id = 2;
    insert into payment values (4, 1, 5.00, '2026-03-02T10:00:00.000001Z')`);
  await databases.putItems([cart(2, 5)]);
}

export function cart(customer: number, version: number) {
  return {
    pk: { S: `USER#${customer}` },
    sk: { S: "CART" },
    version: { N: String(version) },
  };
}
