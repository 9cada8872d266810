with

source_rows as (
    select * from "raw".customer
),

latest_rows as (
    select *
    from (
        select
            *,
            row_number() over (
                partition by row_key
                order by updated_at desc nulls last, _extracted_at, first_name, last_name, email, joined_at, archived_at
            ) as version_rank
        from (
            select
                *,
                case when id is null then 'no key ' || md5(coalesce(cast(id as varchar(65535)), '') || '|' || coalesce(cast(first_name as varchar(65535)), '') || '|' || coalesce(cast(last_name as varchar(65535)), '') || '|' || coalesce(cast(email as varchar(65535)), '') || '|' || coalesce(cast(joined_at as varchar(65535)), '') || '|' || coalesce(cast(archived_at as varchar(65535)), '')) else cast(id as varchar(65535)) end as row_key
            from source_rows
        ) as keyed_rows
    ) as ranked_rows
    where version_rank = 1
),

tidied as (
    select
        row_key,
        id as customer_id,
        nullif(btrim(first_name, ' ' || chr(9) || chr(10) || chr(13)), '') as first_name,
        nullif(btrim(last_name, ' ' || chr(9) || chr(10) || chr(13)), '') as last_name,
        lower(nullif(btrim(email, ' ' || chr(9) || chr(10) || chr(13)), '')) as email,
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
            when customer_id is null then 'id is missing'
            when customer_id < 1 then 'id is below 1'
            when first_name is null then 'first_name is empty'
            when octet_length(first_name) > 50 then 'first_name is longer than 50 bytes'
            when last_name is null then 'last_name is empty'
            when octet_length(last_name) > 50 then 'last_name is longer than 50 bytes'
            when email is null then 'email is empty'
            when email not like '%_@_%' then 'email is no address'
            when octet_length(email) > 100 then 'email is longer than 100 bytes'
            when joined_at is null then 'joined_at is missing'
        end as reject_reason
    from tidied
),

final as (
    select
        cast(row_key as varchar(65535)) as row_key,
        cast(customer_id as integer) as customer_id,
        cast(first_name as varchar(65535)) as first_name,
        cast(last_name as varchar(65535)) as last_name,
        cast(email as varchar(65535)) as email,
        cast(joined_at as timestamp) as joined_at,
        cast(archived_at as timestamp) as archived_at,
        cast(updated_at as timestamp) as updated_at,
        cast(loaded_at as timestamp) as loaded_at,
        cast(reject_reason as varchar(100)) as reject_reason
    from checked
)

select * from final
