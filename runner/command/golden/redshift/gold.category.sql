-- gold.category: model, table
create table _physical.gold__category__r20260101_000000_000_aaaa diststyle all as
with

categories as (
    select * from _physical.raw__category__r20260101_000000_000_aaaa
),

members as (
    select
        -1 as category_id,
        'Unknown' as category_name
    union all
    select
        category_id,
        category_name
    from categories
),

final as (
    select
        cast(category_id as integer) as category_id,
        cast(category_name as varchar(100)) as category_name
    from members
)

select * from final;
-- to the lake, when its tests have passed
unload ('select category_id, category_name from _physical.gold__category__r20260101_000000_000_aaaa order by category_id
')
to 's3://mercado/lake/gold/category/run=r20260101_000000_000_aaaa/_arriving-part-00000-'
iam_role default
format as parquet
manifest verbose
extension 'parquet'
encrypted auto
maxfilesize 1 gb
parallel off;
-- when its tests have passed, with all others in one transaction
drop view if exists gold.category;
create view gold.category as
select category_id, category_name from _physical.gold__category__r20260101_000000_000_aaaa
with no schema binding;

-- test.contract.gold.category: error when this returns rows
select column_name, constraint_name, row_count, longest_bytes
from (
select
    cast(case numbered.constraint_number when 0 then 'category_name' end as varchar(127)) as column_name,
    cast(case numbered.constraint_number when 0 then 'varchar(100)' end as varchar(30)) as constraint_name,
    cast(case numbered.constraint_number when 0 then broken_0 end as bigint) as row_count,
    cast(case numbered.constraint_number when 0 then longest_0 end as bigint) as longest_bytes
from (select sum(case when octet_length(category_name) > 100 then 1 else 0 end) as broken_0, max(octet_length(category_name)) as longest_0 from _physical.gold__category__r20260101_000000_000_aaaa) as measured
cross join (select 0 as constraint_number) as numbered
) as counted
where row_count > 0;

-- test.equal_totals.gold.category.raw_category: error when this returns rows
with sides as (
    select count(*) as here_rows, 0 as there_rows
    from (select * from _physical.gold__category__r20260101_000000_000_aaaa where category_id <> -1
) as tested
    union all
    select 0, count(*)
    from _physical.raw__category__r20260101_000000_000_aaaa
),
compared as (
    select sum(here_rows) as here_rows, sum(there_rows) as there_rows
    from sides
)
select cast('count of rows' as varchar(1000)) as total, cast(here_rows as varchar(50)) as here, cast(there_rows as varchar(50)) as there, cast(here_rows - there_rows as varchar(50)) as difference
from compared
where here_rows <> there_rows;

-- test.not_null.gold.category.category_id: error when this returns rows
select category_id, category_name
from _physical.gold__category__r20260101_000000_000_aaaa
where category_id is null;

-- test.not_null.gold.category.category_name: error when this returns rows
select category_id, category_name
from _physical.gold__category__r20260101_000000_000_aaaa
where category_name is null;

-- test.row_count.gold.category: error when this returns rows
select count(*) as row_count
from _physical.gold__category__r20260101_000000_000_aaaa
having count(*) < 2;

-- test.unique.gold.category.category_id: error when this returns rows
select category_id, count(*) as row_count
from _physical.gold__category__r20260101_000000_000_aaaa
where category_id is not null
group by category_id
having count(*) > 1;

-- test.unique.gold.category.category_name: error when this returns rows
select category_name, count(*) as row_count
from _physical.gold__category__r20260101_000000_000_aaaa
where category_name is not null
group by category_name
having count(*) > 1;
