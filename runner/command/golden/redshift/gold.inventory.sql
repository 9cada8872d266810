-- gold.inventory: model, table
create table _physical.gold__inventory__r20260101_000000_000_aaaa as
with

items as (
    select * from _physical.cleaned__inventory__r20260101_000000_000_aaaa
),

categories as (
    select * from _physical.gold__category__r20260101_000000_000_aaaa
),

vendors as (
    select * from _physical.gold__vendor__r20260101_000000_000_aaaa
),

members as (
    select
        -1 as item_id,
        'Unknown' as item_name,
        -1 as category,
        cast(null as numeric(10,2)) as price,
        cast(null as integer) as stock,
        cast(null as timestamp) as archived_at,
        cast(null as timestamp) as updated_at,
        -1 as vendor_id
    union all
    select
        items.item_id,
        items.item_name,
        coalesce(categories.category_id, -1) as category,
        items.price,
        items.stock,
        items.archived_at,
        items.updated_at,
        coalesce(vendors.vendor_id, -1) as vendor_id
    from items
    left join categories
        on categories.category_id = items.category
    left join vendors
        on vendors.vendor_id = items.vendor_id
),

final as (
    select
        cast(item_id as integer) as item_id,
        cast(item_name as varchar(100)) as item_name,
        cast(category as integer) as category,
        cast(price as numeric(10,2)) as price,
        cast(stock as integer) as stock,
        cast(archived_at as timestamp) as archived_at,
        cast(updated_at as timestamp) as updated_at,
        cast(vendor_id as integer) as vendor_id
    from members
)

select * from final;
-- to the lake, when its tests have passed
unload ('select item_id, item_name, category, price, stock, archived_at, updated_at, vendor_id from _physical.gold__inventory__r20260101_000000_000_aaaa order by item_id
')
to 's3://mercado/lake/gold/inventory/run=r20260101_000000_000_aaaa/_arriving-part-00000-'
iam_role default
format as parquet
manifest verbose
extension 'parquet'
encrypted auto
maxfilesize 1 gb
parallel off;
-- when its tests have passed, with all others in one transaction
drop view if exists gold.inventory;
create view gold.inventory as
select item_id, item_name, category, price, stock, archived_at, updated_at, vendor_id from _physical.gold__inventory__r20260101_000000_000_aaaa
with no schema binding;

-- test.contract.gold.inventory: error when this returns rows
select column_name, constraint_name, row_count, longest_bytes
from (
select
    cast(case numbered.constraint_number when 0 then 'item_name' end as varchar(127)) as column_name,
    cast(case numbered.constraint_number when 0 then 'varchar(100)' end as varchar(30)) as constraint_name,
    cast(case numbered.constraint_number when 0 then broken_0 end as bigint) as row_count,
    cast(case numbered.constraint_number when 0 then longest_0 end as bigint) as longest_bytes
from (select sum(case when octet_length(item_name) > 100 then 1 else 0 end) as broken_0, max(octet_length(item_name)) as longest_0 from _physical.gold__inventory__r20260101_000000_000_aaaa) as measured
cross join (select 0 as constraint_number) as numbered
) as counted
where row_count > 0;

-- test.equal_totals.gold.inventory.cleaned_inventory: error when this returns rows
with sides as (
    select count(*) as here_rows, 0 as there_rows, coalesce(sum(price), 0) as here_1, 0 as there_1, coalesce(sum(stock), 0) as here_2, 0 as there_2
    from (select * from _physical.gold__inventory__r20260101_000000_000_aaaa where item_id <> -1
) as tested
    union all
    select 0, count(*), 0, coalesce(sum(price), 0), 0, coalesce(sum(stock), 0)
    from _physical.cleaned__inventory__r20260101_000000_000_aaaa
),
compared as (
    select sum(here_rows) as here_rows, sum(there_rows) as there_rows, sum(here_1) as here_1, sum(there_1) as there_1, sum(here_2) as here_2, sum(there_2) as there_2
    from sides
)
select cast('count of rows' as varchar(1000)) as total, cast(here_rows as varchar(50)) as here, cast(there_rows as varchar(50)) as there, cast(here_rows - there_rows as varchar(50)) as difference
from compared
where here_rows <> there_rows
union all
select cast('sum(price)' as varchar(1000)) as total, cast(here_1 as varchar(50)) as here, cast(there_1 as varchar(50)) as there, cast(here_1 - there_1 as varchar(50)) as difference
from compared
where here_1 <> there_1
union all
select cast('sum(stock)' as varchar(1000)) as total, cast(here_2 as varchar(50)) as here, cast(there_2 as varchar(50)) as there, cast(here_2 - there_2 as varchar(50)) as difference
from compared
where here_2 <> there_2;

-- test.not_null.gold.inventory.category: error when this returns rows
select item_id, item_name, category, price, stock, archived_at, updated_at, vendor_id
from _physical.gold__inventory__r20260101_000000_000_aaaa
where category is null;

-- test.not_null.gold.inventory.item_id: error when this returns rows
select item_id, item_name, category, price, stock, archived_at, updated_at, vendor_id
from _physical.gold__inventory__r20260101_000000_000_aaaa
where item_id is null;

-- test.not_null.gold.inventory.item_name: error when this returns rows
select item_id, item_name, category, price, stock, archived_at, updated_at, vendor_id
from _physical.gold__inventory__r20260101_000000_000_aaaa
where item_name is null;

-- test.not_null.gold.inventory.price: error when this returns rows
select item_id, item_name, category, price, stock, archived_at, updated_at, vendor_id
from (select * from _physical.gold__inventory__r20260101_000000_000_aaaa where item_id <> -1
) as tested
where price is null;

-- test.not_null.gold.inventory.stock: error when this returns rows
select item_id, item_name, category, price, stock, archived_at, updated_at, vendor_id
from (select * from _physical.gold__inventory__r20260101_000000_000_aaaa where item_id <> -1
) as tested
where stock is null;

-- test.not_null.gold.inventory.updated_at: error when this returns rows
select item_id, item_name, category, price, stock, archived_at, updated_at, vendor_id
from (select * from _physical.gold__inventory__r20260101_000000_000_aaaa where item_id <> -1
) as tested
where updated_at is null;

-- test.not_null.gold.inventory.vendor_id: error when this returns rows
select item_id, item_name, category, price, stock, archived_at, updated_at, vendor_id
from _physical.gold__inventory__r20260101_000000_000_aaaa
where vendor_id is null;

-- test.relationships.gold.inventory.category: error when this returns rows
select child.category, count(*) as row_count
from (select category from _physical.gold__inventory__r20260101_000000_000_aaaa) as child
left join (select distinct category_id as parent_key from _physical.gold__category__r20260101_000000_000_aaaa) as parent on child.category = parent.parent_key
where child.category is not null and parent.parent_key is null
group by child.category;

-- test.relationships.gold.inventory.vendor_id: error when this returns rows
select child.vendor_id, count(*) as row_count
from (select vendor_id from _physical.gold__inventory__r20260101_000000_000_aaaa) as child
left join (select distinct vendor_id as parent_key from _physical.gold__vendor__r20260101_000000_000_aaaa) as parent on child.vendor_id = parent.parent_key
where child.vendor_id is not null and parent.parent_key is null
group by child.vendor_id;

-- test.row_count.gold.inventory: error when this returns rows
select count(*) as row_count
from _physical.gold__inventory__r20260101_000000_000_aaaa
having count(*) < 1;

-- test.unique.gold.inventory.item_id: error when this returns rows
select item_id, count(*) as row_count
from _physical.gold__inventory__r20260101_000000_000_aaaa
where item_id is not null
group by item_id
having count(*) > 1;
