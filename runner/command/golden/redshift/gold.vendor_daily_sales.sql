-- unit_test.gold.vendor_daily_sales.a_day_is_net_of_refunds: fails when this
with given__gold__sales as (
select cast('t1' as varchar(36)) as transaction_id, cast('1' as integer) as line_number, cast('sale' as varchar(10)) as kind, cast(null as varchar(36)) as refers_to_transaction_id, cast(null as integer) as refers_to_line_number, cast(null as integer) as item_id, cast('1' as integer) as customer_id, cast('1' as integer) as vendor_id, cast(null as integer) as category_id, cast('20260101' as integer) as date_id, cast(null as decimal(10,2)) as unit_price, cast('3' as integer) as qty, cast('7.50' as decimal(18,2)) as total_price, cast(null as timestamp) as sold_at, cast(null as timestamp) as loaded_at
union all
select cast('r1' as varchar(36)) as transaction_id, cast('1' as integer) as line_number, cast('refund' as varchar(10)) as kind, cast(null as varchar(36)) as refers_to_transaction_id, cast(null as integer) as refers_to_line_number, cast(null as integer) as item_id, cast('1' as integer) as customer_id, cast('1' as integer) as vendor_id, cast(null as integer) as category_id, cast('20260101' as integer) as date_id, cast(null as decimal(10,2)) as unit_price, cast('-1' as integer) as qty, cast('-2.50' as decimal(18,2)) as total_price, cast(null as timestamp) as sold_at, cast(null as timestamp) as loaded_at
union all
select cast('r2' as varchar(36)) as transaction_id, cast('1' as integer) as line_number, cast('refund' as varchar(10)) as kind, cast(null as varchar(36)) as refers_to_transaction_id, cast(null as integer) as refers_to_line_number, cast(null as integer) as item_id, cast('1' as integer) as customer_id, cast('1' as integer) as vendor_id, cast(null as integer) as category_id, cast('20260102' as integer) as date_id, cast(null as decimal(10,2)) as unit_price, cast('-2' as integer) as qty, cast('-5.00' as decimal(18,2)) as total_price, cast(null as timestamp) as sold_at, cast(null as timestamp) as loaded_at
),
given__this as (
select cast(null as integer) as "vendor_id", cast(null as integer) as "date_id", cast(null as bigint) as "transactions", cast(null as bigint) as "customers", cast(null as bigint) as "lines", cast(null as bigint) as "units_sold", cast(null as bigint) as "units_refunded", cast(null as bigint) as "units", cast(null as decimal(18,2)) as "refunded_price", cast(null as decimal(18,2)) as "total_price" where 1 = 0
)
select
    cast(vendor_id as varchar(65535)) as vendor_id,
    cast(date_id as varchar(65535)) as date_id,
    cast(transactions as varchar(65535)) as transactions,
    cast(customers as varchar(65535)) as customers,
    cast(lines as varchar(65535)) as lines,
    cast(units_sold as varchar(65535)) as units_sold,
    cast(units_refunded as varchar(65535)) as units_refunded,
    cast(units as varchar(65535)) as units,
    cast(refunded_price as varchar(65535)) as refunded_price,
    cast(total_price as varchar(65535)) as total_price
from (
with

sales as (
    select * from given__gold__sales
),

vendor_days as (
    select
        vendor_id,
        date_id,
        count(distinct transaction_id) as transactions,
        count(distinct customer_id) as customers,
        count(*) as lines,
        sum(case when kind = 'sale' then qty else 0 end) as units_sold,
        sum(case when kind = 'refund' then -qty else 0 end) as units_refunded,
        sum(qty) as units,
        sum(case when kind = 'refund' then -total_price else 0 end) as refunded_price,
        sum(total_price) as total_price
    from sales
    group by vendor_id, date_id
),

final as (
    select
        cast(vendor_id as integer) as vendor_id,
        cast(date_id as integer) as date_id,
        cast(transactions as bigint) as transactions,
        cast(customers as bigint) as customers,
        cast(lines as bigint) as lines,
        cast(units_sold as bigint) as units_sold,
        cast(units_refunded as bigint) as units_refunded,
        cast(units as bigint) as units,
        cast(refunded_price as numeric(18,2)) as refunded_price,
        cast(total_price as numeric(18,2)) as total_price
    from vendor_days
)

select * from final
) as compared_rows;
-- returns other rows than this
select
    cast(vendor_id as varchar(65535)) as vendor_id,
    cast(date_id as varchar(65535)) as date_id,
    cast(transactions as varchar(65535)) as transactions,
    cast(customers as varchar(65535)) as customers,
    cast(lines as varchar(65535)) as lines,
    cast(units_sold as varchar(65535)) as units_sold,
    cast(units_refunded as varchar(65535)) as units_refunded,
    cast(units as varchar(65535)) as units,
    cast(refunded_price as varchar(65535)) as refunded_price,
    cast(total_price as varchar(65535)) as total_price
from (
select cast('1' as integer) as vendor_id, cast('20260101' as integer) as date_id, cast('2' as bigint) as transactions, cast('1' as bigint) as customers, cast('2' as bigint) as lines, cast('3' as bigint) as units_sold, cast('1' as bigint) as units_refunded, cast('2' as bigint) as units, cast('2.50' as decimal(18,2)) as refunded_price, cast('5.00' as decimal(18,2)) as total_price
union all
select cast('1' as integer) as vendor_id, cast('20260102' as integer) as date_id, cast('1' as bigint) as transactions, cast('1' as bigint) as customers, cast('1' as bigint) as lines, cast('0' as bigint) as units_sold, cast('2' as bigint) as units_refunded, cast('-2' as bigint) as units, cast('5.00' as decimal(18,2)) as refunded_price, cast('-5.00' as decimal(18,2)) as total_price
) as compared_rows;

-- gold.vendor_daily_sales: model, table
create table _physical.gold__vendor_daily_sales__r20260101_000000_000_aaaa as
with

sales as (
    select * from _physical.gold__sales__r20260101_000000_000_aaaa
),

vendor_days as (
    select
        vendor_id,
        date_id,
        count(distinct transaction_id) as transactions,
        count(distinct customer_id) as customers,
        count(*) as lines,
        sum(case when kind = 'sale' then qty else 0 end) as units_sold,
        sum(case when kind = 'refund' then -qty else 0 end) as units_refunded,
        sum(qty) as units,
        sum(case when kind = 'refund' then -total_price else 0 end) as refunded_price,
        sum(total_price) as total_price
    from sales
    group by vendor_id, date_id
),

final as (
    select
        cast(vendor_id as integer) as vendor_id,
        cast(date_id as integer) as date_id,
        cast(transactions as bigint) as transactions,
        cast(customers as bigint) as customers,
        cast(lines as bigint) as lines,
        cast(units_sold as bigint) as units_sold,
        cast(units_refunded as bigint) as units_refunded,
        cast(units as bigint) as units,
        cast(refunded_price as numeric(18,2)) as refunded_price,
        cast(total_price as numeric(18,2)) as total_price
    from vendor_days
)

select * from final;
-- to the lake, when its tests have passed
unload ('select vendor_id, date_id, transactions, customers, lines, units_sold, units_refunded, units, refunded_price, total_price from _physical.gold__vendor_daily_sales__r20260101_000000_000_aaaa order by vendor_id, date_id
')
to 's3://mercado/lake/gold/vendor_daily_sales/run=r20260101_000000_000_aaaa/_arriving-part-00000-'
iam_role default
format as parquet
manifest verbose
extension 'parquet'
encrypted auto
maxfilesize 1 gb
parallel off;
-- when its tests have passed, with all others in one transaction
drop view if exists gold.vendor_daily_sales;
create view gold.vendor_daily_sales as
select vendor_id, date_id, transactions, customers, lines, units_sold, units_refunded, units, refunded_price, total_price from _physical.gold__vendor_daily_sales__r20260101_000000_000_aaaa
with no schema binding;

-- test.equal_totals.gold.vendor_daily_sales.gold_sales: error when this returns rows
with sides as (
    select vendor_id as group_1, date_id as group_2, count(*) as here_rows, 0 as there_rows, coalesce(sum(total_price), 0) as here_1, 0 as there_1, coalesce(sum(units), 0) as here_2, 0 as there_2, coalesce(sum(lines), 0) as here_3, 0 as there_3, coalesce(sum(units_sold), 0) as here_4, 0 as there_4, coalesce(sum(refunded_price), 0) as here_5, 0 as there_5
    from _physical.gold__vendor_daily_sales__r20260101_000000_000_aaaa
    group by 1, 2
    union all
    select vendor_id as group_1, date_id as group_2, 0, count(*), 0, coalesce(sum(total_price), 0), 0, coalesce(sum(qty), 0), 0, coalesce(sum(1), 0), 0, coalesce(sum(case when kind = 'sale' then qty else 0 end), 0), 0, coalesce(sum(case when kind = 'refund' then -total_price else 0 end), 0)
    from _physical.gold__sales__r20260101_000000_000_aaaa
    group by 1, 2
),
compared as (
    select group_1, group_2, sum(here_rows) as here_rows, sum(there_rows) as there_rows, sum(here_1) as here_1, sum(there_1) as there_1, sum(here_2) as here_2, sum(there_2) as there_2, sum(here_3) as here_3, sum(there_3) as there_3, sum(here_4) as here_4, sum(there_4) as there_4, sum(here_5) as here_5, sum(there_5) as there_5
    from sides
    group by group_1, group_2
)
select group_1 as vendor_id, group_2 as date_id, cast('sum(total_price)' as varchar(1000)) as total, cast(here_1 as varchar(50)) as here, cast(there_1 as varchar(50)) as there, cast(here_1 - there_1 as varchar(50)) as difference
from compared
where here_1 <> there_1
union all
select group_1 as vendor_id, group_2 as date_id, cast('sum(units) and sum(qty)' as varchar(1000)) as total, cast(here_2 as varchar(50)) as here, cast(there_2 as varchar(50)) as there, cast(here_2 - there_2 as varchar(50)) as difference
from compared
where here_2 <> there_2
union all
select group_1 as vendor_id, group_2 as date_id, cast('sum(lines) and sum(1)' as varchar(1000)) as total, cast(here_3 as varchar(50)) as here, cast(there_3 as varchar(50)) as there, cast(here_3 - there_3 as varchar(50)) as difference
from compared
where here_3 <> there_3
union all
select group_1 as vendor_id, group_2 as date_id, cast('sum(units_sold) and sum(case when kind = ''sale'' then qty else 0 end)' as varchar(1000)) as total, cast(here_4 as varchar(50)) as here, cast(there_4 as varchar(50)) as there, cast(here_4 - there_4 as varchar(50)) as difference
from compared
where here_4 <> there_4
union all
select group_1 as vendor_id, group_2 as date_id, cast('sum(refunded_price) and sum(case when kind = ''refund'' then -total_price else 0 end)' as varchar(1000)) as total, cast(here_5 as varchar(50)) as here, cast(there_5 as varchar(50)) as there, cast(here_5 - there_5 as varchar(50)) as difference
from compared
where here_5 <> there_5;

-- test.expression.gold.vendor_daily_sales.transactions_between_1_and_lines_and_customers_between_1_and_transactions: error when this returns rows
select vendor_id, date_id, transactions, customers, lines, units_sold, units_refunded, units, refunded_price, total_price
from _physical.gold__vendor_daily_sales__r20260101_000000_000_aaaa
where not coalesce((transactions between 1 and lines and customers between 1 and transactions
), false);

-- test.expression.gold.vendor_daily_sales.units_sold_0_and_units_refunded_0_and_refunded_price_0: error when this returns rows
select vendor_id, date_id, transactions, customers, lines, units_sold, units_refunded, units, refunded_price, total_price
from _physical.gold__vendor_daily_sales__r20260101_000000_000_aaaa
where not coalesce((units_sold >= 0 and units_refunded >= 0 and refunded_price >= 0
), false);

-- test.expression.gold.vendor_daily_sales.units_units_sold_units_refunded: error when this returns rows
select vendor_id, date_id, transactions, customers, lines, units_sold, units_refunded, units, refunded_price, total_price
from _physical.gold__vendor_daily_sales__r20260101_000000_000_aaaa
where not coalesce((units = units_sold - units_refunded
), false);

-- test.not_null.gold.vendor_daily_sales.customers: error when this returns rows
select vendor_id, date_id, transactions, customers, lines, units_sold, units_refunded, units, refunded_price, total_price
from _physical.gold__vendor_daily_sales__r20260101_000000_000_aaaa
where customers is null;

-- test.not_null.gold.vendor_daily_sales.date_id: error when this returns rows
select vendor_id, date_id, transactions, customers, lines, units_sold, units_refunded, units, refunded_price, total_price
from _physical.gold__vendor_daily_sales__r20260101_000000_000_aaaa
where date_id is null;

-- test.not_null.gold.vendor_daily_sales.lines: error when this returns rows
select vendor_id, date_id, transactions, customers, lines, units_sold, units_refunded, units, refunded_price, total_price
from _physical.gold__vendor_daily_sales__r20260101_000000_000_aaaa
where lines is null;

-- test.not_null.gold.vendor_daily_sales.refunded_price: error when this returns rows
select vendor_id, date_id, transactions, customers, lines, units_sold, units_refunded, units, refunded_price, total_price
from _physical.gold__vendor_daily_sales__r20260101_000000_000_aaaa
where refunded_price is null;

-- test.not_null.gold.vendor_daily_sales.total_price: error when this returns rows
select vendor_id, date_id, transactions, customers, lines, units_sold, units_refunded, units, refunded_price, total_price
from _physical.gold__vendor_daily_sales__r20260101_000000_000_aaaa
where total_price is null;

-- test.not_null.gold.vendor_daily_sales.transactions: error when this returns rows
select vendor_id, date_id, transactions, customers, lines, units_sold, units_refunded, units, refunded_price, total_price
from _physical.gold__vendor_daily_sales__r20260101_000000_000_aaaa
where transactions is null;

-- test.not_null.gold.vendor_daily_sales.units: error when this returns rows
select vendor_id, date_id, transactions, customers, lines, units_sold, units_refunded, units, refunded_price, total_price
from _physical.gold__vendor_daily_sales__r20260101_000000_000_aaaa
where units is null;

-- test.not_null.gold.vendor_daily_sales.units_refunded: error when this returns rows
select vendor_id, date_id, transactions, customers, lines, units_sold, units_refunded, units, refunded_price, total_price
from _physical.gold__vendor_daily_sales__r20260101_000000_000_aaaa
where units_refunded is null;

-- test.not_null.gold.vendor_daily_sales.units_sold: error when this returns rows
select vendor_id, date_id, transactions, customers, lines, units_sold, units_refunded, units, refunded_price, total_price
from _physical.gold__vendor_daily_sales__r20260101_000000_000_aaaa
where units_sold is null;

-- test.not_null.gold.vendor_daily_sales.vendor_id: error when this returns rows
select vendor_id, date_id, transactions, customers, lines, units_sold, units_refunded, units, refunded_price, total_price
from _physical.gold__vendor_daily_sales__r20260101_000000_000_aaaa
where vendor_id is null;

-- test.relationships.gold.vendor_daily_sales.date_id: error when this returns rows
select child.date_id, count(*) as row_count
from (select date_id from _physical.gold__vendor_daily_sales__r20260101_000000_000_aaaa) as child
left join (select distinct date_id as parent_key from _physical.gold__date__r20260101_000000_000_aaaa) as parent on child.date_id = parent.parent_key
where child.date_id is not null and parent.parent_key is null
group by child.date_id;

-- test.relationships.gold.vendor_daily_sales.vendor_id: error when this returns rows
select child.vendor_id, count(*) as row_count
from (select vendor_id from _physical.gold__vendor_daily_sales__r20260101_000000_000_aaaa) as child
left join (select distinct vendor_id as parent_key from _physical.gold__vendor__r20260101_000000_000_aaaa) as parent on child.vendor_id = parent.parent_key
where child.vendor_id is not null and parent.parent_key is null
group by child.vendor_id;

-- test.unique.gold.vendor_daily_sales.vendor_id_and_date_id: error when this returns rows
select vendor_id, date_id, count(*) as row_count
from _physical.gold__vendor_daily_sales__r20260101_000000_000_aaaa
where vendor_id is not null and date_id is not null
group by vendor_id, date_id
having count(*) > 1;
