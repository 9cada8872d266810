with

checked as (
    select * from cleaned.checked_cart
),

final as (
    select
        cast(cart_id as varchar(100)) as cart_id,
        cast(customer_id as integer) as customer_id,
        cast(cart_version as integer) as cart_version,
        cast(expires_at as timestamp) as expires_at,
        cast(updated_at as timestamp) as updated_at,
        cast(loaded_at as timestamp) as loaded_at
    from checked
    where reject_reason is null
)

select * from final
