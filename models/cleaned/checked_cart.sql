with

source_rows as (
    select * from {{source "shop.cart"}}
),

latest_rows as (
    {{> latest_version rows="source_rows" key="cart_id" version="updated_at" content="version, expires_at"}}
),

tidied as (
    select
        row_key,
        cart_id,
        version as cart_version,
        timestamp '1970-01-01 00:00:00' + expires_at * interval '1 second' as expires_at,
        {{utc "updated_at"}} as updated_at,
        {{utc "_extracted_at"}} as loaded_at
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
            when {{byte_length "cart_id"}} > 100 then 'cart_id is longer than 100 bytes'
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
