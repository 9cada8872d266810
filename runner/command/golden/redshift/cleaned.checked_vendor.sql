-- cleaned.checked_vendor: model, view
create view _physical.cleaned__checked_vendor__r20260101_000000_000_aaaa as
with

source_rows as (
    select * from _physical.raw__vendor__r20260101_000000_000_aaaa
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
        nullif(btrim(vendor_name, ' ' || chr(9) || chr(10) || chr(13)), '') as vendor_name,
        upper(nullif(btrim(region, ' ' || chr(9) || chr(10) || chr(13)), '')) as region,
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
            when octet_length(vendor_name) > 100 then 'vendor_name is longer than 100 bytes'
            when region is null then 'region is empty'
            when octet_length(region) > 100 then 'region is longer than 100 bytes'
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
with no schema binding;
-- to the lake, when its tests have passed
unload ('select row_key, vendor_id, vendor_name, region, joined_at, archived_at, updated_at, loaded_at, reject_reason from _physical.cleaned__checked_vendor__r20260101_000000_000_aaaa order by row_key
')
to 's3://mercado/lake/cleaned/checked_vendor/run=r20260101_000000_000_aaaa/_arriving-part-00000-'
iam_role default
format as parquet
manifest verbose
extension 'parquet'
encrypted auto
maxfilesize 1 gb
parallel off;
-- when its tests have passed, with all others in one transaction
drop view if exists cleaned.checked_vendor;
create view cleaned.checked_vendor as
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
        nullif(btrim(vendor_name, ' ' || chr(9) || chr(10) || chr(13)), '') as vendor_name,
        upper(nullif(btrim(region, ' ' || chr(9) || chr(10) || chr(13)), '')) as region,
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
            when octet_length(vendor_name) > 100 then 'vendor_name is longer than 100 bytes'
            when region is null then 'region is empty'
            when octet_length(region) > 100 then 'region is longer than 100 bytes'
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
with no schema binding;
drop view if exists _physical.cleaned__checked_vendor__r20260101_000000_000_aaaa;

-- test.contract.cleaned.checked_vendor: error when this returns rows
select column_name, constraint_name, row_count, longest_bytes
from (
select
    cast(case numbered.constraint_number when 0 then 'reject_reason' end as varchar(127)) as column_name,
    cast(case numbered.constraint_number when 0 then 'varchar(100)' end as varchar(30)) as constraint_name,
    cast(case numbered.constraint_number when 0 then broken_0 end as bigint) as row_count,
    cast(case numbered.constraint_number when 0 then longest_0 end as bigint) as longest_bytes
from (select sum(case when octet_length(reject_reason) > 100 then 1 else 0 end) as broken_0, max(octet_length(reject_reason)) as longest_0 from _physical.cleaned__checked_vendor__r20260101_000000_000_aaaa) as measured
cross join (select 0 as constraint_number) as numbered
) as counted
where row_count > 0;

-- test.equal_totals.cleaned.checked_vendor.oltp_vendor: error when these are not the control totals of raw.vendor
select count(*) as row_count
from _physical.cleaned__checked_vendor__r20260101_000000_000_aaaa;

-- test.not_null.cleaned.checked_vendor.row_key: error when this returns rows
select row_key, vendor_id, vendor_name, region, joined_at, archived_at, updated_at, loaded_at, reject_reason
from _physical.cleaned__checked_vendor__r20260101_000000_000_aaaa
where row_key is null;

-- test.unique.cleaned.checked_vendor.row_key: error when this returns rows
select row_key, count(*) as row_count
from _physical.cleaned__checked_vendor__r20260101_000000_000_aaaa
where row_key is not null
group by row_key
having count(*) > 1;
