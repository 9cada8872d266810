with

checked as (
    select * from cleaned.checked_transaction
),

final as (
    select
        cast(transaction_id as varchar(36)) as transaction_id,
        cast(kind as varchar(10)) as kind,
        cast(refers_to_transaction_id as varchar(36)) as refers_to_transaction_id,
        cast(customer_id as integer) as customer_id,
        cast(total_price as numeric(18,2)) as total_price,
        cast(created_at as timestamp) as created_at,
        cast(loaded_at as timestamp) as loaded_at
    from checked
    where reject_reason is null
)

select * from final
