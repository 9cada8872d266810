-- gold.inventory_history: model, delta
create table _physical.gold__inventory_history__r20260102_000000_000_bbbb__source as
with

items as (
    select * from _physical.cleaned__inventory__r20260102_000000_000_bbbb
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
create table _physical.gold__inventory_history__r20260102_000000_000_bbbb__delta as
with

latest as (
    select *
    from (
        select published.item_id, published.item_name, published.category, published.price, published.stock, published.vendor_id, published.archived_at, published.snapshot_id, published.valid_from, published.valid_to,
            case when published.item_id is null then 'n' else 'v' || cast(length(cast(published.item_id as varchar(65535))) as varchar(20)) || ':' || cast(published.item_id as varchar(65535)) end as _snapshot_key,
            row_number() over (
                partition by case when published.item_id is null then 'n' else 'v' || cast(length(cast(published.item_id as varchar(65535))) as varchar(20)) || ':' || cast(published.item_id as varchar(65535)) end
                order by published.valid_from desc nulls last, published.snapshot_id
            ) as _version_rank
        from _physical.gold__inventory_history__r20260101_000000_000_aaaa__rows as published
    ) as ranked
    where _version_rank = 1
),

staged as (
    select staged_row.item_id, staged_row.item_name, staged_row.category, staged_row.price, staged_row.stock, staged_row.vendor_id, staged_row.archived_at, case when staged_row.item_id is null then 'n' else 'v' || cast(length(cast(staged_row.item_id as varchar(65535))) as varchar(20)) || ':' || cast(staged_row.item_id as varchar(65535)) end as _snapshot_key
    from _physical.gold__inventory_history__r20260102_000000_000_bbbb__source as staged_row
),

begun as (
    select staged.item_id, staged.item_name, staged.category, staged.price, staged.stock, staged.vendor_id, staged.archived_at, latest.snapshot_id as _old_id, staged._snapshot_key,
        case when latest.valid_to is null then latest.valid_from else latest.valid_to end as _after,
        cast('2026-01-02T00:00:00.000Z' as timestamp) as _begins
    from staged
    left join latest
        on latest._snapshot_key = staged._snapshot_key
    where latest.snapshot_id is null
        or latest.valid_to is not null
        or (
            coalesce(staged.item_name <> latest.item_name, false) or (staged.item_name is null and latest.item_name is not null) or (staged.item_name is not null and latest.item_name is null)
            or coalesce(staged.category <> latest.category, false) or (staged.category is null and latest.category is not null) or (staged.category is not null and latest.category is null)
            or coalesce(staged.price <> latest.price, false) or (staged.price is null and latest.price is not null) or (staged.price is not null and latest.price is null)
            or coalesce(staged.stock <> latest.stock, false) or (staged.stock is null and latest.stock is not null) or (staged.stock is not null and latest.stock is null)
            or coalesce(staged.vendor_id <> latest.vendor_id, false) or (staged.vendor_id is null and latest.vendor_id is not null) or (staged.vendor_id is not null and latest.vendor_id is null)
            or coalesce(staged.archived_at <> latest.archived_at, false) or (staged.archived_at is null and latest.archived_at is not null) or (staged.archived_at is not null and latest.archived_at is null)
        )
),

-- What begins later than this run, by a clock that is ahead, is followed by nothing before it has begun.
fresh as (
    select *
    from begun
    where _old_id is null or _begins > _after
),

ended as (
    select latest.item_id, latest.item_name, latest.category, latest.price, latest.stock, latest.vendor_id, latest.archived_at, latest.snapshot_id, latest.valid_from,
        fresh._begins as valid_to
    from latest
    join fresh
        on fresh._snapshot_key = latest._snapshot_key
    where latest.valid_to is null
    union all
    select latest.item_id, latest.item_name, latest.category, latest.price, latest.stock, latest.vendor_id, latest.archived_at, latest.snapshot_id, latest.valid_from,
        cast('2026-01-02T00:00:00.000Z' as timestamp) as valid_to
    from latest
    left join staged
        on staged._snapshot_key = latest._snapshot_key
    where latest.valid_to is null
        and staged._snapshot_key is null
        and latest.valid_from < cast('2026-01-02T00:00:00.000Z' as timestamp)
)

select ended.item_id, ended.item_name, ended.category, ended.price, ended.stock, ended.vendor_id, ended.archived_at, ended.snapshot_id, ended.valid_from, ended.valid_to
from ended
union all
select fresh.item_id, fresh.item_name, fresh.category, fresh.price, fresh.stock, fresh.vendor_id, fresh.archived_at,
    cast(md5(case when fresh.item_id is null then 'n' else 'v' || cast(length(cast(fresh.item_id as varchar(65535))) as varchar(20)) || ':' || cast(fresh.item_id as varchar(65535)) end || case when fresh._begins is null then 'n' else 'v' || cast(length(cast(fresh._begins as varchar(65535))) as varchar(20)) || ':' || cast(fresh._begins as varchar(65535)) end) as varchar(32)) as snapshot_id,
    fresh._begins as valid_from,
    cast(null as timestamp) as valid_to
from fresh;
create view _physical.gold__inventory_history__r20260102_000000_000_bbbb as
select item_id, item_name, category, price, stock, vendor_id, archived_at, snapshot_id, valid_from, valid_to from _physical.gold__inventory_history__r20260101_000000_000_aaaa__rows as published
where not exists (select 1 from _physical.gold__inventory_history__r20260102_000000_000_bbbb__delta as staged where staged.snapshot_id = published.snapshot_id)
union all
select item_id, item_name, category, price, stock, vendor_id, archived_at, snapshot_id, valid_from, valid_to from _physical.gold__inventory_history__r20260102_000000_000_bbbb__delta
with no schema binding;
-- to the lake, when its tests have passed
unload ('select item_id, item_name, category, price, stock, vendor_id, archived_at, snapshot_id, valid_from, valid_to from _physical.gold__inventory_history__r20260102_000000_000_bbbb order by snapshot_id
')
to 's3://mercado/lake/gold/inventory_history/run=r20260102_000000_000_bbbb/_arriving-part-00000-'
iam_role default
format as parquet
manifest verbose
extension 'parquet'
encrypted auto
maxfilesize 1 gb
parallel off;
-- when its tests have passed, with all others in one transaction
drop view if exists _physical.gold__inventory_history__r20260102_000000_000_bbbb;
create table _physical.gold__inventory_history__r20260102_000000_000_bbbb__undo as
select item_id, item_name, category, price, stock, vendor_id, archived_at, snapshot_id, valid_from, valid_to, _run_id from _physical.gold__inventory_history__r20260101_000000_000_aaaa__rows
where exists (select 1 from _physical.gold__inventory_history__r20260102_000000_000_bbbb__delta as staged where staged.snapshot_id = _physical.gold__inventory_history__r20260101_000000_000_aaaa__rows.snapshot_id);
delete from _physical.gold__inventory_history__r20260101_000000_000_aaaa__rows
where exists (select 1 from _physical.gold__inventory_history__r20260102_000000_000_bbbb__delta as staged where staged.snapshot_id = _physical.gold__inventory_history__r20260101_000000_000_aaaa__rows.snapshot_id);
insert into _physical.gold__inventory_history__r20260101_000000_000_aaaa__rows (item_id, item_name, category, price, stock, vendor_id, archived_at, snapshot_id, valid_from, valid_to, _run_id)
select item_id, item_name, category, price, stock, vendor_id, archived_at, snapshot_id, valid_from, valid_to, cast('r20260102_000000_000_bbbb' as varchar(64)) from _physical.gold__inventory_history__r20260102_000000_000_bbbb__delta;
drop table if exists _physical.gold__inventory_history__r20260102_000000_000_bbbb__delta;
drop table if exists _physical.gold__inventory_history__r20260102_000000_000_bbbb__source;
