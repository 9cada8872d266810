with

checked as (
    select * from cleaned.checked_customer
),

final as (
    select
        cast(customer_id as integer) as customer_id,
        cast(first_name as varchar(50)) as first_name,
        cast(last_name as varchar(50)) as last_name,
        cast(email as varchar(100)) as email,
        cast(joined_at as timestamp) as joined_at,
        cast(archived_at as timestamp) as archived_at,
        cast(updated_at as timestamp) as updated_at,
        cast(loaded_at as timestamp) as loaded_at
    from checked
    where reject_reason is null
)

select * from final
