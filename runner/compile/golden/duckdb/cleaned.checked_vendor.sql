with

source_rows as (
    select * from "raw".vendor
),

latest_rows as (
    select *
    from (
        select
            *,
            row_number() over (
                partition by row_key
                order by updated_at desc nulls last, _extracted_at, vendor_name, region, joined_at, archived_at
            ) as version_rank
        from (
            select
                *,
                case when id is null then 'no key ' || md5(coalesce(cast(id as varchar(65535)), '') || '|' || coalesce(cast(vendor_name as varchar(65535)), '') || '|' || coalesce(cast(region as varchar(65535)), '') || '|' || coalesce(cast(joined_at as varchar(65535)), '') || '|' || coalesce(cast(archived_at as varchar(65535)), '')) else cast(id as varchar(65535)) end as row_key
            from source_rows
        ) as keyed_rows
    ) as ranked_rows
    where version_rank = 1
),

tidied as (
    select
        row_key,
        id as vendor_id,
        nullif(trim(vendor_name, ' ' || chr(9) || chr(10) || chr(13)), '') as vendor_name,
        upper(nullif(trim(region, ' ' || chr(9) || chr(10) || chr(13)), '')) as region,
        cast(joined_at at time zone 'UTC' as timestamp) as joined_at,
        cast(archived_at at time zone 'UTC' as timestamp) as archived_at,
        cast(updated_at at time zone 'UTC' as timestamp) as updated_at,
        cast(_extracted_at at time zone 'UTC' as timestamp) as loaded_at
    from latest_rows
),

checked as (
    select
        *,
        case
            when vendor_id is null then 'id is missing'
            when vendor_id < 1 then 'id is below 1'
            when vendor_name is null then 'vendor_name is empty'
            when strlen(vendor_name) > 100 then 'vendor_name is longer than 100 bytes'
            when region is null then 'region is empty'
            when strlen(region) > 100 then 'region is longer than 100 bytes'
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
