with

source_rows as (
    select * from {{source "oltp.inventory"}}
),

latest_rows as (
    {{> latest_version rows="source_rows" key="id" version="updated_at" content="item_name, category, price, stock, vendor_id, archived_at"}}
),

tidied as (
    select
        row_key,
        id as item_id,
        {{clean_text "item_name"}} as item_name,
        category,
        price,
        stock,
        vendor_id,
        {{utc "archived_at"}} as archived_at,
        {{utc "updated_at"}} as updated_at,
        {{utc "_extracted_at"}} as loaded_at
    from latest_rows
),

checked as (
    select
        *,
        case
            when item_id is null then 'id is missing'
            when item_id < 1 then 'id is below 1'
            when item_name is null then 'item_name is empty'
            when {{byte_length "item_name"}} > 100 then 'item_name is longer than 100 bytes'
            when price is null then 'price is missing'
            when price <= 0 then 'price is not positive'
            when stock is null then 'stock is missing'
            when stock < 0 then 'stock is negative'
            when updated_at is null then 'updated_at is missing'
        end as reject_reason
    from tidied
),

final as (
    select
        cast(row_key as varchar(65535)) as row_key,
        cast(item_id as integer) as item_id,
        cast(item_name as varchar(65535)) as item_name,
        cast(category as integer) as category,
        cast(price as numeric(10,2)) as price,
        cast(stock as integer) as stock,
        cast(vendor_id as integer) as vendor_id,
        cast(archived_at as timestamp) as archived_at,
        cast(updated_at as timestamp) as updated_at,
        cast(loaded_at as timestamp) as loaded_at,
        cast(reject_reason as varchar(100)) as reject_reason
    from checked
)

select * from final
