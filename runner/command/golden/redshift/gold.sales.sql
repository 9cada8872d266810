-- unit_test.gold.sales.a_late_member_heals_its_sales: fails when this
with given__work__sale_line as (
select cast('settled' as varchar(36)) as transaction_id, cast('1' as integer) as line_number, cast(null as varchar(10)) as kind, cast(null as varchar(36)) as refers_to_transaction_id, cast(null as integer) as refers_to_line_number, cast('1' as integer) as item_id, cast('1' as integer) as customer_id, cast('1' as integer) as vendor_id, cast('2' as integer) as category_id, cast('20260101' as integer) as date_id, cast(null as integer) as source_item_id, cast(null as integer) as source_customer_id, cast(null as integer) as source_vendor_id, cast(null as integer) as source_category_id, cast(null as varchar(400)) as item_name, cast(null as decimal(10,2)) as unit_price, cast(null as integer) as qty, cast('99.99' as decimal(18,2)) as total_price, cast(null as timestamp) as sold_at, cast('2026-01-02' as timestamp) as loaded_at
union all
select cast('late' as varchar(36)) as transaction_id, cast('1' as integer) as line_number, cast(null as varchar(10)) as kind, cast(null as varchar(36)) as refers_to_transaction_id, cast(null as integer) as refers_to_line_number, cast('1' as integer) as item_id, cast('2' as integer) as customer_id, cast('1' as integer) as vendor_id, cast('2' as integer) as category_id, cast('20260101' as integer) as date_id, cast(null as integer) as source_item_id, cast(null as integer) as source_customer_id, cast(null as integer) as source_vendor_id, cast(null as integer) as source_category_id, cast(null as varchar(400)) as item_name, cast(null as decimal(10,2)) as unit_price, cast(null as integer) as qty, cast('0.07' as decimal(18,2)) as total_price, cast(null as timestamp) as sold_at, cast('2026-01-02' as timestamp) as loaded_at
union all
select cast('new' as varchar(36)) as transaction_id, cast('1' as integer) as line_number, cast(null as varchar(10)) as kind, cast(null as varchar(36)) as refers_to_transaction_id, cast(null as integer) as refers_to_line_number, cast('1' as integer) as item_id, cast('1' as integer) as customer_id, cast('1' as integer) as vendor_id, cast('2' as integer) as category_id, cast('20260102' as integer) as date_id, cast(null as integer) as source_item_id, cast(null as integer) as source_customer_id, cast(null as integer) as source_vendor_id, cast(null as integer) as source_category_id, cast(null as varchar(400)) as item_name, cast(null as decimal(10,2)) as unit_price, cast(null as integer) as qty, cast('5.00' as decimal(18,2)) as total_price, cast(null as timestamp) as sold_at, cast('2026-01-03' as timestamp) as loaded_at
),
given__gold__inventory as (
select cast('-1' as integer) as item_id, cast(null as varchar(100)) as item_name, cast(null as integer) as category, cast(null as decimal(10,2)) as price, cast(null as integer) as stock, cast(null as timestamp) as archived_at, cast(null as timestamp) as updated_at, cast(null as integer) as vendor_id
union all
select cast('1' as integer) as item_id, cast(null as varchar(100)) as item_name, cast(null as integer) as category, cast(null as decimal(10,2)) as price, cast(null as integer) as stock, cast(null as timestamp) as archived_at, cast(null as timestamp) as updated_at, cast(null as integer) as vendor_id
),
given__gold__customer as (
select cast('-1' as integer) as customer_id, cast(null as varchar(50)) as first_name, cast(null as varchar(50)) as last_name, cast(null as varchar(100)) as email, cast(null as timestamp) as joined_at, cast(null as timestamp) as archived_at
union all
select cast('1' as integer) as customer_id, cast(null as varchar(50)) as first_name, cast(null as varchar(50)) as last_name, cast(null as varchar(100)) as email, cast(null as timestamp) as joined_at, cast(null as timestamp) as archived_at
union all
select cast('2' as integer) as customer_id, cast(null as varchar(50)) as first_name, cast(null as varchar(50)) as last_name, cast(null as varchar(100)) as email, cast(null as timestamp) as joined_at, cast(null as timestamp) as archived_at
),
given__gold__vendor as (
select cast('-1' as integer) as vendor_id, cast(null as varchar(100)) as vendor_name, cast(null as varchar(100)) as region, cast(null as timestamp) as joined_at, cast(null as timestamp) as archived_at
union all
select cast('1' as integer) as vendor_id, cast(null as varchar(100)) as vendor_name, cast(null as varchar(100)) as region, cast(null as timestamp) as joined_at, cast(null as timestamp) as archived_at
),
given__gold__category as (
select cast('-1' as integer) as category_id, cast(null as varchar(100)) as category_name
union all
select cast('2' as integer) as category_id, cast(null as varchar(100)) as category_name
),
given__gold__date as (
select cast('-1' as integer) as date_id, cast(null as date) as full_date, cast(null as integer) as year, cast(null as integer) as quarter, cast(null as integer) as month, cast(null as integer) as day, cast(null as varchar(9)) as month_name, cast(null as integer) as iso_year, cast(null as integer) as iso_week, cast(null as integer) as day_of_week, cast(null as varchar(9)) as day_name, cast(null as boolean) as is_weekend
union all
select cast('20260101' as integer) as date_id, cast(null as date) as full_date, cast(null as integer) as year, cast(null as integer) as quarter, cast(null as integer) as month, cast(null as integer) as day, cast(null as varchar(9)) as month_name, cast(null as integer) as iso_year, cast(null as integer) as iso_week, cast(null as integer) as day_of_week, cast(null as varchar(9)) as day_name, cast(null as boolean) as is_weekend
union all
select cast('20260102' as integer) as date_id, cast(null as date) as full_date, cast(null as integer) as year, cast(null as integer) as quarter, cast(null as integer) as month, cast(null as integer) as day, cast(null as varchar(9)) as month_name, cast(null as integer) as iso_year, cast(null as integer) as iso_week, cast(null as integer) as day_of_week, cast(null as varchar(9)) as day_name, cast(null as boolean) as is_weekend
),
given__this as (
select cast('settled' as varchar(36)) as transaction_id, cast('1' as integer) as line_number, cast(null as varchar(10)) as kind, cast(null as varchar(36)) as refers_to_transaction_id, cast(null as integer) as refers_to_line_number, cast('1' as integer) as item_id, cast('1' as integer) as customer_id, cast('1' as integer) as vendor_id, cast('2' as integer) as category_id, cast('20260101' as integer) as date_id, cast(null as decimal(10,2)) as unit_price, cast(null as integer) as qty, cast('10.10' as decimal(18,2)) as total_price, cast(null as timestamp) as sold_at, cast('2026-01-02' as timestamp) as loaded_at
union all
select cast('late' as varchar(36)) as transaction_id, cast('1' as integer) as line_number, cast(null as varchar(10)) as kind, cast(null as varchar(36)) as refers_to_transaction_id, cast(null as integer) as refers_to_line_number, cast('1' as integer) as item_id, cast('-1' as integer) as customer_id, cast('1' as integer) as vendor_id, cast('2' as integer) as category_id, cast('20260101' as integer) as date_id, cast(null as decimal(10,2)) as unit_price, cast(null as integer) as qty, cast('0.07' as decimal(18,2)) as total_price, cast(null as timestamp) as sold_at, cast('2026-01-02' as timestamp) as loaded_at
),
unit_test__delta as (
with

sale_lines as (
    select * from given__work__sale_line
),

published as (
    select * from given__this
),

items as (
    select * from given__gold__inventory
    where item_id <> -1
),

customers as (
    select * from given__gold__customer
    where customer_id <> -1
),

vendors as (
    select * from given__gold__vendor
    where vendor_id <> -1
),

categories as (
    select * from given__gold__category
    where category_id <> -1
),

days as (
    select * from given__gold__date
    where date_id <> -1
),

-- Published lines with a key that is no known member: it was late and may have come, or it is gone.
unsettled as (
    select
        published.transaction_id,
        published.line_number
    from published
    left join items
        on items.item_id = published.item_id
    left join customers
        on customers.customer_id = published.customer_id
    left join vendors
        on vendors.vendor_id = published.vendor_id
    left join categories
        on categories.category_id = published.category_id
    left join days
        on days.date_id = published.date_id
    where items.item_id is null
        or customers.customer_id is null
        or vendors.vendor_id is null
        or categories.category_id is null
        or days.date_id is null
),

chosen as (
    select sale_lines.*
    from sale_lines
    left join unsettled
        on unsettled.transaction_id = sale_lines.transaction_id
        and unsettled.line_number = sale_lines.line_number
    where sale_lines.loaded_at > (select max(loaded_at) from given__this)
        or unsettled.transaction_id is not null
),

final as (
    select
        cast(transaction_id as varchar(36)) as transaction_id,
        cast(line_number as integer) as line_number,
        cast(kind as varchar(10)) as kind,
        cast(refers_to_transaction_id as varchar(36)) as refers_to_transaction_id,
        cast(refers_to_line_number as integer) as refers_to_line_number,
        cast(item_id as integer) as item_id,
        cast(customer_id as integer) as customer_id,
        cast(vendor_id as integer) as vendor_id,
        cast(category_id as integer) as category_id,
        cast(date_id as integer) as date_id,
        cast(unit_price as numeric(10,2)) as unit_price,
        cast(qty as integer) as qty,
        cast(total_price as numeric(18,2)) as total_price,
        cast(sold_at as timestamp) as sold_at,
        cast(loaded_at as timestamp) as loaded_at
    from chosen
)

select * from final
)
select
    cast(transaction_id as varchar(65535)) as transaction_id,
    cast(line_number as varchar(65535)) as line_number,
    cast(customer_id as varchar(65535)) as customer_id,
    cast(total_price as varchar(65535)) as total_price
from (
select transaction_id, line_number, kind, refers_to_transaction_id, refers_to_line_number, item_id, customer_id, vendor_id, category_id, date_id, unit_price, qty, total_price, sold_at, loaded_at from given__this as published
where not exists (select 1 from unit_test__delta as staged where staged.transaction_id = published.transaction_id and staged.line_number = published.line_number)
union all
select transaction_id, line_number, kind, refers_to_transaction_id, refers_to_line_number, item_id, customer_id, vendor_id, category_id, date_id, unit_price, qty, total_price, sold_at, loaded_at from unit_test__delta
) as compared_rows;
-- returns other rows than this
select
    cast(transaction_id as varchar(65535)) as transaction_id,
    cast(line_number as varchar(65535)) as line_number,
    cast(customer_id as varchar(65535)) as customer_id,
    cast(total_price as varchar(65535)) as total_price
from (
select cast('settled' as varchar(36)) as transaction_id, cast('1' as integer) as line_number, cast('1' as integer) as customer_id, cast('10.10' as decimal(18,2)) as total_price
union all
select cast('late' as varchar(36)) as transaction_id, cast('1' as integer) as line_number, cast('2' as integer) as customer_id, cast('0.07' as decimal(18,2)) as total_price
union all
select cast('new' as varchar(36)) as transaction_id, cast('1' as integer) as line_number, cast('1' as integer) as customer_id, cast('5.00' as decimal(18,2)) as total_price
) as compared_rows;

-- unit_test.gold.sales.without_published_sales_all_lines_are_taken: fails when this
with given__work__sale_line as (
select cast('settled' as varchar(36)) as transaction_id, cast('1' as integer) as line_number, cast(null as varchar(10)) as kind, cast(null as varchar(36)) as refers_to_transaction_id, cast(null as integer) as refers_to_line_number, cast('1' as integer) as item_id, cast('1' as integer) as customer_id, cast('1' as integer) as vendor_id, cast('2' as integer) as category_id, cast('20260101' as integer) as date_id, cast(null as integer) as source_item_id, cast(null as integer) as source_customer_id, cast(null as integer) as source_vendor_id, cast(null as integer) as source_category_id, cast(null as varchar(400)) as item_name, cast(null as decimal(10,2)) as unit_price, cast(null as integer) as qty, cast('99.99' as decimal(18,2)) as total_price, cast(null as timestamp) as sold_at, cast('2026-01-02' as timestamp) as loaded_at
union all
select cast('late' as varchar(36)) as transaction_id, cast('1' as integer) as line_number, cast(null as varchar(10)) as kind, cast(null as varchar(36)) as refers_to_transaction_id, cast(null as integer) as refers_to_line_number, cast('1' as integer) as item_id, cast('2' as integer) as customer_id, cast('1' as integer) as vendor_id, cast('2' as integer) as category_id, cast('20260101' as integer) as date_id, cast(null as integer) as source_item_id, cast(null as integer) as source_customer_id, cast(null as integer) as source_vendor_id, cast(null as integer) as source_category_id, cast(null as varchar(400)) as item_name, cast(null as decimal(10,2)) as unit_price, cast(null as integer) as qty, cast('0.07' as decimal(18,2)) as total_price, cast(null as timestamp) as sold_at, cast('2026-01-02' as timestamp) as loaded_at
union all
select cast('new' as varchar(36)) as transaction_id, cast('1' as integer) as line_number, cast(null as varchar(10)) as kind, cast(null as varchar(36)) as refers_to_transaction_id, cast(null as integer) as refers_to_line_number, cast('1' as integer) as item_id, cast('1' as integer) as customer_id, cast('1' as integer) as vendor_id, cast('2' as integer) as category_id, cast('20260102' as integer) as date_id, cast(null as integer) as source_item_id, cast(null as integer) as source_customer_id, cast(null as integer) as source_vendor_id, cast(null as integer) as source_category_id, cast(null as varchar(400)) as item_name, cast(null as decimal(10,2)) as unit_price, cast(null as integer) as qty, cast('5.00' as decimal(18,2)) as total_price, cast(null as timestamp) as sold_at, cast('2026-01-03' as timestamp) as loaded_at
),
given__gold__inventory as (
select cast(null as integer) as "item_id", cast(null as varchar(100)) as "item_name", cast(null as integer) as "category", cast(null as decimal(10,2)) as "price", cast(null as integer) as "stock", cast(null as timestamp) as "archived_at", cast(null as timestamp) as "updated_at", cast(null as integer) as "vendor_id" where 1 = 0
),
given__gold__customer as (
select cast(null as integer) as "customer_id", cast(null as varchar(50)) as "first_name", cast(null as varchar(50)) as "last_name", cast(null as varchar(100)) as "email", cast(null as timestamp) as "joined_at", cast(null as timestamp) as "archived_at" where 1 = 0
),
given__gold__vendor as (
select cast(null as integer) as "vendor_id", cast(null as varchar(100)) as "vendor_name", cast(null as varchar(100)) as "region", cast(null as timestamp) as "joined_at", cast(null as timestamp) as "archived_at" where 1 = 0
),
given__gold__category as (
select cast(null as integer) as "category_id", cast(null as varchar(100)) as "category_name" where 1 = 0
),
given__gold__date as (
select cast(null as integer) as "date_id", cast(null as date) as "full_date", cast(null as integer) as "year", cast(null as integer) as "quarter", cast(null as integer) as "month", cast(null as integer) as "day", cast(null as varchar(9)) as "month_name", cast(null as integer) as "iso_year", cast(null as integer) as "iso_week", cast(null as integer) as "day_of_week", cast(null as varchar(9)) as "day_name", cast(null as boolean) as "is_weekend" where 1 = 0
),
given__this as (
select cast(null as varchar(36)) as "transaction_id", cast(null as integer) as "line_number", cast(null as varchar(10)) as "kind", cast(null as varchar(36)) as "refers_to_transaction_id", cast(null as integer) as "refers_to_line_number", cast(null as integer) as "item_id", cast(null as integer) as "customer_id", cast(null as integer) as "vendor_id", cast(null as integer) as "category_id", cast(null as integer) as "date_id", cast(null as decimal(10,2)) as "unit_price", cast(null as integer) as "qty", cast(null as decimal(18,2)) as "total_price", cast(null as timestamp) as "sold_at", cast(null as timestamp) as "loaded_at" where 1 = 0
)
select
    cast(transaction_id as varchar(65535)) as transaction_id,
    cast(line_number as varchar(65535)) as line_number,
    cast(customer_id as varchar(65535)) as customer_id,
    cast(total_price as varchar(65535)) as total_price
from (
with

sale_lines as (
    select * from given__work__sale_line
),

chosen as (
    select * from sale_lines
),

final as (
    select
        cast(transaction_id as varchar(36)) as transaction_id,
        cast(line_number as integer) as line_number,
        cast(kind as varchar(10)) as kind,
        cast(refers_to_transaction_id as varchar(36)) as refers_to_transaction_id,
        cast(refers_to_line_number as integer) as refers_to_line_number,
        cast(item_id as integer) as item_id,
        cast(customer_id as integer) as customer_id,
        cast(vendor_id as integer) as vendor_id,
        cast(category_id as integer) as category_id,
        cast(date_id as integer) as date_id,
        cast(unit_price as numeric(10,2)) as unit_price,
        cast(qty as integer) as qty,
        cast(total_price as numeric(18,2)) as total_price,
        cast(sold_at as timestamp) as sold_at,
        cast(loaded_at as timestamp) as loaded_at
    from chosen
)

select * from final
) as compared_rows;
-- returns other rows than this
select
    cast(transaction_id as varchar(65535)) as transaction_id,
    cast(line_number as varchar(65535)) as line_number,
    cast(customer_id as varchar(65535)) as customer_id,
    cast(total_price as varchar(65535)) as total_price
from (
select cast('settled' as varchar(36)) as transaction_id, cast('1' as integer) as line_number, cast('1' as integer) as customer_id, cast('99.99' as decimal(18,2)) as total_price
union all
select cast('late' as varchar(36)) as transaction_id, cast('1' as integer) as line_number, cast('2' as integer) as customer_id, cast('0.07' as decimal(18,2)) as total_price
union all
select cast('new' as varchar(36)) as transaction_id, cast('1' as integer) as line_number, cast('1' as integer) as customer_id, cast('5.00' as decimal(18,2)) as total_price
) as compared_rows;

-- gold.sales: model, table
create table _physical.gold__sales__r20260101_000000_000_aaaa__rows diststyle key distkey (customer_id) sortkey (date_id) as
select transaction_id, line_number, kind, refers_to_transaction_id, refers_to_line_number, item_id, customer_id, vendor_id, category_id, date_id, unit_price, qty, total_price, sold_at, loaded_at, cast('r20260101_000000_000_aaaa' as varchar(64)) as _run_id
from (
with

sale_lines as (
    select * from _physical.work__sale_line__r20260101_000000_000_aaaa
),

chosen as (
    select * from sale_lines
),

final as (
    select
        cast(transaction_id as varchar(36)) as transaction_id,
        cast(line_number as integer) as line_number,
        cast(kind as varchar(10)) as kind,
        cast(refers_to_transaction_id as varchar(36)) as refers_to_transaction_id,
        cast(refers_to_line_number as integer) as refers_to_line_number,
        cast(item_id as integer) as item_id,
        cast(customer_id as integer) as customer_id,
        cast(vendor_id as integer) as vendor_id,
        cast(category_id as integer) as category_id,
        cast(date_id as integer) as date_id,
        cast(unit_price as numeric(10,2)) as unit_price,
        cast(qty as integer) as qty,
        cast(total_price as numeric(18,2)) as total_price,
        cast(sold_at as timestamp) as sold_at,
        cast(loaded_at as timestamp) as loaded_at
    from chosen
)

select * from final
) as written;
create view _physical.gold__sales__r20260101_000000_000_aaaa as
select transaction_id, line_number, kind, refers_to_transaction_id, refers_to_line_number, item_id, customer_id, vendor_id, category_id, date_id, unit_price, qty, total_price, sold_at, loaded_at from _physical.gold__sales__r20260101_000000_000_aaaa__rows
with no schema binding;
-- to the lake, when its tests have passed
unload ('select transaction_id, line_number, kind, refers_to_transaction_id, refers_to_line_number, item_id, customer_id, vendor_id, category_id, date_id, unit_price, qty, total_price, sold_at, loaded_at from _physical.gold__sales__r20260101_000000_000_aaaa order by transaction_id, line_number
')
to 's3://mercado/lake/gold/sales/run=r20260101_000000_000_aaaa/_arriving-part-00000-'
iam_role default
format as parquet
manifest verbose
extension 'parquet'
encrypted auto
maxfilesize 1 gb
parallel off;
-- when its tests have passed, with all others in one transaction
drop view if exists _physical.gold__sales__r20260101_000000_000_aaaa;
drop view if exists gold.sales;
create view gold.sales as
select transaction_id, line_number, kind, refers_to_transaction_id, refers_to_line_number, item_id, customer_id, vendor_id, category_id, date_id, unit_price, qty, total_price, sold_at, loaded_at from _physical.gold__sales__r20260101_000000_000_aaaa__rows
with no schema binding;

-- test.accepted_values.gold.sales.kind: error when this returns rows
select kind, count(*) as row_count
from _physical.gold__sales__r20260101_000000_000_aaaa
where kind is not null and kind not in ('sale', 'refund')
group by kind;

-- test.contract.gold.sales: error when this returns rows
select column_name, constraint_name, row_count, longest_bytes
from (
select
    cast(case numbered.constraint_number when 0 then 'transaction_id' when 1 then 'kind' when 2 then 'refers_to_transaction_id' end as varchar(127)) as column_name,
    cast(case numbered.constraint_number when 0 then 'varchar(36)' when 1 then 'varchar(10)' when 2 then 'varchar(36)' end as varchar(30)) as constraint_name,
    cast(case numbered.constraint_number when 0 then broken_0 when 1 then broken_1 when 2 then broken_2 end as bigint) as row_count,
    cast(case numbered.constraint_number when 0 then longest_0 when 1 then longest_1 when 2 then longest_2 end as bigint) as longest_bytes
from (select sum(case when octet_length(transaction_id) > 36 then 1 else 0 end) as broken_0, max(octet_length(transaction_id)) as longest_0, sum(case when octet_length(kind) > 10 then 1 else 0 end) as broken_1, max(octet_length(kind)) as longest_1, sum(case when octet_length(refers_to_transaction_id) > 36 then 1 else 0 end) as broken_2, max(octet_length(refers_to_transaction_id)) as longest_2 from _physical.gold__sales__r20260101_000000_000_aaaa) as measured
cross join (select 0 as constraint_number union all select 1 as constraint_number union all select 2 as constraint_number) as numbered
) as counted
where row_count > 0;

-- test.expression.gold.sales.qty_0_and_qty_0_kind_sale: error when this returns rows
select transaction_id, line_number, kind, refers_to_transaction_id, refers_to_line_number, item_id, customer_id, vendor_id, category_id, date_id, unit_price, qty, total_price, sold_at, loaded_at
from _physical.gold__sales__r20260101_000000_000_aaaa
where not coalesce((qty <> 0 and (qty > 0) = (kind = 'sale')
), false);

-- test.expression.gold.sales.total_price_unit_price_qty: error when this returns rows
select transaction_id, line_number, kind, refers_to_transaction_id, refers_to_line_number, item_id, customer_id, vendor_id, category_id, date_id, unit_price, qty, total_price, sold_at, loaded_at
from _physical.gold__sales__r20260101_000000_000_aaaa
where not coalesce((total_price = unit_price * qty
), false);

-- test.items_are_sold_by_their_vendor: warn when this returns rows
-- A line was sold by a vendor who does not list the item.
with

sales as (
    select * from _physical.gold__sales__r20260101_000000_000_aaaa
),

items as (
    select * from _physical.gold__inventory__r20260101_000000_000_aaaa
),

final as (
    select
        sales.transaction_id,
        sales.line_number,
        sales.item_id,
        sales.vendor_id as sold_by,
        items.vendor_id as listed_by
    from sales
    inner join items
        on items.item_id = sales.item_id
    where items.item_id <> -1
        and sales.vendor_id <> items.vendor_id
)

select * from final;

-- test.not_null.gold.sales.category_id: error when this returns rows
select transaction_id, line_number, kind, refers_to_transaction_id, refers_to_line_number, item_id, customer_id, vendor_id, category_id, date_id, unit_price, qty, total_price, sold_at, loaded_at
from _physical.gold__sales__r20260101_000000_000_aaaa
where category_id is null;

-- test.not_null.gold.sales.customer_id: error when this returns rows
select transaction_id, line_number, kind, refers_to_transaction_id, refers_to_line_number, item_id, customer_id, vendor_id, category_id, date_id, unit_price, qty, total_price, sold_at, loaded_at
from _physical.gold__sales__r20260101_000000_000_aaaa
where customer_id is null;

-- test.not_null.gold.sales.date_id: error when this returns rows
select transaction_id, line_number, kind, refers_to_transaction_id, refers_to_line_number, item_id, customer_id, vendor_id, category_id, date_id, unit_price, qty, total_price, sold_at, loaded_at
from _physical.gold__sales__r20260101_000000_000_aaaa
where date_id is null;

-- test.not_null.gold.sales.item_id: error when this returns rows
select transaction_id, line_number, kind, refers_to_transaction_id, refers_to_line_number, item_id, customer_id, vendor_id, category_id, date_id, unit_price, qty, total_price, sold_at, loaded_at
from _physical.gold__sales__r20260101_000000_000_aaaa
where item_id is null;

-- test.not_null.gold.sales.kind: error when this returns rows
select transaction_id, line_number, kind, refers_to_transaction_id, refers_to_line_number, item_id, customer_id, vendor_id, category_id, date_id, unit_price, qty, total_price, sold_at, loaded_at
from _physical.gold__sales__r20260101_000000_000_aaaa
where kind is null;

-- test.not_null.gold.sales.line_number: error when this returns rows
select transaction_id, line_number, kind, refers_to_transaction_id, refers_to_line_number, item_id, customer_id, vendor_id, category_id, date_id, unit_price, qty, total_price, sold_at, loaded_at
from _physical.gold__sales__r20260101_000000_000_aaaa
where line_number is null;

-- test.not_null.gold.sales.loaded_at: error when this returns rows
select transaction_id, line_number, kind, refers_to_transaction_id, refers_to_line_number, item_id, customer_id, vendor_id, category_id, date_id, unit_price, qty, total_price, sold_at, loaded_at
from _physical.gold__sales__r20260101_000000_000_aaaa
where loaded_at is null;

-- test.not_null.gold.sales.qty: error when this returns rows
select transaction_id, line_number, kind, refers_to_transaction_id, refers_to_line_number, item_id, customer_id, vendor_id, category_id, date_id, unit_price, qty, total_price, sold_at, loaded_at
from _physical.gold__sales__r20260101_000000_000_aaaa
where qty is null;

-- test.not_null.gold.sales.sold_at: error when this returns rows
select transaction_id, line_number, kind, refers_to_transaction_id, refers_to_line_number, item_id, customer_id, vendor_id, category_id, date_id, unit_price, qty, total_price, sold_at, loaded_at
from _physical.gold__sales__r20260101_000000_000_aaaa
where sold_at is null;

-- test.not_null.gold.sales.total_price: error when this returns rows
select transaction_id, line_number, kind, refers_to_transaction_id, refers_to_line_number, item_id, customer_id, vendor_id, category_id, date_id, unit_price, qty, total_price, sold_at, loaded_at
from _physical.gold__sales__r20260101_000000_000_aaaa
where total_price is null;

-- test.not_null.gold.sales.transaction_id: error when this returns rows
select transaction_id, line_number, kind, refers_to_transaction_id, refers_to_line_number, item_id, customer_id, vendor_id, category_id, date_id, unit_price, qty, total_price, sold_at, loaded_at
from _physical.gold__sales__r20260101_000000_000_aaaa
where transaction_id is null;

-- test.not_null.gold.sales.unit_price: error when this returns rows
select transaction_id, line_number, kind, refers_to_transaction_id, refers_to_line_number, item_id, customer_id, vendor_id, category_id, date_id, unit_price, qty, total_price, sold_at, loaded_at
from _physical.gold__sales__r20260101_000000_000_aaaa
where unit_price is null;

-- test.not_null.gold.sales.vendor_id: error when this returns rows
select transaction_id, line_number, kind, refers_to_transaction_id, refers_to_line_number, item_id, customer_id, vendor_id, category_id, date_id, unit_price, qty, total_price, sold_at, loaded_at
from _physical.gold__sales__r20260101_000000_000_aaaa
where vendor_id is null;

-- test.refunds_have_their_sales: warn when this returns rows
-- A line gives back units of a sale's line that is not there.
with

sales as (
    select * from _physical.gold__sales__r20260101_000000_000_aaaa
),

final as (
    select
        refunds.transaction_id,
        refunds.line_number,
        refunds.refers_to_transaction_id,
        refunds.refers_to_line_number
    from sales as refunds
    left join sales as sold
        on sold.transaction_id = refunds.refers_to_transaction_id
        and sold.line_number = refunds.refers_to_line_number
        and sold.kind = 'sale'
    where refunds.kind = 'refund'
        and sold.transaction_id is null
)

select * from final;

-- test.refunds_match_their_sales: error when this returns rows
-- More units of a line were given back than were sold, or a refund names another price, item, vendor or customer than its sale.
with

sales as (
    select * from _physical.gold__sales__r20260101_000000_000_aaaa
),

refunds as (
    select
        refunds.*,
        sold.qty as sold_qty,
        -sum(refunds.qty) over (
            partition by refunds.refers_to_transaction_id, refunds.refers_to_line_number
        ) as refunded_qty,
        sold.unit_price as sold_unit_price,
        sold.item_id as sold_item_id,
        sold.vendor_id as sold_by,
        sold.customer_id as sold_to
    from sales as refunds
    inner join sales as sold
        on sold.transaction_id = refunds.refers_to_transaction_id
        and sold.line_number = refunds.refers_to_line_number
    where refunds.kind = 'refund'
        and sold.kind = 'sale'
),

final as (
    select
        transaction_id,
        line_number,
        refers_to_transaction_id,
        refers_to_line_number,
        refunded_qty,
        sold_qty,
        unit_price,
        sold_unit_price
    from refunds
    where refunded_qty > sold_qty
        or unit_price <> sold_unit_price
        or item_id <> sold_item_id
        or vendor_id <> sold_by
        or customer_id <> sold_to
)

select * from final;

-- test.relationships.gold.sales.category_id: error when this returns rows
select child.category_id, count(*) as row_count
from (select category_id from _physical.gold__sales__r20260101_000000_000_aaaa) as child
left join (select distinct category_id as parent_key from _physical.gold__category__r20260101_000000_000_aaaa) as parent on child.category_id = parent.parent_key
where child.category_id is not null and parent.parent_key is null
group by child.category_id;

-- test.relationships.gold.sales.customer_id: error when this returns rows
select child.customer_id, count(*) as row_count
from (select customer_id from _physical.gold__sales__r20260101_000000_000_aaaa) as child
left join (select distinct customer_id as parent_key from _physical.gold__customer__r20260101_000000_000_aaaa) as parent on child.customer_id = parent.parent_key
where child.customer_id is not null and parent.parent_key is null
group by child.customer_id;

-- test.relationships.gold.sales.date_id: error when this returns rows
select child.date_id, count(*) as row_count
from (select date_id from _physical.gold__sales__r20260101_000000_000_aaaa) as child
left join (select distinct date_id as parent_key from _physical.gold__date__r20260101_000000_000_aaaa) as parent on child.date_id = parent.parent_key
where child.date_id is not null and parent.parent_key is null
group by child.date_id;

-- test.relationships.gold.sales.item_id: error when this returns rows
select child.item_id, count(*) as row_count
from (select item_id from _physical.gold__sales__r20260101_000000_000_aaaa) as child
left join (select distinct item_id as parent_key from _physical.gold__inventory__r20260101_000000_000_aaaa) as parent on child.item_id = parent.parent_key
where child.item_id is not null and parent.parent_key is null
group by child.item_id;

-- test.relationships.gold.sales.vendor_id: error when this returns rows
select child.vendor_id, count(*) as row_count
from (select vendor_id from _physical.gold__sales__r20260101_000000_000_aaaa) as child
left join (select distinct vendor_id as parent_key from _physical.gold__vendor__r20260101_000000_000_aaaa) as parent on child.vendor_id = parent.parent_key
where child.vendor_id is not null and parent.parent_key is null
group by child.vendor_id;

-- test.report_does_not_fan_out: error when this returns rows
-- The report over the whole star has other rows or sums than gold.sales: a dimension has a key twice.
with

sales as (
    select * from _physical.gold__sales__r20260101_000000_000_aaaa
),

report as (
    select
        inventory.item_name,
        customer.first_name,
        customer.last_name,
        vendor.vendor_name,
        category.category_name,
        calendar.year,
        calendar.month,
        calendar.day,
        sales.transaction_id,
        sales.qty,
        sales.total_price
    from sales
    left join _physical.gold__inventory__r20260101_000000_000_aaaa as inventory
        on inventory.item_id = sales.item_id
    left join _physical.gold__customer__r20260101_000000_000_aaaa as customer
        on customer.customer_id = sales.customer_id
    left join _physical.gold__vendor__r20260101_000000_000_aaaa as vendor
        on vendor.vendor_id = sales.vendor_id
    left join _physical.gold__category__r20260101_000000_000_aaaa as category
        on category.category_id = sales.category_id
    left join _physical.gold__date__r20260101_000000_000_aaaa as calendar
        on calendar.date_id = sales.date_id
),

sales_totals as (
    select
        cast(count(distinct transaction_id) as bigint) as transactions,
        cast(count(*) as bigint) as lines,
        cast(coalesce(sum(qty), 0) as bigint) as units,
        cast(coalesce(sum(total_price), 0) as numeric(38,2)) as total_price
    from sales
),

report_totals as (
    select
        cast(count(distinct transaction_id) as bigint) as transactions,
        cast(count(*) as bigint) as lines,
        cast(coalesce(sum(qty), 0) as bigint) as units,
        cast(coalesce(sum(total_price), 0) as numeric(38,2)) as total_price
    from report
),

final as (
    select
        expected_totals.transactions as expected_transactions,
        found_totals.transactions as found_transactions,
        expected_totals.lines as expected_lines,
        found_totals.lines as found_lines,
        expected_totals.units as expected_units,
        found_totals.units as found_units,
        expected_totals.total_price as expected_total_price,
        found_totals.total_price as found_total_price
    from sales_totals as expected_totals
    cross join report_totals as found_totals
    where expected_totals.transactions <> found_totals.transactions
        or expected_totals.lines <> found_totals.lines
        or expected_totals.units <> found_totals.units
        or expected_totals.total_price <> found_totals.total_price
)

select * from final;

-- test.sales_equal_sale_lines: error when this returns rows
-- A published line is not what a full refresh would make of it: a late member did not heal, or an increment missed a change.
with

sales as (
    select
        transaction_id, line_number, kind, refers_to_transaction_id, refers_to_line_number,
        item_id, customer_id, vendor_id, category_id, date_id,
        unit_price, qty, total_price, sold_at, loaded_at
    from _physical.gold__sales__r20260101_000000_000_aaaa
),

sale_lines as (
    select
        transaction_id, line_number, kind, refers_to_transaction_id, refers_to_line_number,
        item_id, customer_id, vendor_id, category_id, date_id,
        unit_price, qty, total_price, sold_at, loaded_at
    from _physical.work__sale_line__r20260101_000000_000_aaaa
),

only_published as (
    select * from sales
    except
    select * from sale_lines
),

only_computed as (
    select * from sale_lines
    except
    select * from sales
),

final as (
    select 'only in gold.sales' as place, only_published.* from only_published
    union all
    select 'only in work.sale_line' as place, only_computed.* from only_computed
)

select * from final;

-- test.unique.gold.sales.transaction_id_and_line_number: error when this returns rows
select transaction_id, line_number, count(*) as row_count
from _physical.gold__sales__r20260101_000000_000_aaaa
where transaction_id is not null and line_number is not null
group by transaction_id, line_number
having count(*) > 1;
