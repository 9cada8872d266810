-- cleaned.checked_cart: model, view
create view _physical.cleaned__checked_cart__r20260101_000000_000_aaaa as
with

source_rows as (
    select * from _physical.raw__cart__r20260101_000000_000_aaaa
),

latest_rows as (
    select *
    from (
        select
            *,
            row_number() over (
                partition by row_key
                order by updated_at desc nulls last, _extracted_at, version, expires_at
            ) as version_rank
        from (
            select
                *,
                case when cart_id is null then 'no key ' || md5(coalesce(cast(cart_id as varchar(65535)), '') || '|' || coalesce(cast(version as varchar(65535)), '') || '|' || coalesce(cast(expires_at as varchar(65535)), '')) else cast(cart_id as varchar(65535)) end as row_key
            from source_rows
        ) as keyed_rows
    ) as ranked_rows
    where version_rank = 1
),

tidied as (
    select
        row_key,
        cart_id,
        version as cart_version,
        timestamp '1970-01-01 00:00:00' + expires_at * interval '1 second' as expires_at,
        cast(updated_at at time zone 'UTC' as timestamp) as updated_at,
        cast(_extracted_at at time zone 'UTC' as timestamp) as loaded_at
    from latest_rows
),

owned as (
    select
        *,
        case
            when cart_id similar to 'USER#[0-9]{1,9}' then cast(split_part(cart_id, '#', 2) as integer)
        end as customer_id
    from tidied
),

checked as (
    select
        *,
        case
            when coalesce(cart_id, '') = '' then 'cart_id is missing'
            when octet_length(cart_id) > 100 then 'cart_id is longer than 100 bytes'
            when updated_at is null then 'updated_at is missing'
        end as reject_reason
    from owned
),

final as (
    select
        cast(row_key as varchar(65535)) as row_key,
        cast(cart_id as varchar(65535)) as cart_id,
        cast(customer_id as integer) as customer_id,
        cast(cart_version as integer) as cart_version,
        cast(expires_at as timestamp) as expires_at,
        cast(updated_at as timestamp) as updated_at,
        cast(loaded_at as timestamp) as loaded_at,
        cast(reject_reason as varchar(100)) as reject_reason
    from checked
)

select * from final
with no schema binding;
-- to the lake, when its tests have passed
unload ('select row_key, cart_id, customer_id, cart_version, expires_at, updated_at, loaded_at, reject_reason from _physical.cleaned__checked_cart__r20260101_000000_000_aaaa order by row_key
')
to 's3://mercado/lake/cleaned/checked_cart/run=r20260101_000000_000_aaaa/_arriving-part-00000-'
iam_role default
format as parquet
manifest verbose
extension 'parquet'
encrypted auto
maxfilesize 1 gb
parallel off;
-- when its tests have passed, with all others in one transaction
drop view if exists cleaned.checked_cart;
create view cleaned.checked_cart as
with

source_rows as (
    select * from "raw".cart
),

latest_rows as (
    select *
    from (
        select
            *,
            row_number() over (
                partition by row_key
                order by updated_at desc nulls last, _extracted_at, version, expires_at
            ) as version_rank
        from (
            select
                *,
                case when cart_id is null then 'no key ' || md5(coalesce(cast(cart_id as varchar(65535)), '') || '|' || coalesce(cast(version as varchar(65535)), '') || '|' || coalesce(cast(expires_at as varchar(65535)), '')) else cast(cart_id as varchar(65535)) end as row_key
            from source_rows
        ) as keyed_rows
    ) as ranked_rows
    where version_rank = 1
),

tidied as (
    select
        row_key,
        cart_id,
        version as cart_version,
        timestamp '1970-01-01 00:00:00' + expires_at * interval '1 second' as expires_at,
        cast(updated_at at time zone 'UTC' as timestamp) as updated_at,
        cast(_extracted_at at time zone 'UTC' as timestamp) as loaded_at
    from latest_rows
),

owned as (
    select
        *,
        case
            when cart_id similar to 'USER#[0-9]{1,9}' then cast(split_part(cart_id, '#', 2) as integer)
        end as customer_id
    from tidied
),

checked as (
    select
        *,
        case
            when coalesce(cart_id, '') = '' then 'cart_id is missing'
            when octet_length(cart_id) > 100 then 'cart_id is longer than 100 bytes'
            when updated_at is null then 'updated_at is missing'
        end as reject_reason
    from owned
),

final as (
    select
        cast(row_key as varchar(65535)) as row_key,
        cast(cart_id as varchar(65535)) as cart_id,
        cast(customer_id as integer) as customer_id,
        cast(cart_version as integer) as cart_version,
        cast(expires_at as timestamp) as expires_at,
        cast(updated_at as timestamp) as updated_at,
        cast(loaded_at as timestamp) as loaded_at,
        cast(reject_reason as varchar(100)) as reject_reason
    from checked
)

select * from final
with no schema binding;
drop view if exists _physical.cleaned__checked_cart__r20260101_000000_000_aaaa;

-- test.contract.cleaned.checked_cart: error when this returns rows
select column_name, constraint_name, row_count, longest_bytes
from (
select
    cast(case numbered.constraint_number when 0 then 'reject_reason' end as varchar(127)) as column_name,
    cast(case numbered.constraint_number when 0 then 'varchar(100)' end as varchar(30)) as constraint_name,
    cast(case numbered.constraint_number when 0 then broken_0 end as bigint) as row_count,
    cast(case numbered.constraint_number when 0 then longest_0 end as bigint) as longest_bytes
from (select sum(case when octet_length(reject_reason) > 100 then 1 else 0 end) as broken_0, max(octet_length(reject_reason)) as longest_0 from _physical.cleaned__checked_cart__r20260101_000000_000_aaaa) as measured
cross join (select 0 as constraint_number) as numbered
) as counted
where row_count > 0;

-- test.equal_totals.cleaned.checked_cart.shop_cart: error when these are not the control totals of raw.cart
select count(*) as row_count, cast(coalesce(sum(cart_version), 0) as varchar(50)) as total_1
from _physical.cleaned__checked_cart__r20260101_000000_000_aaaa;

-- test.not_null.cleaned.checked_cart.row_key: error when this returns rows
select row_key, cart_id, customer_id, cart_version, expires_at, updated_at, loaded_at, reject_reason
from _physical.cleaned__checked_cart__r20260101_000000_000_aaaa
where row_key is null;

-- test.unique.cleaned.checked_cart.row_key: error when this returns rows
select row_key, count(*) as row_count
from _physical.cleaned__checked_cart__r20260101_000000_000_aaaa
where row_key is not null
group by row_key
having count(*) > 1;
