-- gold.customer: model, table
create table _physical.gold__customer__r20260101_000000_000_aaaa diststyle key distkey (customer_id) as
with

customers as (
    select * from _physical.cleaned__customer__r20260101_000000_000_aaaa
),

members as (
    select
        -1 as customer_id,
        'Unknown' as first_name,
        'Unknown' as last_name,
        cast(null as varchar(100)) as email,
        cast(null as timestamp) as joined_at,
        cast(null as timestamp) as archived_at
    union all
    select
        customer_id,
        first_name,
        last_name,
        email,
        joined_at,
        archived_at
    from customers
),

final as (
    select
        cast(customer_id as integer) as customer_id,
        cast(first_name as varchar(50)) as first_name,
        cast(last_name as varchar(50)) as last_name,
        cast(email as varchar(100)) as email,
        cast(joined_at as timestamp) as joined_at,
        cast(archived_at as timestamp) as archived_at
    from members
)

select * from final;
-- to the lake, when its tests have passed
unload ('select customer_id, first_name, last_name, email, joined_at, archived_at from _physical.gold__customer__r20260101_000000_000_aaaa order by customer_id
')
to 's3://mercado/lake/gold/customer/run=r20260101_000000_000_aaaa/_arriving-part-00000-'
iam_role default
format as parquet
manifest verbose
extension 'parquet'
encrypted auto
maxfilesize 1 gb
parallel off;
-- when its tests have passed, with all others in one transaction
drop view if exists gold.customer;
create view gold.customer as
select customer_id, first_name, last_name, email, joined_at, archived_at from _physical.gold__customer__r20260101_000000_000_aaaa
with no schema binding;

-- test.contract.gold.customer: error when this returns rows
select column_name, constraint_name, row_count, longest_bytes
from (
select
    cast(case numbered.constraint_number when 0 then 'first_name' when 1 then 'last_name' when 2 then 'email' end as varchar(127)) as column_name,
    cast(case numbered.constraint_number when 0 then 'varchar(50)' when 1 then 'varchar(50)' when 2 then 'varchar(100)' end as varchar(30)) as constraint_name,
    cast(case numbered.constraint_number when 0 then broken_0 when 1 then broken_1 when 2 then broken_2 end as bigint) as row_count,
    cast(case numbered.constraint_number when 0 then longest_0 when 1 then longest_1 when 2 then longest_2 end as bigint) as longest_bytes
from (select sum(case when octet_length(first_name) > 50 then 1 else 0 end) as broken_0, max(octet_length(first_name)) as longest_0, sum(case when octet_length(last_name) > 50 then 1 else 0 end) as broken_1, max(octet_length(last_name)) as longest_1, sum(case when octet_length(email) > 100 then 1 else 0 end) as broken_2, max(octet_length(email)) as longest_2 from _physical.gold__customer__r20260101_000000_000_aaaa) as measured
cross join (select 0 as constraint_number union all select 1 as constraint_number union all select 2 as constraint_number) as numbered
) as counted
where row_count > 0;

-- test.equal_totals.gold.customer.cleaned_customer: error when this returns rows
with sides as (
    select count(*) as here_rows, 0 as there_rows
    from (select * from _physical.gold__customer__r20260101_000000_000_aaaa where customer_id <> -1
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

-- test.not_null.gold.customer.customer_id: error when this returns rows
select customer_id, first_name, last_name, email, joined_at, archived_at
from _physical.gold__customer__r20260101_000000_000_aaaa
where customer_id is null;

-- test.not_null.gold.customer.email: error when this returns rows
select customer_id, first_name, last_name, email, joined_at, archived_at
from (select * from _physical.gold__customer__r20260101_000000_000_aaaa where customer_id <> -1
) as tested
where email is null;

-- test.not_null.gold.customer.first_name: error when this returns rows
select customer_id, first_name, last_name, email, joined_at, archived_at
from _physical.gold__customer__r20260101_000000_000_aaaa
where first_name is null;

-- test.not_null.gold.customer.joined_at: error when this returns rows
select customer_id, first_name, last_name, email, joined_at, archived_at
from (select * from _physical.gold__customer__r20260101_000000_000_aaaa where customer_id <> -1
) as tested
where joined_at is null;

-- test.not_null.gold.customer.last_name: error when this returns rows
select customer_id, first_name, last_name, email, joined_at, archived_at
from _physical.gold__customer__r20260101_000000_000_aaaa
where last_name is null;

-- test.row_count.gold.customer: error when this returns rows
select count(*) as row_count
from _physical.gold__customer__r20260101_000000_000_aaaa
having count(*) < 1;

-- test.unique.gold.customer.customer_id: error when this returns rows
select customer_id, count(*) as row_count
from _physical.gold__customer__r20260101_000000_000_aaaa
where customer_id is not null
group by customer_id
having count(*) > 1;
