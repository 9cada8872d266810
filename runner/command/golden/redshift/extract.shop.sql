-- extract.shop: from the connection shop
--   raw.cart: all rows
--   raw.cart_line: all rows
--   raw.transaction: all rows
--   raw.transaction_line: all rows
-- then their files, which a list in the lake names
create table _physical.raw__cart__r20260101_000000_000_aaaa__rows (
    "cart_id" varchar(65535),
    "updated_at" timestamptz,
    "version" integer,
    "expires_at" bigint,
    "_extracted_at" timestamptz,
    "_item" varchar(65535),
    _run_id varchar(64) default 'r20260101_000000_000_aaaa'
);
copy _physical.raw__cart__r20260101_000000_000_aaaa__rows ("cart_id", "updated_at", "version", "expires_at", "_extracted_at", "_item")
from 's3://mercado/lake/raw/cart/run=r20260101_000000_000_aaaa/_copy-00000.json'
iam_role default
format as parquet
manifest;
create view _physical.raw__cart__r20260101_000000_000_aaaa as
select "cart_id", "updated_at", "version", "expires_at", "_extracted_at", "_item" from _physical.raw__cart__r20260101_000000_000_aaaa__rows
with no schema binding;
create table _physical.raw__cart_line__r20260101_000000_000_aaaa__rows (
    "cart_id" varchar(65535),
    "line_number" integer,
    "updated_at" timestamptz,
    "item_id" integer,
    "vendor_id" integer,
    "qty" integer,
    "unit_price" decimal(10,2),
    "total_price" decimal(18,2),
    "_extracted_at" timestamptz,
    _run_id varchar(64) default 'r20260101_000000_000_aaaa'
);
copy _physical.raw__cart_line__r20260101_000000_000_aaaa__rows ("cart_id", "line_number", "updated_at", "item_id", "vendor_id", "qty", "unit_price", "total_price", "_extracted_at")
from 's3://mercado/lake/raw/cart_line/run=r20260101_000000_000_aaaa/_copy-00000.json'
iam_role default
format as parquet
manifest;
create view _physical.raw__cart_line__r20260101_000000_000_aaaa as
select "cart_id", "line_number", "updated_at", "item_id", "vendor_id", "qty", "unit_price", "total_price", "_extracted_at" from _physical.raw__cart_line__r20260101_000000_000_aaaa__rows
with no schema binding;
create table _physical.raw__transaction__r20260101_000000_000_aaaa__rows (
    "transaction_id" varchar(36),
    "customer_id" integer,
    "created_at" timestamptz,
    "total_price" decimal(18,2),
    "kind" varchar(65535),
    "refers_to" varchar(65535),
    "_extracted_at" timestamptz,
    "_item" varchar(65535),
    _run_id varchar(64) default 'r20260101_000000_000_aaaa'
);
copy _physical.raw__transaction__r20260101_000000_000_aaaa__rows ("transaction_id", "customer_id", "created_at", "total_price", "kind", "refers_to", "_extracted_at", "_item")
from 's3://mercado/lake/raw/transaction/run=r20260101_000000_000_aaaa/_copy-00000.json'
iam_role default
format as parquet
manifest;
create view _physical.raw__transaction__r20260101_000000_000_aaaa as
select "transaction_id", "customer_id", "created_at", "total_price", "kind", "refers_to", "_extracted_at", "_item" from _physical.raw__transaction__r20260101_000000_000_aaaa__rows
with no schema binding;
create table _physical.raw__transaction_line__r20260101_000000_000_aaaa__rows (
    "transaction_id" varchar(36),
    "line_number" integer,
    "created_at" timestamptz,
    "item_id" integer,
    "vendor_id" integer,
    "item_name" varchar(65535),
    "category" integer,
    "qty" integer,
    "unit_price" decimal(10,2),
    "total_price" decimal(18,2),
    "kind" varchar(65535),
    "refers_to" varchar(65535),
    "refers_to_line" integer,
    "_extracted_at" timestamptz,
    _run_id varchar(64) default 'r20260101_000000_000_aaaa'
);
copy _physical.raw__transaction_line__r20260101_000000_000_aaaa__rows ("transaction_id", "line_number", "created_at", "item_id", "vendor_id", "item_name", "category", "qty", "unit_price", "total_price", "kind", "refers_to", "refers_to_line", "_extracted_at")
from 's3://mercado/lake/raw/transaction_line/run=r20260101_000000_000_aaaa/_copy-00000.json'
iam_role default
format as parquet
manifest;
create view _physical.raw__transaction_line__r20260101_000000_000_aaaa as
select "transaction_id", "line_number", "created_at", "item_id", "vendor_id", "item_name", "category", "qty", "unit_price", "total_price", "kind", "refers_to", "refers_to_line", "_extracted_at" from _physical.raw__transaction_line__r20260101_000000_000_aaaa__rows
with no schema binding;
-- when its tests have passed, with all others in one transaction
drop view if exists _physical.raw__cart__r20260101_000000_000_aaaa;
drop view if exists "raw".cart;
create view "raw".cart as
select "cart_id", "updated_at", "version", "expires_at", "_extracted_at", "_item" from _physical.raw__cart__r20260101_000000_000_aaaa__rows
with no schema binding;
drop view if exists _physical.raw__cart_line__r20260101_000000_000_aaaa;
drop view if exists "raw".cart_line;
create view "raw".cart_line as
select "cart_id", "line_number", "updated_at", "item_id", "vendor_id", "qty", "unit_price", "total_price", "_extracted_at" from _physical.raw__cart_line__r20260101_000000_000_aaaa__rows
with no schema binding;
drop view if exists _physical.raw__transaction__r20260101_000000_000_aaaa;
drop view if exists "raw".transaction;
create view "raw".transaction as
select "transaction_id", "customer_id", "created_at", "total_price", "kind", "refers_to", "_extracted_at", "_item" from _physical.raw__transaction__r20260101_000000_000_aaaa__rows
with no schema binding;
drop view if exists _physical.raw__transaction_line__r20260101_000000_000_aaaa;
drop view if exists "raw".transaction_line;
create view "raw".transaction_line as
select "transaction_id", "line_number", "created_at", "item_id", "vendor_id", "item_name", "category", "qty", "unit_price", "total_price", "kind", "refers_to", "refers_to_line", "_extracted_at" from _physical.raw__transaction_line__r20260101_000000_000_aaaa__rows
with no schema binding;
