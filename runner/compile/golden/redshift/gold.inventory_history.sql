with

items as (
    select * from cleaned.inventory
),

final as (
    select
        cast(item_id as integer) as item_id,
        cast(item_name as varchar(100)) as item_name,
        cast(category as integer) as category,
        cast(price as numeric(10,2)) as price,
        cast(stock as integer) as stock,
        cast(vendor_id as integer) as vendor_id,
        cast(archived_at as timestamp) as archived_at
    from items
)

select * from final
