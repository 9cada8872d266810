-- gold.customer_history: model, delta
create table _physical.gold__customer_history__r20260102_000000_000_bbbb__source as
with

customers as (
    select * from _physical.cleaned__customer__r20260102_000000_000_bbbb
),

final as (
    select
        cast(customer_id as integer) as customer_id,
        cast(first_name as varchar(50)) as first_name,
        cast(last_name as varchar(50)) as last_name,
        cast(email as varchar(100)) as email,
        cast(joined_at as timestamp) as joined_at,
        cast(archived_at as timestamp) as archived_at,
        cast(coalesce(updated_at, joined_at) as timestamp) as updated_at
    from customers
)

select * from final;
create table _physical.gold__customer_history__r20260102_000000_000_bbbb__delta as
with

latest as (
    select *
    from (
        select published.customer_id, published.first_name, published.last_name, published.email, published.joined_at, published.archived_at, published.updated_at, published.snapshot_id, published.valid_from, published.valid_to,
            case when published.customer_id is null then 'n' else 'v' || cast(length(cast(published.customer_id as varchar(65535))) as varchar(20)) || ':' || cast(published.customer_id as varchar(65535)) end as _snapshot_key,
            row_number() over (
                partition by case when published.customer_id is null then 'n' else 'v' || cast(length(cast(published.customer_id as varchar(65535))) as varchar(20)) || ':' || cast(published.customer_id as varchar(65535)) end
                order by published.valid_from desc nulls last, published.snapshot_id
            ) as _version_rank
        from _physical.gold__customer_history__r20260101_000000_000_aaaa__rows as published
    ) as ranked
    where _version_rank = 1
),

staged as (
    select staged_row.customer_id, staged_row.first_name, staged_row.last_name, staged_row.email, staged_row.joined_at, staged_row.archived_at, staged_row.updated_at, case when staged_row.customer_id is null then 'n' else 'v' || cast(length(cast(staged_row.customer_id as varchar(65535))) as varchar(20)) || ':' || cast(staged_row.customer_id as varchar(65535)) end as _snapshot_key
    from _physical.gold__customer_history__r20260102_000000_000_bbbb__source as staged_row
),

begun as (
    select staged.customer_id, staged.first_name, staged.last_name, staged.email, staged.joined_at, staged.archived_at, staged.updated_at, latest.snapshot_id as _old_id, staged._snapshot_key,
        case when latest.valid_to is null then latest.valid_from else latest.valid_to end as _after,
        case when latest.snapshot_id is null or cast(staged.updated_at as timestamp) > case when latest.valid_to is null then latest.valid_from else latest.valid_to end then cast(staged.updated_at as timestamp) else cast('2026-01-02T00:00:00.000Z' as timestamp) end as _begins
    from staged
    left join latest
        on latest._snapshot_key = staged._snapshot_key
    where latest.snapshot_id is null
        or latest.valid_to is not null
        or (
            staged.updated_at > latest.updated_at
        )
),

-- What begins later than this run, by a clock that is ahead, is followed by nothing before it has begun.
fresh as (
    select *
    from begun
    where _old_id is null or _begins > _after
),

ended as (
    select latest.customer_id, latest.first_name, latest.last_name, latest.email, latest.joined_at, latest.archived_at, latest.updated_at, latest.snapshot_id, latest.valid_from,
        fresh._begins as valid_to
    from latest
    join fresh
        on fresh._snapshot_key = latest._snapshot_key
    where latest.valid_to is null
    union all
    select latest.customer_id, latest.first_name, latest.last_name, latest.email, latest.joined_at, latest.archived_at, latest.updated_at, latest.snapshot_id, latest.valid_from,
        cast('2026-01-02T00:00:00.000Z' as timestamp) as valid_to
    from latest
    left join staged
        on staged._snapshot_key = latest._snapshot_key
    where latest.valid_to is null
        and staged._snapshot_key is null
        and latest.valid_from < cast('2026-01-02T00:00:00.000Z' as timestamp)
)

select ended.customer_id, ended.first_name, ended.last_name, ended.email, ended.joined_at, ended.archived_at, ended.updated_at, ended.snapshot_id, ended.valid_from, ended.valid_to
from ended
union all
select fresh.customer_id, fresh.first_name, fresh.last_name, fresh.email, fresh.joined_at, fresh.archived_at, fresh.updated_at,
    cast(md5(case when fresh.customer_id is null then 'n' else 'v' || cast(length(cast(fresh.customer_id as varchar(65535))) as varchar(20)) || ':' || cast(fresh.customer_id as varchar(65535)) end || case when fresh._begins is null then 'n' else 'v' || cast(length(cast(fresh._begins as varchar(65535))) as varchar(20)) || ':' || cast(fresh._begins as varchar(65535)) end) as varchar(32)) as snapshot_id,
    fresh._begins as valid_from,
    cast(null as timestamp) as valid_to
from fresh;
create view _physical.gold__customer_history__r20260102_000000_000_bbbb as
select customer_id, first_name, last_name, email, joined_at, archived_at, updated_at, snapshot_id, valid_from, valid_to from _physical.gold__customer_history__r20260101_000000_000_aaaa__rows as published
where not exists (select 1 from _physical.gold__customer_history__r20260102_000000_000_bbbb__delta as staged where staged.snapshot_id = published.snapshot_id)
union all
select customer_id, first_name, last_name, email, joined_at, archived_at, updated_at, snapshot_id, valid_from, valid_to from _physical.gold__customer_history__r20260102_000000_000_bbbb__delta
with no schema binding;
-- to the lake, when its tests have passed
unload ('select customer_id, first_name, last_name, email, joined_at, archived_at, updated_at, snapshot_id, valid_from, valid_to from _physical.gold__customer_history__r20260102_000000_000_bbbb order by snapshot_id
')
to 's3://mercado/lake/gold/customer_history/run=r20260102_000000_000_bbbb/_arriving-part-00000-'
iam_role default
format as parquet
manifest verbose
extension 'parquet'
encrypted auto
maxfilesize 1 gb
parallel off;
-- when its tests have passed, with all others in one transaction
drop view if exists _physical.gold__customer_history__r20260102_000000_000_bbbb;
create table _physical.gold__customer_history__r20260102_000000_000_bbbb__undo as
select customer_id, first_name, last_name, email, joined_at, archived_at, updated_at, snapshot_id, valid_from, valid_to, _run_id from _physical.gold__customer_history__r20260101_000000_000_aaaa__rows
where exists (select 1 from _physical.gold__customer_history__r20260102_000000_000_bbbb__delta as staged where staged.snapshot_id = _physical.gold__customer_history__r20260101_000000_000_aaaa__rows.snapshot_id);
delete from _physical.gold__customer_history__r20260101_000000_000_aaaa__rows
where exists (select 1 from _physical.gold__customer_history__r20260102_000000_000_bbbb__delta as staged where staged.snapshot_id = _physical.gold__customer_history__r20260101_000000_000_aaaa__rows.snapshot_id);
insert into _physical.gold__customer_history__r20260101_000000_000_aaaa__rows (customer_id, first_name, last_name, email, joined_at, archived_at, updated_at, snapshot_id, valid_from, valid_to, _run_id)
select customer_id, first_name, last_name, email, joined_at, archived_at, updated_at, snapshot_id, valid_from, valid_to, cast('r20260102_000000_000_bbbb' as varchar(64)) from _physical.gold__customer_history__r20260102_000000_000_bbbb__delta;
drop table if exists _physical.gold__customer_history__r20260102_000000_000_bbbb__delta;
drop table if exists _physical.gold__customer_history__r20260102_000000_000_bbbb__source;
