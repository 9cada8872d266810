with

source_rows as (
    select * from "raw".transaction
),

latest_rows as (
    select *
    from (
        select
            *,
            row_number() over (
                partition by row_key
                order by created_at desc nulls last, _extracted_at, customer_id, total_price, kind, refers_to
            ) as version_rank
        from (
            select
                *,
                case when transaction_id is null then 'no key ' || md5(coalesce(cast(transaction_id as varchar(65535)), '') || '|' || coalesce(cast(customer_id as varchar(65535)), '') || '|' || coalesce(cast(total_price as varchar(65535)), '') || '|' || coalesce(cast(kind as varchar(65535)), '') || '|' || coalesce(cast(refers_to as varchar(65535)), '')) else cast(transaction_id as varchar(65535)) end as row_key
            from source_rows
        ) as keyed_rows
    ) as ranked_rows
    where version_rank = 1
),

tidied as (
    select
        row_key,
        transaction_id,
        customer_id,
        total_price,
        coalesce(kind, 'sale') as kind,
        refers_to as refers_to_transaction_id,
        cast(created_at at time zone 'UTC' as timestamp) as created_at,
        cast(_extracted_at at time zone 'UTC' as timestamp) as loaded_at
    from latest_rows
),

checked as (
    select
        *,
        case
            when coalesce(transaction_id, '') = '' then 'transaction_id is missing'
            when strlen(transaction_id) > 36 then 'transaction_id is longer than 36 bytes'
            when created_at is null then 'created_at is missing'
            when kind not in ('sale', 'refund') then 'kind is not known'
            when kind = 'sale' and refers_to_transaction_id is not null then 'refers_to is given for a sale'
            when kind = 'refund' and coalesce(refers_to_transaction_id, '') = '' then 'refers_to is missing'
            when strlen(refers_to_transaction_id) > 36 then 'refers_to is longer than 36 bytes'
            when total_price is null then 'total_price is missing'
            when kind = 'sale' and total_price <= 0 then 'total_price is not positive'
            when kind = 'refund' and total_price >= 0 then 'total_price is not negative'
        end as reject_reason
    from tidied
),

final as (
    select
        cast(row_key as varchar(65535)) as row_key,
        cast(transaction_id as varchar(65535)) as transaction_id,
        cast(kind as varchar(65535)) as kind,
        cast(refers_to_transaction_id as varchar(65535)) as refers_to_transaction_id,
        cast(customer_id as integer) as customer_id,
        cast(total_price as numeric(18,2)) as total_price,
        cast(created_at as timestamp) as created_at,
        cast(loaded_at as timestamp) as loaded_at,
        cast(reject_reason as varchar(100)) as reject_reason
    from checked
)

select * from final
