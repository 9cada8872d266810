-- gold.customer_history: model, table
create table _physical.gold__customer_history__r20260101_000000_000_aaaa__source as
with

customers as (
    select * from _physical.cleaned__customer__r20260101_000000_000_aaaa
),

final as (
    select
        cast(customer_id as integer) as customer_id,
        cast(first_name as varchar(50)) as first_name,
        cast(last_name as varchar(50)) as last_name,
        cast(email as varchar(100)) as email,
        cast(joined_at as timestamp) as joined_at,
        cast(archived_at as timestamp) as archived_at,
        cast(coalesce(updated_at, joined_at) as timestamp) as updated_at
    from customers
)

select * from final;
create table _physical.gold__customer_history__r20260101_000000_000_aaaa__rows as
select customer_id, first_name, last_name, email, joined_at, archived_at, updated_at, snapshot_id, valid_from, valid_to, cast('r20260101_000000_000_aaaa' as varchar(64)) as _run_id
from (
select staged.customer_id, staged.first_name, staged.last_name, staged.email, staged.joined_at, staged.archived_at, staged.updated_at,
    cast(md5(case when staged.customer_id is null then 'n' else 'v' || cast(length(cast(staged.customer_id as varchar(65535))) as varchar(20)) || ':' || cast(staged.customer_id as varchar(65535)) end || case when cast(staged.updated_at as timestamp) is null then 'n' else 'v' || cast(length(cast(cast(staged.updated_at as timestamp) as varchar(65535))) as varchar(20)) || ':' || cast(cast(staged.updated_at as timestamp) as varchar(65535)) end) as varchar(32)) as snapshot_id,
    cast(staged.updated_at as timestamp) as valid_from,
    cast(null as timestamp) as valid_to
from _physical.gold__customer_history__r20260101_000000_000_aaaa__source as staged
) as written;
create view _physical.gold__customer_history__r20260101_000000_000_aaaa as
select customer_id, first_name, last_name, email, joined_at, archived_at, updated_at, snapshot_id, valid_from, valid_to from _physical.gold__customer_history__r20260101_000000_000_aaaa__rows
with no schema binding;
-- to the lake, when its tests have passed
unload ('select customer_id, first_name, last_name, email, joined_at, archived_at, updated_at, snapshot_id, valid_from, valid_to from _physical.gold__customer_history__r20260101_000000_000_aaaa order by snapshot_id
')
to 's3://mercado/lake/gold/customer_history/run=r20260101_000000_000_aaaa/_arriving-part-00000-'
iam_role default
format as parquet
manifest verbose
extension 'parquet'
encrypted auto
maxfilesize 1 gb
parallel off;
-- when its tests have passed, with all others in one transaction
drop view if exists _physical.gold__customer_history__r20260101_000000_000_aaaa;
drop view if exists gold.customer_history;
create view gold.customer_history as
select customer_id, first_name, last_name, email, joined_at, archived_at, updated_at, snapshot_id, valid_from, valid_to from _physical.gold__customer_history__r20260101_000000_000_aaaa__rows
with no schema binding;
drop table if exists _physical.gold__customer_history__r20260101_000000_000_aaaa__source;

-- test.contract.gold.customer_history: error when this returns rows
select column_name, constraint_name, row_count, longest_bytes
from (
select
    cast(case numbered.constraint_number when 0 then 'first_name' when 1 then 'last_name' when 2 then 'email' end as varchar(127)) as column_name,
    cast(case numbered.constraint_number when 0 then 'varchar(50)' when 1 then 'varchar(50)' when 2 then 'varchar(100)' end as varchar(30)) as constraint_name,
    cast(case numbered.constraint_number when 0 then broken_0 when 1 then broken_1 when 2 then broken_2 end as bigint) as row_count,
    cast(case numbered.constraint_number when 0 then longest_0 when 1 then longest_1 when 2 then longest_2 end as bigint) as longest_bytes
from (select sum(case when octet_length(first_name) > 50 then 1 else 0 end) as broken_0, max(octet_length(first_name)) as longest_0, sum(case when octet_length(last_name) > 50 then 1 else 0 end) as broken_1, max(octet_length(last_name)) as longest_1, sum(case when octet_length(email) > 100 then 1 else 0 end) as broken_2, max(octet_length(email)) as longest_2 from _physical.gold__customer_history__r20260101_000000_000_aaaa) as measured
cross join (select 0 as constraint_number union all select 1 as constraint_number union all select 2 as constraint_number) as numbered
) as counted
where row_count > 0;

-- test.equal_totals.gold.customer_history.cleaned_customer: error when this returns rows
with sides as (
    select count(*) as here_rows, 0 as there_rows
    from (select * from _physical.gold__customer_history__r20260101_000000_000_aaaa where valid_to is null
) as tested
    union all
    select 0, count(*)
    from _physical.cleaned__customer__r20260101_000000_000_aaaa
),
compared as (
    select sum(here_rows) as here_rows, sum(there_rows) as there_rows
    from sides
)
select cast('count of rows' as varchar(1000)) as total, cast(here_rows as varchar(50)) as here, cast(there_rows as varchar(50)) as there, cast(here_rows - there_rows as varchar(50)) as difference
from compared
where here_rows <> there_rows;

-- test.not_null.gold.customer_history.customer_id: error when this returns rows
select customer_id, first_name, last_name, email, joined_at, archived_at, updated_at, snapshot_id, valid_from, valid_to
from _physical.gold__customer_history__r20260101_000000_000_aaaa
where customer_id is null;

-- test.not_null.gold.customer_history.email: error when this returns rows
select customer_id, first_name, last_name, email, joined_at, archived_at, updated_at, snapshot_id, valid_from, valid_to
from _physical.gold__customer_history__r20260101_000000_000_aaaa
where email is null;

-- test.not_null.gold.customer_history.first_name: error when this returns rows
select customer_id, first_name, last_name, email, joined_at, archived_at, updated_at, snapshot_id, valid_from, valid_to
from _physical.gold__customer_history__r20260101_000000_000_aaaa
where first_name is null;

-- test.not_null.gold.customer_history.joined_at: error when this returns rows
select customer_id, first_name, last_name, email, joined_at, archived_at, updated_at, snapshot_id, valid_from, valid_to
from _physical.gold__customer_history__r20260101_000000_000_aaaa
where joined_at is null;

-- test.not_null.gold.customer_history.last_name: error when this returns rows
select customer_id, first_name, last_name, email, joined_at, archived_at, updated_at, snapshot_id, valid_from, valid_to
from _physical.gold__customer_history__r20260101_000000_000_aaaa
where last_name is null;

-- test.not_null.gold.customer_history.snapshot_id: error when this returns rows
select customer_id, first_name, last_name, email, joined_at, archived_at, updated_at, snapshot_id, valid_from, valid_to
from _physical.gold__customer_history__r20260101_000000_000_aaaa
where snapshot_id is null;

-- test.not_null.gold.customer_history.updated_at: error when this returns rows
select customer_id, first_name, last_name, email, joined_at, archived_at, updated_at, snapshot_id, valid_from, valid_to
from _physical.gold__customer_history__r20260101_000000_000_aaaa
where updated_at is null;

-- test.relationships.gold.customer_history.customer_id: error when this returns rows
select child.customer_id, count(*) as row_count
from (select customer_id from (select * from _physical.gold__customer_history__r20260101_000000_000_aaaa where valid_to is null
) as tested) as child
left join (select distinct customer_id as parent_key from _physical.gold__customer__r20260101_000000_000_aaaa) as parent on child.customer_id = parent.parent_key
where child.customer_id is not null and parent.parent_key is null
group by child.customer_id;

-- test.snapshot_versions.gold.customer_history: error when this returns rows
select customer_id, snapshot_id, valid_from, valid_to, next_from
from (select customer_id, snapshot_id, valid_from, valid_to, lead(valid_from) over (partition by customer_id order by valid_from, snapshot_id) as next_from from _physical.gold__customer_history__r20260101_000000_000_aaaa) as versions
where valid_from is null or valid_from >= valid_to
    or (next_from is not null and (valid_to is null or valid_to > next_from));

-- test.unique.gold.customer_history.snapshot_id: error when this returns rows
select snapshot_id, count(*) as row_count
from _physical.gold__customer_history__r20260101_000000_000_aaaa
where snapshot_id is not null
group by snapshot_id
having count(*) > 1;
