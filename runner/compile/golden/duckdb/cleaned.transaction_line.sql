with

checked as (
    select * from cleaned.checked_transaction_line
),

final as (
    select
        cast(transaction_id as varchar(36)) as transaction_id,
        cast(line_number as integer) as line_number,
        cast(kind as varchar(10)) as kind,
        cast(refers_to_transaction_id as varchar(36)) as refers_to_transaction_id,
        cast(refers_to_line_number as integer) as refers_to_line_number,
        cast(item_id as integer) as item_id,
        cast(vendor_id as integer) as vendor_id,
        cast(item_name as varchar(400)) as item_name,
        cast(category as integer) as category,
        cast(unit_price as numeric(10,2)) as unit_price,
        cast(qty as integer) as qty,
        cast(total_price as numeric(18,2)) as total_price,
        cast(created_at as timestamp) as created_at,
        cast(loaded_at as timestamp) as loaded_at
    from checked
    where reject_reason is null
)

select * from final
