-- cleaned.checked_transaction: model, view
create view _physical.cleaned__checked__b3ac9d05__r20260101_000000_000_aaaa as
with

source_rows as (
    select * from _physical.raw__transaction__r20260101_000000_000_aaaa
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
            when octet_length(transaction_id) > 36 then 'transaction_id is longer than 36 bytes'
            when created_at is null then 'created_at is missing'
            when kind not in ('sale', 'refund') then 'kind is not known'
            when kind = 'sale' and refers_to_transaction_id is not null then 'refers_to is given for a sale'
            when kind = 'refund' and coalesce(refers_to_transaction_id, '') = '' then 'refers_to is missing'
            when octet_length(refers_to_transaction_id) > 36 then 'refers_to is longer than 36 bytes'
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
with no schema binding;
-- to the lake, when its tests have passed
unload ('select row_key, transaction_id, kind, refers_to_transaction_id, customer_id, total_price, created_at, loaded_at, reject_reason from _physical.cleaned__checked__b3ac9d05__r20260101_000000_000_aaaa order by row_key
')
to 's3://mercado/lake/cleaned/checked_transaction/run=r20260101_000000_000_aaaa/_arriving-part-00000-'
iam_role default
format as parquet
manifest verbose
extension 'parquet'
encrypted auto
maxfilesize 1 gb
parallel off;
-- when its tests have passed, with all others in one transaction
drop view if exists cleaned.checked_transaction;
create view cleaned.checked_transaction as
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
            when octet_length(transaction_id) > 36 then 'transaction_id is longer than 36 bytes'
            when created_at is null then 'created_at is missing'
            when kind not in ('sale', 'refund') then 'kind is not known'
            when kind = 'sale' and refers_to_transaction_id is not null then 'refers_to is given for a sale'
            when kind = 'refund' and coalesce(refers_to_transaction_id, '') = '' then 'refers_to is missing'
            when octet_length(refers_to_transaction_id) > 36 then 'refers_to is longer than 36 bytes'
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
with no schema binding;
drop view if exists _physical.cleaned__checked__b3ac9d05__r20260101_000000_000_aaaa;

-- test.contract.cleaned.checked_transaction: error when this returns rows
select column_name, constraint_name, row_count, longest_bytes
from (
select
    cast(case numbered.constraint_number when 0 then 'reject_reason' end as varchar(127)) as column_name,
    cast(case numbered.constraint_number when 0 then 'varchar(100)' end as varchar(30)) as constraint_name,
    cast(case numbered.constraint_number when 0 then broken_0 end as bigint) as row_count,
    cast(case numbered.constraint_number when 0 then longest_0 end as bigint) as longest_bytes
from (select sum(case when octet_length(reject_reason) > 100 then 1 else 0 end) as broken_0, max(octet_length(reject_reason)) as longest_0 from _physical.cleaned__checked__b3ac9d05__r20260101_000000_000_aaaa) as measured
cross join (select 0 as constraint_number) as numbered
) as counted
where row_count > 0;

-- test.not_null.cleaned.checked_transaction.row_key: error when this returns rows
select row_key, transaction_id, kind, refers_to_transaction_id, customer_id, total_price, created_at, loaded_at, reject_reason
from _physical.cleaned__checked__b3ac9d05__r20260101_000000_000_aaaa
where row_key is null;

-- test.unique.cleaned.checked_transaction.row_key: error when this returns rows
select row_key, count(*) as row_count
from _physical.cleaned__checked__b3ac9d05__r20260101_000000_000_aaaa
where row_key is not null
group by row_key
having count(*) > 1;
