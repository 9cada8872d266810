with

customers as (
    select * from cleaned.customer
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

select * from final
