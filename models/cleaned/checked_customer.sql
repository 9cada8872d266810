with

source_rows as (
    select * from {{source "oltp.customer"}}
),

latest_rows as (
    {{> latest_version rows="source_rows" key="id" version="updated_at" content="first_name, last_name, email, joined_at, archived_at"}}
),

tidied as (
    select
        row_key,
        id as customer_id,
        {{clean_text "first_name"}} as first_name,
        {{clean_text "last_name"}} as last_name,
        lower({{clean_text "email"}}) as email,
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
            when customer_id is null then 'id is missing'
            when customer_id < 1 then 'id is below 1'
            when first_name is null then 'first_name is empty'
            when {{byte_length "first_name"}} > 50 then 'first_name is longer than 50 bytes'
            when last_name is null then 'last_name is empty'
            when {{byte_length "last_name"}} > 50 then 'last_name is longer than 50 bytes'
            when email is null then 'email is empty'
            when email not like '%_@_%' then 'email is no address'
            when {{byte_length "email"}} > 100 then 'email is longer than 100 bytes'
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
