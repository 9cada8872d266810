-- A cart of the source is neither clean nor rejected, or is there twice.
with

source_keys as (
    select distinct coalesce(cast(cart_id as varchar(65535)), 'no key') as row_key
    from {{source "shop.cart"}}
),

kept_keys as (
    select cast(cart_id as varchar(65535)) as row_key
    from {{ref "cleaned.cart"}}
    union all
    select distinct case when row_key like 'no key %' then 'no key' else row_key end as row_key
    from {{ref "cleaned.checked_cart"}}
    where reject_reason is not null
),

final as (
    {{> unequal_keys expected="source_keys" found="kept_keys"}}
)

select * from final
