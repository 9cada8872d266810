with

customers as (
    select * from cleaned.customer
),

members as (
    select
        -1 as customer_id,
        'Unknown' as first_name,
        'Unknown' as last_name,
        cast(null as varchar(100)) as email,
        cast(null as timestamp) as joined_at,
        cast(null as timestamp) as archived_at
    union all
    select
        customer_id,
        first_name,
        last_name,
        email,
        joined_at,
        archived_at
    from customers
),

final as (
    select
        cast(customer_id as integer) as customer_id,
        cast(first_name as varchar(50)) as first_name,
        cast(last_name as varchar(50)) as last_name,
        cast(email as varchar(100)) as email,
        cast(joined_at as timestamp) as joined_at,
        cast(archived_at as timestamp) as archived_at
    from members
)

select * from final
