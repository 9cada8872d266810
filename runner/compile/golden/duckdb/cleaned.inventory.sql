with

checked as (
    select * from cleaned.checked_inventory
),

final as (
    select
        cast(item_id as integer) as item_id,
        cast(item_name as varchar(100)) as item_name,
        cast(category as integer) as category,
        cast(price as numeric(10,2)) as price,
        cast(stock as integer) as stock,
        cast(vendor_id as integer) as vendor_id,
        cast(archived_at as timestamp) as archived_at,
        cast(updated_at as timestamp) as updated_at,
        cast(loaded_at as timestamp) as loaded_at
    from checked
    where reject_reason is null
)

select * from final
