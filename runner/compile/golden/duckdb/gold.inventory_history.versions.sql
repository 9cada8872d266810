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
        from _physical.published as published
    ) as ranked
    where _version_rank = 1
),

staged as (
    select staged_row.item_id, staged_row.item_name, staged_row.category, staged_row.price, staged_row.stock, staged_row.vendor_id, staged_row.archived_at, case when staged_row.item_id is null then 'n' else 'v' || cast(length(cast(staged_row.item_id as varchar(65535))) as varchar(20)) || ':' || cast(staged_row.item_id as varchar(65535)) end as _snapshot_key
    from _physical.source as staged_row
),

begun as (
    select staged.item_id, staged.item_name, staged.category, staged.price, staged.stock, staged.vendor_id, staged.archived_at, latest.snapshot_id as _old_id, staged._snapshot_key,
        case when latest.valid_to is null then latest.valid_from else latest.valid_to end as _after,
        cast('2025-03-17' as timestamp) as _begins
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
        cast('2025-03-17' as timestamp) as valid_to
    from latest
    left join staged
        on staged._snapshot_key = latest._snapshot_key
    where latest.valid_to is null
        and staged._snapshot_key is null
        and latest.valid_from < cast('2025-03-17' as timestamp)
)

select ended.item_id, ended.item_name, ended.category, ended.price, ended.stock, ended.vendor_id, ended.archived_at, ended.snapshot_id, ended.valid_from, ended.valid_to
from ended
union all
select fresh.item_id, fresh.item_name, fresh.category, fresh.price, fresh.stock, fresh.vendor_id, fresh.archived_at,
    cast(md5(case when fresh.item_id is null then 'n' else 'v' || cast(length(cast(fresh.item_id as varchar(65535))) as varchar(20)) || ':' || cast(fresh.item_id as varchar(65535)) end || case when fresh._begins is null then 'n' else 'v' || cast(length(cast(fresh._begins as varchar(65535))) as varchar(20)) || ':' || cast(fresh._begins as varchar(65535)) end) as varchar(32)) as snapshot_id,
    fresh._begins as valid_from,
    cast(null as timestamp) as valid_to
from fresh
