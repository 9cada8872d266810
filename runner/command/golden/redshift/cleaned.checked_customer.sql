-- cleaned.checked_customer: model, view
create view _physical.cleaned__checked_customer__r20260101_000000_000_aaaa as
with

source_rows as (
    select * from _physical.raw__customer__r20260101_000000_000_aaaa
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
with no schema binding;
-- to the lake, when its tests have passed
unload ('select row_key, customer_id, first_name, last_name, email, joined_at, archived_at, updated_at, loaded_at, reject_reason from _physical.cleaned__checked_customer__r20260101_000000_000_aaaa order by row_key
')
to 's3://mercado/lake/cleaned/checked_customer/run=r20260101_000000_000_aaaa/_arriving-part-00000-'
iam_role default
format as parquet
manifest verbose
extension 'parquet'
encrypted auto
maxfilesize 1 gb
parallel off;
-- when its tests have passed, with all others in one transaction
drop view if exists cleaned.checked_customer;
create view cleaned.checked_customer as
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
with no schema binding;
drop view if exists _physical.cleaned__checked_customer__r20260101_000000_000_aaaa;

-- test.contract.cleaned.checked_customer: error when this returns rows
select column_name, constraint_name, row_count, longest_bytes
from (
select
    cast(case numbered.constraint_number when 0 then 'reject_reason' end as varchar(127)) as column_name,
    cast(case numbered.constraint_number when 0 then 'varchar(100)' end as varchar(30)) as constraint_name,
    cast(case numbered.constraint_number when 0 then broken_0 end as bigint) as row_count,
    cast(case numbered.constraint_number when 0 then longest_0 end as bigint) as longest_bytes
from (select sum(case when octet_length(reject_reason) > 100 then 1 else 0 end) as broken_0, max(octet_length(reject_reason)) as longest_0 from _physical.cleaned__checked_customer__r20260101_000000_000_aaaa) as measured
cross join (select 0 as constraint_number) as numbered
) as counted
where row_count > 0;

-- test.equal_totals.cleaned.checked_customer.oltp_customer: error when these are not the control totals of raw.customer
select count(*) as row_count
from _physical.cleaned__checked_customer__r20260101_000000_000_aaaa;

-- test.not_null.cleaned.checked_customer.row_key: error when this returns rows
select row_key, customer_id, first_name, last_name, email, joined_at, archived_at, updated_at, loaded_at, reject_reason
from _physical.cleaned__checked_customer__r20260101_000000_000_aaaa
where row_key is null;

-- test.unique.cleaned.checked_customer.row_key: error when this returns rows
select row_key, count(*) as row_count
from _physical.cleaned__checked_customer__r20260101_000000_000_aaaa
where row_key is not null
group by row_key
having count(*) > 1;

-- test.rejected_rows_are_complete: error when this returns rows
-- cleaned.rejected_row and the checked relations disagree about which rows are rejected.
with

checked_keys as (
    select 'cleaned.customer ' || row_key as row_key
    from _physical.cleaned__checked_customer__r20260101_000000_000_aaaa
    where reject_reason is not null
    union all
    select 'cleaned.vendor ' || row_key as row_key
    from _physical.cleaned__checked_vendor__r20260101_000000_000_aaaa
    where reject_reason is not null
    union all
    select 'cleaned.inventory ' || row_key as row_key
    from _physical.cleaned__checked_inventory__r20260101_000000_000_aaaa
    where reject_reason is not null
    union all
    select 'cleaned.transaction ' || row_key as row_key
    from _physical.cleaned__checked__b3ac9d05__r20260101_000000_000_aaaa
    where reject_reason is not null
    union all
    select 'cleaned.transaction_line ' || row_key as row_key
    from _physical.cleaned__checked__9efa55ca__r20260101_000000_000_aaaa
    where reject_reason is not null
    union all
    select 'cleaned.cart ' || row_key as row_key
    from _physical.cleaned__checked_cart__r20260101_000000_000_aaaa
    where reject_reason is not null
    union all
    select 'cleaned.cart_line ' || row_key as row_key
    from _physical.cleaned__checked_cart_line__r20260101_000000_000_aaaa
    where reject_reason is not null
),

rejected_keys as (
    select relation || ' ' || row_key as row_key
    from _physical.cleaned__rejected_row__r20260101_000000_000_aaaa
),

final as (
    select
        row_key,
        sum(expected_count) as expected_count,
        sum(found_count) as found_count
    from (
        select row_key, 1 as expected_count, 0 as found_count from checked_keys
        union all
        select row_key, 0 as expected_count, 1 as found_count from rejected_keys
    ) as counted_keys
    group by row_key
    having sum(expected_count) <> sum(found_count)
)

select * from final;
