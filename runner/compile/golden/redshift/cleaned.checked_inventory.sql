with

source_rows as (
    select * from "raw".inventory
),

latest_rows as (
    select *
    from (
        select
            *,
            row_number() over (
                partition by row_key
                order by updated_at desc nulls last, _extracted_at, item_name, category, price, stock, vendor_id, archived_at
            ) as version_rank
        from (
            select
                *,
                case when id is null then 'no key ' || md5(coalesce(cast(id as varchar(65535)), '') || '|' || coalesce(cast(item_name as varchar(65535)), '') || '|' || coalesce(cast(category as varchar(65535)), '') || '|' || coalesce(cast(price as varchar(65535)), '') || '|' || coalesce(cast(stock as varchar(65535)), '') || '|' || coalesce(cast(vendor_id as varchar(65535)), '') || '|' || coalesce(cast(archived_at as varchar(65535)), '')) else cast(id as varchar(65535)) end as row_key
            from source_rows
        ) as keyed_rows
    ) as ranked_rows
    where version_rank = 1
),

tidied as (
    select
        row_key,
        id as item_id,
        nullif(btrim(item_name, ' ' || chr(9) || chr(10) || chr(13)), '') as item_name,
        category,
        price,
        stock,
        vendor_id,
        cast(archived_at at time zone 'UTC' as timestamp) as archived_at,
        cast(updated_at at time zone 'UTC' as timestamp) as updated_at,
        cast(_extracted_at at time zone 'UTC' as timestamp) as loaded_at
    from latest_rows
),

checked as (
    select
        *,
        case
            when item_id is null then 'id is missing'
            when item_id < 1 then 'id is below 1'
            when item_name is null then 'item_name is empty'
            when octet_length(item_name) > 100 then 'item_name is longer than 100 bytes'
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
