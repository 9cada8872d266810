-- gold.vendor: model, table
create table _physical.gold__vendor__r20260101_000000_000_aaaa as
with

vendors as (
    select * from _physical.cleaned__vendor__r20260101_000000_000_aaaa
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

select * from final;
-- to the lake, when its tests have passed
unload ('select vendor_id, vendor_name, region, joined_at, archived_at from _physical.gold__vendor__r20260101_000000_000_aaaa order by vendor_id
')
to 's3://mercado/lake/gold/vendor/run=r20260101_000000_000_aaaa/_arriving-part-00000-'
iam_role default
format as parquet
manifest verbose
extension 'parquet'
encrypted auto
maxfilesize 1 gb
parallel off;
-- when its tests have passed, with all others in one transaction
drop view if exists gold.vendor;
create view gold.vendor as
select vendor_id, vendor_name, region, joined_at, archived_at from _physical.gold__vendor__r20260101_000000_000_aaaa
with no schema binding;

-- test.contract.gold.vendor: error when this returns rows
select column_name, constraint_name, row_count, longest_bytes
from (
select
    cast(case numbered.constraint_number when 0 then 'vendor_name' when 1 then 'region' end as varchar(127)) as column_name,
    cast(case numbered.constraint_number when 0 then 'varchar(100)' when 1 then 'varchar(100)' end as varchar(30)) as constraint_name,
    cast(case numbered.constraint_number when 0 then broken_0 when 1 then broken_1 end as bigint) as row_count,
    cast(case numbered.constraint_number when 0 then longest_0 when 1 then longest_1 end as bigint) as longest_bytes
from (select sum(case when octet_length(vendor_name) > 100 then 1 else 0 end) as broken_0, max(octet_length(vendor_name)) as longest_0, sum(case when octet_length(region) > 100 then 1 else 0 end) as broken_1, max(octet_length(region)) as longest_1 from _physical.gold__vendor__r20260101_000000_000_aaaa) as measured
cross join (select 0 as constraint_number union all select 1 as constraint_number) as numbered
) as counted
where row_count > 0;

-- test.equal_totals.gold.vendor.cleaned_vendor: error when this returns rows
with sides as (
    select count(*) as here_rows, 0 as there_rows
    from (select * from _physical.gold__vendor__r20260101_000000_000_aaaa where vendor_id <> -1
) as tested
    union all
    select 0, count(*)
    from _physical.cleaned__vendor__r20260101_000000_000_aaaa
),
compared as (
    select sum(here_rows) as here_rows, sum(there_rows) as there_rows
    from sides
)
select cast('count of rows' as varchar(1000)) as total, cast(here_rows as varchar(50)) as here, cast(there_rows as varchar(50)) as there, cast(here_rows - there_rows as varchar(50)) as difference
from compared
where here_rows <> there_rows;

-- test.not_null.gold.vendor.joined_at: error when this returns rows
select vendor_id, vendor_name, region, joined_at, archived_at
from (select * from _physical.gold__vendor__r20260101_000000_000_aaaa where vendor_id <> -1
) as tested
where joined_at is null;

-- test.not_null.gold.vendor.region: error when this returns rows
select vendor_id, vendor_name, region, joined_at, archived_at
from _physical.gold__vendor__r20260101_000000_000_aaaa
where region is null;

-- test.not_null.gold.vendor.vendor_id: error when this returns rows
select vendor_id, vendor_name, region, joined_at, archived_at
from _physical.gold__vendor__r20260101_000000_000_aaaa
where vendor_id is null;

-- test.not_null.gold.vendor.vendor_name: error when this returns rows
select vendor_id, vendor_name, region, joined_at, archived_at
from _physical.gold__vendor__r20260101_000000_000_aaaa
where vendor_name is null;

-- test.row_count.gold.vendor: error when this returns rows
select count(*) as row_count
from _physical.gold__vendor__r20260101_000000_000_aaaa
having count(*) < 1;

-- test.unique.gold.vendor.vendor_id: error when this returns rows
select vendor_id, count(*) as row_count
from _physical.gold__vendor__r20260101_000000_000_aaaa
where vendor_id is not null
group by vendor_id
having count(*) > 1;
