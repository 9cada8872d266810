with

items as (
    select * from cleaned.inventory
),

categories as (
    select * from gold.category
),

vendors as (
    select * from gold.vendor
),

members as (
    select
        -1 as item_id,
        'Unknown' as item_name,
        -1 as category,
        cast(null as numeric(10,2)) as price,
        cast(null as integer) as stock,
        cast(null as timestamp) as archived_at,
        cast(null as timestamp) as updated_at,
        -1 as vendor_id
    union all
    select
        items.item_id,
        items.item_name,
        coalesce(categories.category_id, -1) as category,
        items.price,
        items.stock,
        items.archived_at,
        items.updated_at,
        coalesce(vendors.vendor_id, -1) as vendor_id
    from items
    left join categories
        on categories.category_id = items.category
    left join vendors
        on vendors.vendor_id = items.vendor_id
),

final as (
    select
        cast(item_id as integer) as item_id,
        cast(item_name as varchar(100)) as item_name,
        cast(category as integer) as category,
        cast(price as numeric(10,2)) as price,
        cast(stock as integer) as stock,
        cast(archived_at as timestamp) as archived_at,
        cast(updated_at as timestamp) as updated_at,
        cast(vendor_id as integer) as vendor_id
    from members
)

select * from final
