-- cleaned.checked_inventory: model, view
create view _physical.cleaned__checked_inventory__r20260101_000000_000_aaaa as
with

source_rows as (
    select * from _physical.raw__inventory__r20260101_000000_000_aaaa
),

latest_rows as (
    select *
    from (
        select
            *,
            row_number() over (
                partition by row_key
                order by updated_at desc nulls last, _extracted_at, item_name, category, price, stock, vendor_id, archived_at
            ) as version_rank
        from (
            select
                *,
                case when id is null then 'no key ' || md5(coalesce(cast(id as varchar(65535)), '') || '|' || coalesce(cast(item_name as varchar(65535)), '') || '|' || coalesce(cast(category as varchar(65535)), '') || '|' || coalesce(cast(price as varchar(65535)), '') || '|' || coalesce(cast(stock as varchar(65535)), '') || '|' || coalesce(cast(vendor_id as varchar(65535)), '') || '|' || coalesce(cast(archived_at as varchar(65535)), '')) else cast(id as varchar(65535)) end as row_key
            from source_rows
        ) as keyed_rows
    ) as ranked_rows
    where version_rank = 1
),

tidied as (
    select
        row_key,
        id as item_id,
        nullif(btrim(item_name, ' ' || chr(9) || chr(10) || chr(13)), '') as item_name,
        category,
        price,
        stock,
        vendor_id,
        cast(archived_at at time zone 'UTC' as timestamp) as archived_at,
        cast(updated_at at time zone 'UTC' as timestamp) as updated_at,
        cast(_extracted_at at time zone 'UTC' as timestamp) as loaded_at
    from latest_rows
),

checked as (
    select
        *,
        case
            when item_id is null then 'id is missing'
            when item_id < 1 then 'id is below 1'
            when item_name is null then 'item_name is empty'
            when octet_length(item_name) > 100 then 'item_name is longer than 100 bytes'
            when price is null then 'price is missing'
            when price <= 0 then 'price is not positive'
            when stock is null then 'stock is missing'
            when stock < 0 then 'stock is negative'
            when updated_at is null then 'updated_at is missing'
        end as reject_reason
    from tidied
),

final as (
    select
        cast(row_key as varchar(65535)) as row_key,
        cast(item_id as integer) as item_id,
        cast(item_name as varchar(65535)) as item_name,
        cast(category as integer) as category,
        cast(price as numeric(10,2)) as price,
        cast(stock as integer) as stock,
        cast(vendor_id as integer) as vendor_id,
        cast(archived_at as timestamp) as archived_at,
        cast(updated_at as timestamp) as updated_at,
        cast(loaded_at as timestamp) as loaded_at,
        cast(reject_reason as varchar(100)) as reject_reason
    from checked
)

select * from final
with no schema binding;
-- to the lake, when its tests have passed
unload ('select row_key, item_id, item_name, category, price, stock, vendor_id, archived_at, updated_at, loaded_at, reject_reason from _physical.cleaned__checked_inventory__r20260101_000000_000_aaaa order by row_key
')
to 's3://mercado/lake/cleaned/checked_inventory/run=r20260101_000000_000_aaaa/_arriving-part-00000-'
iam_role default
format as parquet
manifest verbose
extension 'parquet'
encrypted auto
maxfilesize 1 gb
parallel off;
-- when its tests have passed, with all others in one transaction
drop view if exists cleaned.checked_inventory;
create view cleaned.checked_inventory as
with

source_rows as (
    select * from "raw".inventory
),

latest_rows as (
    select *
    from (
        select
            *,
            row_number() over (
                partition by row_key
                order by updated_at desc nulls last, _extracted_at, item_name, category, price, stock, vendor_id, archived_at
            ) as version_rank
        from (
            select
                *,
                case when id is null then 'no key ' || md5(coalesce(cast(id as varchar(65535)), '') || '|' || coalesce(cast(item_name as varchar(65535)), '') || '|' || coalesce(cast(category as varchar(65535)), '') || '|' || coalesce(cast(price as varchar(65535)), '') || '|' || coalesce(cast(stock as varchar(65535)), '') || '|' || coalesce(cast(vendor_id as varchar(65535)), '') || '|' || coalesce(cast(archived_at as varchar(65535)), '')) else cast(id as varchar(65535)) end as row_key
            from source_rows
        ) as keyed_rows
    ) as ranked_rows
    where version_rank = 1
),

tidied as (
    select
        row_key,
        id as item_id,
        nullif(btrim(item_name, ' ' || chr(9) || chr(10) || chr(13)), '') as item_name,
        category,
        price,
        stock,
        vendor_id,
        cast(archived_at at time zone 'UTC' as timestamp) as archived_at,
        cast(updated_at at time zone 'UTC' as timestamp) as updated_at,
        cast(_extracted_at at time zone 'UTC' as timestamp) as loaded_at
    from latest_rows
),

checked as (
    select
        *,
        case
            when item_id is null then 'id is missing'
            when item_id < 1 then 'id is below 1'
            when item_name is null then 'item_name is empty'
            when octet_length(item_name) > 100 then 'item_name is longer than 100 bytes'
            when price is null then 'price is missing'
            when price <= 0 then 'price is not positive'
            when stock is null then 'stock is missing'
            when stock < 0 then 'stock is negative'
            when updated_at is null then 'updated_at is missing'
        end as reject_reason
    from tidied
),

final as (
    select
        cast(row_key as varchar(65535)) as row_key,
        cast(item_id as integer) as item_id,
        cast(item_name as varchar(65535)) as item_name,
        cast(category as integer) as category,
        cast(price as numeric(10,2)) as price,
        cast(stock as integer) as stock,
        cast(vendor_id as integer) as vendor_id,
        cast(archived_at as timestamp) as archived_at,
        cast(updated_at as timestamp) as updated_at,
        cast(loaded_at as timestamp) as loaded_at,
        cast(reject_reason as varchar(100)) as reject_reason
    from checked
)

select * from final
with no schema binding;
drop view if exists _physical.cleaned__checked_inventory__r20260101_000000_000_aaaa;

-- test.contract.cleaned.checked_inventory: error when this returns rows
select column_name, constraint_name, row_count, longest_bytes
from (
select
    cast(case numbered.constraint_number when 0 then 'reject_reason' end as varchar(127)) as column_name,
    cast(case numbered.constraint_number when 0 then 'varchar(100)' end as varchar(30)) as constraint_name,
    cast(case numbered.constraint_number when 0 then broken_0 end as bigint) as row_count,
    cast(case numbered.constraint_number when 0 then longest_0 end as bigint) as longest_bytes
from (select sum(case when octet_length(reject_reason) > 100 then 1 else 0 end) as broken_0, max(octet_length(reject_reason)) as longest_0 from _physical.cleaned__checked_inventory__r20260101_000000_000_aaaa) as measured
cross join (select 0 as constraint_number) as numbered
) as counted
where row_count > 0;

-- test.equal_totals.cleaned.checked_inventory.oltp_inventory: error when these are not the control totals of raw.inventory
select count(*) as row_count, cast(coalesce(sum(price), 0) as varchar(50)) as total_1, cast(coalesce(sum(stock), 0) as varchar(50)) as total_2
from _physical.cleaned__checked_inventory__r20260101_000000_000_aaaa;

-- test.not_null.cleaned.checked_inventory.row_key: error when this returns rows
select row_key, item_id, item_name, category, price, stock, vendor_id, archived_at, updated_at, loaded_at, reject_reason
from _physical.cleaned__checked_inventory__r20260101_000000_000_aaaa
where row_key is null;

-- test.unique.cleaned.checked_inventory.row_key: error when this returns rows
select row_key, count(*) as row_count
from _physical.cleaned__checked_inventory__r20260101_000000_000_aaaa
where row_key is not null
group by row_key
having count(*) > 1;
