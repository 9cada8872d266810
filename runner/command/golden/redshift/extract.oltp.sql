-- extract.oltp: from the connection oltp
--   raw.customer: all rows
--   raw.inventory: all rows
--   raw.vendor: all rows
-- then their files, which a list in the lake names
create table _physical.raw__customer__r20260101_000000_000_aaaa__rows (
    "id" integer,
    "first_name" varchar(65535),
    "last_name" varchar(65535),
    "email" varchar(65535),
    "joined_at" timestamptz,
    "updated_at" timestamptz,
    "archived_at" timestamptz,
    "_extracted_at" timestamptz,
    _run_id varchar(64) default 'r20260101_000000_000_aaaa'
);
copy _physical.raw__customer__r20260101_000000_000_aaaa__rows ("id", "first_name", "last_name", "email", "joined_at", "updated_at", "archived_at", "_extracted_at")
from 's3://mercado/lake/raw/customer/run=r20260101_000000_000_aaaa/_copy-00000.json'
iam_role default
format as parquet
manifest;
create view _physical.raw__customer__r20260101_000000_000_aaaa as
select "id", "first_name", "last_name", "email", "joined_at", "updated_at", "archived_at", "_extracted_at" from _physical.raw__customer__r20260101_000000_000_aaaa__rows
with no schema binding;
create table _physical.raw__inventory__r20260101_000000_000_aaaa__rows (
    "id" integer,
    "item_name" varchar(65535),
    "category" integer,
    "price" decimal(10,2),
    "stock" integer,
    "vendor_id" integer,
    "updated_at" timestamptz,
    "archived_at" timestamptz,
    "_extracted_at" timestamptz,
    _run_id varchar(64) default 'r20260101_000000_000_aaaa'
);
copy _physical.raw__inventory__r20260101_000000_000_aaaa__rows ("id", "item_name", "category", "price", "stock", "vendor_id", "updated_at", "archived_at", "_extracted_at")
from 's3://mercado/lake/raw/inventory/run=r20260101_000000_000_aaaa/_copy-00000.json'
iam_role default
format as parquet
manifest;
create view _physical.raw__inventory__r20260101_000000_000_aaaa as
select "id", "item_name", "category", "price", "stock", "vendor_id", "updated_at", "archived_at", "_extracted_at" from _physical.raw__inventory__r20260101_000000_000_aaaa__rows
with no schema binding;
create table _physical.raw__vendor__r20260101_000000_000_aaaa__rows (
    "id" integer,
    "vendor_name" varchar(65535),
    "region" varchar(65535),
    "joined_at" timestamptz,
    "updated_at" timestamptz,
    "archived_at" timestamptz,
    "_extracted_at" timestamptz,
    _run_id varchar(64) default 'r20260101_000000_000_aaaa'
);
copy _physical.raw__vendor__r20260101_000000_000_aaaa__rows ("id", "vendor_name", "region", "joined_at", "updated_at", "archived_at", "_extracted_at")
from 's3://mercado/lake/raw/vendor/run=r20260101_000000_000_aaaa/_copy-00000.json'
iam_role default
format as parquet
manifest;
create view _physical.raw__vendor__r20260101_000000_000_aaaa as
select "id", "vendor_name", "region", "joined_at", "updated_at", "archived_at", "_extracted_at" from _physical.raw__vendor__r20260101_000000_000_aaaa__rows
with no schema binding;
-- when its tests have passed, with all others in one transaction
drop view if exists _physical.raw__customer__r20260101_000000_000_aaaa;
drop view if exists "raw".customer;
create view "raw".customer as
select "id", "first_name", "last_name", "email", "joined_at", "updated_at", "archived_at", "_extracted_at" from _physical.raw__customer__r20260101_000000_000_aaaa__rows
with no schema binding;
drop view if exists _physical.raw__inventory__r20260101_000000_000_aaaa;
drop view if exists "raw".inventory;
create view "raw".inventory as
select "id", "item_name", "category", "price", "stock", "vendor_id", "updated_at", "archived_at", "_extracted_at" from _physical.raw__inventory__r20260101_000000_000_aaaa__rows
with no schema binding;
drop view if exists _physical.raw__vendor__r20260101_000000_000_aaaa;
drop view if exists "raw".vendor;
create view "raw".vendor as
select "id", "vendor_name", "region", "joined_at", "updated_at", "archived_at", "_extracted_at" from _physical.raw__vendor__r20260101_000000_000_aaaa__rows
with no schema binding;
