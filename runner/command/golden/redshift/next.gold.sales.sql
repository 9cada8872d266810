-- gold.sales: model, delta
create table _physical.gold__sales__r20260102_000000_000_bbbb__delta as
with

sale_lines as (
    select * from _physical.work__sale_line__r20260102_000000_000_bbbb
),

published as (
    select * from gold.sales
),

items as (
    select * from _physical.gold__inventory__r20260102_000000_000_bbbb
    where item_id <> -1
),

customers as (
    select * from _physical.gold__customer__r20260102_000000_000_bbbb
    where customer_id <> -1
),

vendors as (
    select * from _physical.gold__vendor__r20260102_000000_000_bbbb
    where vendor_id <> -1
),

categories as (
    select * from _physical.gold__category__r20260102_000000_000_bbbb
    where category_id <> -1
),

days as (
    select * from _physical.gold__date__r20260102_000000_000_bbbb
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
    where sale_lines.loaded_at > cast('2025-12-31 00:00:00' as timestamp)
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

select * from final;
create view _physical.gold__sales__r20260102_000000_000_bbbb as
select transaction_id, line_number, kind, refers_to_transaction_id, refers_to_line_number, item_id, customer_id, vendor_id, category_id, date_id, unit_price, qty, total_price, sold_at, loaded_at from _physical.gold__sales__r20260101_000000_000_aaaa__rows as published
where not exists (select 1 from _physical.gold__sales__r20260102_000000_000_bbbb__delta as staged where staged.transaction_id = published.transaction_id and staged.line_number = published.line_number)
union all
select transaction_id, line_number, kind, refers_to_transaction_id, refers_to_line_number, item_id, customer_id, vendor_id, category_id, date_id, unit_price, qty, total_price, sold_at, loaded_at from _physical.gold__sales__r20260102_000000_000_bbbb__delta
with no schema binding;
-- to the lake, when its tests have passed
unload ('select transaction_id, line_number, kind, refers_to_transaction_id, refers_to_line_number, item_id, customer_id, vendor_id, category_id, date_id, unit_price, qty, total_price, sold_at, loaded_at from _physical.gold__sales__r20260102_000000_000_bbbb order by transaction_id, line_number
')
to 's3://mercado/lake/gold/sales/run=r20260102_000000_000_bbbb/_arriving-part-00000-'
iam_role default
format as parquet
manifest verbose
extension 'parquet'
encrypted auto
maxfilesize 1 gb
parallel off;
-- when its tests have passed, with all others in one transaction
drop view if exists _physical.gold__sales__r20260102_000000_000_bbbb;
create table _physical.gold__sales__r20260102_000000_000_bbbb__undo as
select transaction_id, line_number, kind, refers_to_transaction_id, refers_to_line_number, item_id, customer_id, vendor_id, category_id, date_id, unit_price, qty, total_price, sold_at, loaded_at, _run_id from _physical.gold__sales__r20260101_000000_000_aaaa__rows
where exists (select 1 from _physical.gold__sales__r20260102_000000_000_bbbb__delta as staged where staged.transaction_id = _physical.gold__sales__r20260101_000000_000_aaaa__rows.transaction_id and staged.line_number = _physical.gold__sales__r20260101_000000_000_aaaa__rows.line_number);
delete from _physical.gold__sales__r20260101_000000_000_aaaa__rows
where exists (select 1 from _physical.gold__sales__r20260102_000000_000_bbbb__delta as staged where staged.transaction_id = _physical.gold__sales__r20260101_000000_000_aaaa__rows.transaction_id and staged.line_number = _physical.gold__sales__r20260101_000000_000_aaaa__rows.line_number);
insert into _physical.gold__sales__r20260101_000000_000_aaaa__rows (transaction_id, line_number, kind, refers_to_transaction_id, refers_to_line_number, item_id, customer_id, vendor_id, category_id, date_id, unit_price, qty, total_price, sold_at, loaded_at, _run_id)
select transaction_id, line_number, kind, refers_to_transaction_id, refers_to_line_number, item_id, customer_id, vendor_id, category_id, date_id, unit_price, qty, total_price, sold_at, loaded_at, cast('r20260102_000000_000_bbbb' as varchar(64)) from _physical.gold__sales__r20260102_000000_000_bbbb__delta;
drop table if exists _physical.gold__sales__r20260102_000000_000_bbbb__delta;
