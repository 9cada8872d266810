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
            when strlen(cart_id) > 100 then 'cart_id is longer than 100 bytes'
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
