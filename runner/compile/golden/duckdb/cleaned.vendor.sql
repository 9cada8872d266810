with

checked as (
    select * from cleaned.checked_vendor
),

final as (
    select
        cast(vendor_id as integer) as vendor_id,
        cast(vendor_name as varchar(100)) as vendor_name,
        cast(region as varchar(100)) as region,
        cast(joined_at as timestamp) as joined_at,
        cast(archived_at as timestamp) as archived_at,
        cast(updated_at as timestamp) as updated_at,
        cast(loaded_at as timestamp) as loaded_at
    from checked
    where reject_reason is null
)

select * from final
