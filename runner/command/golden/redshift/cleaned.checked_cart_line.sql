-- cleaned.checked_cart_line: model, view
create view _physical.cleaned__checked_cart_line__r20260101_000000_000_aaaa as
with

source_rows as (
    select * from _physical.raw__cart_line__r20260101_000000_000_aaaa
),

latest_rows as (
    select *
    from (
        select
            *,
            row_number() over (
                partition by row_key
                order by updated_at desc nulls last, _extracted_at, item_id, vendor_id, qty, unit_price, total_price
            ) as version_rank
        from (
            select
                *,
                case when cart_id is null or line_number is null then 'no key ' || md5(coalesce(cast(cart_id as varchar(65535)), '') || '|' || coalesce(cast(line_number as varchar(65535)), '') || '|' || coalesce(cast(item_id as varchar(65535)), '') || '|' || coalesce(cast(vendor_id as varchar(65535)), '') || '|' || coalesce(cast(qty as varchar(65535)), '') || '|' || coalesce(cast(unit_price as varchar(65535)), '') || '|' || coalesce(cast(total_price as varchar(65535)), '')) else cast(cart_id as varchar(65535)) || '/' || cast(line_number as varchar(65535)) end as row_key
            from source_rows
        ) as keyed_rows
    ) as ranked_rows
    where version_rank = 1
),

tidied as (
    select
        row_key,
        cart_id,
        line_number,
        item_id,
        vendor_id,
        unit_price,
        qty,
        total_price,
        cast(updated_at at time zone 'UTC' as timestamp) as updated_at,
        cast(_extracted_at at time zone 'UTC' as timestamp) as loaded_at
    from latest_rows
),

-- Prices in a cart are what the shopper was shown and may be missing; a sale is priced at checkout.
checked as (
    select
        *,
        case
            when coalesce(cart_id, '') = '' then 'cart_id is missing'
            when octet_length(cart_id) > 100 then 'cart_id is longer than 100 bytes'
            when line_number is null then 'line_number is missing'
            when line_number < 1 then 'line_number is below 1'
            when updated_at is null then 'updated_at is missing'
            when unit_price <= 0 then 'unit_price is not positive'
            when qty is null then 'qty is missing'
            when qty <= 0 then 'qty is not positive'
            when total_price <> unit_price * qty then 'total_price is not qty times unit_price'
        end as reject_reason
    from tidied
),

final as (
    select
        cast(row_key as varchar(65535)) as row_key,
        cast(cart_id as varchar(65535)) as cart_id,
        cast(line_number as integer) as line_number,
        cast(item_id as integer) as item_id,
        cast(vendor_id as integer) as vendor_id,
        cast(unit_price as numeric(10,2)) as unit_price,
        cast(qty as integer) as qty,
        cast(total_price as numeric(18,2)) as total_price,
        cast(updated_at as timestamp) as updated_at,
        cast(loaded_at as timestamp) as loaded_at,
        cast(reject_reason as varchar(100)) as reject_reason
    from checked
)

select * from final
with no schema binding;
-- to the lake, when its tests have passed
unload ('select row_key, cart_id, line_number, item_id, vendor_id, unit_price, qty, total_price, updated_at, loaded_at, reject_reason from _physical.cleaned__checked_cart_line__r20260101_000000_000_aaaa order by row_key
')
to 's3://mercado/lake/cleaned/checked_cart_line/run=r20260101_000000_000_aaaa/_arriving-part-00000-'
iam_role default
format as parquet
manifest verbose
extension 'parquet'
encrypted auto
maxfilesize 1 gb
parallel off;
-- when its tests have passed, with all others in one transaction
drop view if exists cleaned.checked_cart_line;
create view cleaned.checked_cart_line as
with

source_rows as (
    select * from "raw".cart_line
),

latest_rows as (
    select *
    from (
        select
            *,
            row_number() over (
                partition by row_key
                order by updated_at desc nulls last, _extracted_at, item_id, vendor_id, qty, unit_price, total_price
            ) as version_rank
        from (
            select
                *,
                case when cart_id is null or line_number is null then 'no key ' || md5(coalesce(cast(cart_id as varchar(65535)), '') || '|' || coalesce(cast(line_number as varchar(65535)), '') || '|' || coalesce(cast(item_id as varchar(65535)), '') || '|' || coalesce(cast(vendor_id as varchar(65535)), '') || '|' || coalesce(cast(qty as varchar(65535)), '') || '|' || coalesce(cast(unit_price as varchar(65535)), '') || '|' || coalesce(cast(total_price as varchar(65535)), '')) else cast(cart_id as varchar(65535)) || '/' || cast(line_number as varchar(65535)) end as row_key
            from source_rows
        ) as keyed_rows
    ) as ranked_rows
    where version_rank = 1
),

tidied as (
    select
        row_key,
        cart_id,
        line_number,
        item_id,
        vendor_id,
        unit_price,
        qty,
        total_price,
        cast(updated_at at time zone 'UTC' as timestamp) as updated_at,
        cast(_extracted_at at time zone 'UTC' as timestamp) as loaded_at
    from latest_rows
),

-- Prices in a cart are what the shopper was shown and may be missing; a sale is priced at checkout.
checked as (
    select
        *,
        case
            when coalesce(cart_id, '') = '' then 'cart_id is missing'
            when octet_length(cart_id) > 100 then 'cart_id is longer than 100 bytes'
            when line_number is null then 'line_number is missing'
            when line_number < 1 then 'line_number is below 1'
            when updated_at is null then 'updated_at is missing'
            when unit_price <= 0 then 'unit_price is not positive'
            when qty is null then 'qty is missing'
            when qty <= 0 then 'qty is not positive'
            when total_price <> unit_price * qty then 'total_price is not qty times unit_price'
        end as reject_reason
    from tidied
),

final as (
    select
        cast(row_key as varchar(65535)) as row_key,
        cast(cart_id as varchar(65535)) as cart_id,
        cast(line_number as integer) as line_number,
        cast(item_id as integer) as item_id,
        cast(vendor_id as integer) as vendor_id,
        cast(unit_price as numeric(10,2)) as unit_price,
        cast(qty as integer) as qty,
        cast(total_price as numeric(18,2)) as total_price,
        cast(updated_at as timestamp) as updated_at,
        cast(loaded_at as timestamp) as loaded_at,
        cast(reject_reason as varchar(100)) as reject_reason
    from checked
)

select * from final
with no schema binding;
drop view if exists _physical.cleaned__checked_cart_line__r20260101_000000_000_aaaa;

-- test.contract.cleaned.checked_cart_line: error when this returns rows
select column_name, constraint_name, row_count, longest_bytes
from (
select
    cast(case numbered.constraint_number when 0 then 'reject_reason' end as varchar(127)) as column_name,
    cast(case numbered.constraint_number when 0 then 'varchar(100)' end as varchar(30)) as constraint_name,
    cast(case numbered.constraint_number when 0 then broken_0 end as bigint) as row_count,
    cast(case numbered.constraint_number when 0 then longest_0 end as bigint) as longest_bytes
from (select sum(case when octet_length(reject_reason) > 100 then 1 else 0 end) as broken_0, max(octet_length(reject_reason)) as longest_0 from _physical.cleaned__checked_cart_line__r20260101_000000_000_aaaa) as measured
cross join (select 0 as constraint_number) as numbered
) as counted
where row_count > 0;

-- test.equal_totals.cleaned.checked_cart_line.shop_cart_line: error when these are not the control totals of raw.cart_line
select count(*) as row_count, cast(coalesce(sum(qty), 0) as varchar(50)) as total_1, cast(coalesce(sum(unit_price), 0) as varchar(50)) as total_2, cast(coalesce(sum(total_price), 0) as varchar(50)) as total_3
from _physical.cleaned__checked_cart_line__r20260101_000000_000_aaaa;

-- test.not_null.cleaned.checked_cart_line.row_key: error when this returns rows
select row_key, cart_id, line_number, item_id, vendor_id, unit_price, qty, total_price, updated_at, loaded_at, reject_reason
from _physical.cleaned__checked_cart_line__r20260101_000000_000_aaaa
where row_key is null;

-- test.unique.cleaned.checked_cart_line.row_key: error when this returns rows
select row_key, count(*) as row_count
from _physical.cleaned__checked_cart_line__r20260101_000000_000_aaaa
where row_key is not null
group by row_key
having count(*) > 1;
