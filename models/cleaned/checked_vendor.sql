with

source_rows as (
    select * from {{source "oltp.vendor"}}
),

latest_rows as (
    {{> latest_version rows="source_rows" key="id" version="updated_at" content="vendor_name, region, joined_at, archived_at"}}
),

tidied as (
    select
        row_key,
        id as vendor_id,
        {{clean_text "vendor_name"}} as vendor_name,
        upper({{clean_text "region"}}) as region,
        {{utc "joined_at"}} as joined_at,
        {{utc "archived_at"}} as archived_at,
        {{utc "updated_at"}} as updated_at,
        {{utc "_extracted_at"}} as loaded_at
    from latest_rows
),

checked as (
    select
        *,
        case
            when vendor_id is null then 'id is missing'
            when vendor_id < 1 then 'id is below 1'
            when vendor_name is null then 'vendor_name is empty'
            when {{byte_length "vendor_name"}} > 100 then 'vendor_name is longer than 100 bytes'
            when region is null then 'region is empty'
            when {{byte_length "region"}} > 100 then 'region is longer than 100 bytes'
            when joined_at is null then 'joined_at is missing'
        end as reject_reason
    from tidied
),

final as (
    select
        cast(row_key as varchar(65535)) as row_key,
        cast(vendor_id as integer) as vendor_id,
        cast(vendor_name as varchar(65535)) as vendor_name,
        cast(region as varchar(65535)) as region,
        cast(joined_at as timestamp) as joined_at,
        cast(archived_at as timestamp) as archived_at,
        cast(updated_at as timestamp) as updated_at,
        cast(loaded_at as timestamp) as loaded_at,
        cast(reject_reason as varchar(100)) as reject_reason
    from checked
)

select * from final
