with

vendors as (
    select * from cleaned.vendor
),

members as (
    select
        -1 as vendor_id,
        'Unknown' as vendor_name,
        'Unknown' as region,
        cast(null as timestamp) as joined_at,
        cast(null as timestamp) as archived_at
    union all
    select
        vendor_id,
        vendor_name,
        region,
        joined_at,
        archived_at
    from vendors
),

final as (
    select
        cast(vendor_id as integer) as vendor_id,
        cast(vendor_name as varchar(100)) as vendor_name,
        cast(region as varchar(100)) as region,
        cast(joined_at as timestamp) as joined_at,
        cast(archived_at as timestamp) as archived_at
    from members
)

select * from final
