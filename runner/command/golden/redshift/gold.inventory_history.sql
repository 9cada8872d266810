-- gold.inventory_history: model, table
create table _physical.gold__inventory_history__r20260101_000000_000_aaaa__source as
with

items as (
    select * from _physical.cleaned__inventory__r20260101_000000_000_aaaa
),

final as (
    select
        cast(item_id as integer) as item_id,
        cast(item_name as varchar(100)) as item_name,
        cast(category as integer) as category,
        cast(price as numeric(10,2)) as price,
        cast(stock as integer) as stock,
        cast(vendor_id as integer) as vendor_id,
        cast(archived_at as timestamp) as archived_at
    from items
)

select * from final;
create table _physical.gold__inventory_history__r20260101_000000_000_aaaa__rows as
select item_id, item_name, category, price, stock, vendor_id, archived_at, snapshot_id, valid_from, valid_to, cast('r20260101_000000_000_aaaa' as varchar(64)) as _run_id
from (
select staged.item_id, staged.item_name, staged.category, staged.price, staged.stock, staged.vendor_id, staged.archived_at,
    cast(md5(case when staged.item_id is null then 'n' else 'v' || cast(length(cast(staged.item_id as varchar(65535))) as varchar(20)) || ':' || cast(staged.item_id as varchar(65535)) end || case when cast('2026-01-01T00:00:00.000Z' as timestamp) is null then 'n' else 'v' || cast(length(cast(cast('2026-01-01T00:00:00.000Z' as timestamp) as varchar(65535))) as varchar(20)) || ':' || cast(cast('2026-01-01T00:00:00.000Z' as timestamp) as varchar(65535)) end) as varchar(32)) as snapshot_id,
    cast('2026-01-01T00:00:00.000Z' as timestamp) as valid_from,
    cast(null as timestamp) as valid_to
from _physical.gold__inventory_history__r20260101_000000_000_aaaa__source as staged
) as written;
create view _physical.gold__inventory_history__r20260101_000000_000_aaaa as
select item_id, item_name, category, price, stock, vendor_id, archived_at, snapshot_id, valid_from, valid_to from _physical.gold__inventory_history__r20260101_000000_000_aaaa__rows
with no schema binding;
-- to the lake, when its tests have passed
unload ('select item_id, item_name, category, price, stock, vendor_id, archived_at, snapshot_id, valid_from, valid_to from _physical.gold__inventory_history__r20260101_000000_000_aaaa order by snapshot_id
')
to 's3://mercado/lake/gold/inventory_history/run=r20260101_000000_000_aaaa/_arriving-part-00000-'
iam_role default
format as parquet
manifest verbose
extension 'parquet'
encrypted auto
maxfilesize 1 gb
parallel off;
-- when its tests have passed, with all others in one transaction
drop view if exists _physical.gold__inventory_history__r20260101_000000_000_aaaa;
drop view if exists gold.inventory_history;
create view gold.inventory_history as
select item_id, item_name, category, price, stock, vendor_id, archived_at, snapshot_id, valid_from, valid_to from _physical.gold__inventory_history__r20260101_000000_000_aaaa__rows
with no schema binding;
drop table if exists _physical.gold__inventory_history__r20260101_000000_000_aaaa__source;

-- test.contract.gold.inventory_history: error when this returns rows
select column_name, constraint_name, row_count, longest_bytes
from (
select
    cast(case numbered.constraint_number when 0 then 'item_name' end as varchar(127)) as column_name,
    cast(case numbered.constraint_number when 0 then 'varchar(100)' end as varchar(30)) as constraint_name,
    cast(case numbered.constraint_number when 0 then broken_0 end as bigint) as row_count,
    cast(case numbered.constraint_number when 0 then longest_0 end as bigint) as longest_bytes
from (select sum(case when octet_length(item_name) > 100 then 1 else 0 end) as broken_0, max(octet_length(item_name)) as longest_0 from _physical.gold__inventory_history__r20260101_000000_000_aaaa) as measured
cross join (select 0 as constraint_number) as numbered
) as counted
where row_count > 0;

-- test.equal_totals.gold.inventory_history.cleaned_inventory: error when this returns rows
with sides as (
    select count(*) as here_rows, 0 as there_rows, coalesce(sum(price), 0) as here_1, 0 as there_1, coalesce(sum(stock), 0) as here_2, 0 as there_2
    from (select * from _physical.gold__inventory_history__r20260101_000000_000_aaaa where valid_to is null
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

-- test.expression.gold.inventory_history.price_0: error when this returns rows
select item_id, item_name, category, price, stock, vendor_id, archived_at, snapshot_id, valid_from, valid_to
from _physical.gold__inventory_history__r20260101_000000_000_aaaa
where not coalesce((price > 0
), false);

-- test.expression.gold.inventory_history.stock_0: error when this returns rows
select item_id, item_name, category, price, stock, vendor_id, archived_at, snapshot_id, valid_from, valid_to
from _physical.gold__inventory_history__r20260101_000000_000_aaaa
where not coalesce((stock >= 0
), false);

-- test.not_null.gold.inventory_history.item_id: error when this returns rows
select item_id, item_name, category, price, stock, vendor_id, archived_at, snapshot_id, valid_from, valid_to
from _physical.gold__inventory_history__r20260101_000000_000_aaaa
where item_id is null;

-- test.not_null.gold.inventory_history.item_name: error when this returns rows
select item_id, item_name, category, price, stock, vendor_id, archived_at, snapshot_id, valid_from, valid_to
from _physical.gold__inventory_history__r20260101_000000_000_aaaa
where item_name is null;

-- test.not_null.gold.inventory_history.price: error when this returns rows
select item_id, item_name, category, price, stock, vendor_id, archived_at, snapshot_id, valid_from, valid_to
from _physical.gold__inventory_history__r20260101_000000_000_aaaa
where price is null;

-- test.not_null.gold.inventory_history.snapshot_id: error when this returns rows
select item_id, item_name, category, price, stock, vendor_id, archived_at, snapshot_id, valid_from, valid_to
from _physical.gold__inventory_history__r20260101_000000_000_aaaa
where snapshot_id is null;

-- test.not_null.gold.inventory_history.stock: error when this returns rows
select item_id, item_name, category, price, stock, vendor_id, archived_at, snapshot_id, valid_from, valid_to
from _physical.gold__inventory_history__r20260101_000000_000_aaaa
where stock is null;

-- test.snapshot_versions.gold.inventory_history: error when this returns rows
select item_id, snapshot_id, valid_from, valid_to, next_from
from (select item_id, snapshot_id, valid_from, valid_to, lead(valid_from) over (partition by item_id order by valid_from, snapshot_id) as next_from from _physical.gold__inventory_history__r20260101_000000_000_aaaa) as versions
where valid_from is null or valid_from >= valid_to
    or (next_from is not null and (valid_to is null or valid_to > next_from));

-- test.unique.gold.inventory_history.snapshot_id: error when this returns rows
select snapshot_id, count(*) as row_count
from _physical.gold__inventory_history__r20260101_000000_000_aaaa
where snapshot_id is not null
group by snapshot_id
having count(*) > 1;

-- test.relationships.gold.inventory_history.item_id: error when this returns rows
select child.item_id, count(*) as row_count
from (select item_id from (select * from _physical.gold__inventory_history__r20260101_000000_000_aaaa where valid_to is null
) as tested) as child
left join (select distinct item_id as parent_key from _physical.gold__inventory__r20260101_000000_000_aaaa) as parent on child.item_id = parent.parent_key
where child.item_id is not null and parent.parent_key is null
group by child.item_id;
