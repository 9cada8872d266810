-- cleaned.customer: model, table
create table _physical.cleaned__customer__r20260101_000000_000_aaaa as
with

checked as (
    select * from _physical.cleaned__checked_customer__r20260101_000000_000_aaaa
),

final as (
    select
        cast(customer_id as integer) as customer_id,
        cast(first_name as varchar(50)) as first_name,
        cast(last_name as varchar(50)) as last_name,
        cast(email as varchar(100)) as email,
        cast(joined_at as timestamp) as joined_at,
        cast(archived_at as timestamp) as archived_at,
        cast(updated_at as timestamp) as updated_at,
        cast(loaded_at as timestamp) as loaded_at
    from checked
    where reject_reason is null
)

select * from final;
-- to the lake, when its tests have passed
unload ('select customer_id, first_name, last_name, email, joined_at, archived_at, updated_at, loaded_at from _physical.cleaned__customer__r20260101_000000_000_aaaa order by customer_id
')
to 's3://mercado/lake/cleaned/customer/run=r20260101_000000_000_aaaa/_arriving-part-00000-'
iam_role default
format as parquet
manifest verbose
extension 'parquet'
encrypted auto
maxfilesize 1 gb
parallel off;
-- when its tests have passed, with all others in one transaction
drop view if exists cleaned.customer;
create view cleaned.customer as
select customer_id, first_name, last_name, email, joined_at, archived_at, updated_at, loaded_at from _physical.cleaned__customer__r20260101_000000_000_aaaa
with no schema binding;

-- test.contract.cleaned.customer: error when this returns rows
select column_name, constraint_name, row_count, longest_bytes
from (
select
    cast(case numbered.constraint_number when 0 then 'first_name' when 1 then 'last_name' when 2 then 'email' end as varchar(127)) as column_name,
    cast(case numbered.constraint_number when 0 then 'varchar(50)' when 1 then 'varchar(50)' when 2 then 'varchar(100)' end as varchar(30)) as constraint_name,
    cast(case numbered.constraint_number when 0 then broken_0 when 1 then broken_1 when 2 then broken_2 end as bigint) as row_count,
    cast(case numbered.constraint_number when 0 then longest_0 when 1 then longest_1 when 2 then longest_2 end as bigint) as longest_bytes
from (select sum(case when octet_length(first_name) > 50 then 1 else 0 end) as broken_0, max(octet_length(first_name)) as longest_0, sum(case when octet_length(last_name) > 50 then 1 else 0 end) as broken_1, max(octet_length(last_name)) as longest_1, sum(case when octet_length(email) > 100 then 1 else 0 end) as broken_2, max(octet_length(email)) as longest_2 from _physical.cleaned__customer__r20260101_000000_000_aaaa) as measured
cross join (select 0 as constraint_number union all select 1 as constraint_number union all select 2 as constraint_number) as numbered
) as counted
where row_count > 0;

-- test.expression.cleaned.customer.customer_id_1: error when this returns rows
select customer_id, first_name, last_name, email, joined_at, archived_at, updated_at, loaded_at
from _physical.cleaned__customer__r20260101_000000_000_aaaa
where not coalesce((customer_id >= 1
), false);

-- test.expression.cleaned.customer.email_lower_trim_email: error when this returns rows
select customer_id, first_name, last_name, email, joined_at, archived_at, updated_at, loaded_at
from _physical.cleaned__customer__r20260101_000000_000_aaaa
where not coalesce((email = lower(trim(email))
), false);

-- test.not_null.cleaned.customer.customer_id: error when this returns rows
select customer_id, first_name, last_name, email, joined_at, archived_at, updated_at, loaded_at
from _physical.cleaned__customer__r20260101_000000_000_aaaa
where customer_id is null;

-- test.not_null.cleaned.customer.email: error when this returns rows
select customer_id, first_name, last_name, email, joined_at, archived_at, updated_at, loaded_at
from _physical.cleaned__customer__r20260101_000000_000_aaaa
where email is null;

-- test.not_null.cleaned.customer.first_name: error when this returns rows
select customer_id, first_name, last_name, email, joined_at, archived_at, updated_at, loaded_at
from _physical.cleaned__customer__r20260101_000000_000_aaaa
where first_name is null;

-- test.not_null.cleaned.customer.joined_at: error when this returns rows
select customer_id, first_name, last_name, email, joined_at, archived_at, updated_at, loaded_at
from _physical.cleaned__customer__r20260101_000000_000_aaaa
where joined_at is null;

-- test.not_null.cleaned.customer.last_name: error when this returns rows
select customer_id, first_name, last_name, email, joined_at, archived_at, updated_at, loaded_at
from _physical.cleaned__customer__r20260101_000000_000_aaaa
where last_name is null;

-- test.not_null.cleaned.customer.loaded_at: error when this returns rows
select customer_id, first_name, last_name, email, joined_at, archived_at, updated_at, loaded_at
from _physical.cleaned__customer__r20260101_000000_000_aaaa
where loaded_at is null;

-- test.unique.cleaned.customer.customer_id: error when this returns rows
select customer_id, count(*) as row_count
from _physical.cleaned__customer__r20260101_000000_000_aaaa
where customer_id is not null
group by customer_id
having count(*) > 1;
