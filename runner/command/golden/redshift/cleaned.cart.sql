-- cleaned.cart: model, table
create table _physical.cleaned__cart__r20260101_000000_000_aaaa as
with

checked as (
    select * from _physical.cleaned__checked_cart__r20260101_000000_000_aaaa
),

final as (
    select
        cast(cart_id as varchar(100)) as cart_id,
        cast(customer_id as integer) as customer_id,
        cast(cart_version as integer) as cart_version,
        cast(expires_at as timestamp) as expires_at,
        cast(updated_at as timestamp) as updated_at,
        cast(loaded_at as timestamp) as loaded_at
    from checked
    where reject_reason is null
)

select * from final;
-- to the lake, when its tests have passed
unload ('select cart_id, customer_id, cart_version, expires_at, updated_at, loaded_at from _physical.cleaned__cart__r20260101_000000_000_aaaa order by cart_id
')
to 's3://mercado/lake/cleaned/cart/run=r20260101_000000_000_aaaa/_arriving-part-00000-'
iam_role default
format as parquet
manifest verbose
extension 'parquet'
encrypted auto
maxfilesize 1 gb
parallel off;
-- when its tests have passed, with all others in one transaction
drop view if exists cleaned.cart;
create view cleaned.cart as
select cart_id, customer_id, cart_version, expires_at, updated_at, loaded_at from _physical.cleaned__cart__r20260101_000000_000_aaaa
with no schema binding;

-- test.contract.cleaned.cart: error when this returns rows
select column_name, constraint_name, row_count, longest_bytes
from (
select
    cast(case numbered.constraint_number when 0 then 'cart_id' end as varchar(127)) as column_name,
    cast(case numbered.constraint_number when 0 then 'varchar(100)' end as varchar(30)) as constraint_name,
    cast(case numbered.constraint_number when 0 then broken_0 end as bigint) as row_count,
    cast(case numbered.constraint_number when 0 then longest_0 end as bigint) as longest_bytes
from (select sum(case when octet_length(cart_id) > 100 then 1 else 0 end) as broken_0, max(octet_length(cart_id)) as longest_0 from _physical.cleaned__cart__r20260101_000000_000_aaaa) as measured
cross join (select 0 as constraint_number) as numbered
) as counted
where row_count > 0;

-- test.equal_totals.cleaned.cart.cleaned_checked_cart: error when this returns rows
with sides as (
    select count(*) as here_rows, 0 as there_rows, coalesce(sum(cart_version), 0) as here_1, 0 as there_1
    from _physical.cleaned__cart__r20260101_000000_000_aaaa
    union all
    select 0, count(*), 0, coalesce(sum(cart_version), 0)
    from (select * from _physical.cleaned__checked_cart__r20260101_000000_000_aaaa where reject_reason is null
) as compared_with
),
compared as (
    select sum(here_rows) as here_rows, sum(there_rows) as there_rows, sum(here_1) as here_1, sum(there_1) as there_1
    from sides
)
select cast('count of rows' as varchar(1000)) as total, cast(here_rows as varchar(50)) as here, cast(there_rows as varchar(50)) as there, cast(here_rows - there_rows as varchar(50)) as difference
from compared
where here_rows <> there_rows
union all
select cast('sum(cart_version)' as varchar(1000)) as total, cast(here_1 as varchar(50)) as here, cast(there_1 as varchar(50)) as there, cast(here_1 - there_1 as varchar(50)) as difference
from compared
where here_1 <> there_1;

-- test.expression.cleaned.cart.expires_at_updated_at: error when this returns rows
select cart_id, customer_id, cart_version, expires_at, updated_at, loaded_at
from _physical.cleaned__cart__r20260101_000000_000_aaaa
where not coalesce((expires_at > updated_at
), false);

-- test.not_null.cleaned.cart.cart_id: error when this returns rows
select cart_id, customer_id, cart_version, expires_at, updated_at, loaded_at
from _physical.cleaned__cart__r20260101_000000_000_aaaa
where cart_id is null;

-- test.not_null.cleaned.cart.loaded_at: error when this returns rows
select cart_id, customer_id, cart_version, expires_at, updated_at, loaded_at
from _physical.cleaned__cart__r20260101_000000_000_aaaa
where loaded_at is null;

-- test.not_null.cleaned.cart.updated_at: error when this returns rows
select cart_id, customer_id, cart_version, expires_at, updated_at, loaded_at
from _physical.cleaned__cart__r20260101_000000_000_aaaa
where updated_at is null;

-- test.unique.cleaned.cart.cart_id: error when this returns rows
select cart_id, count(*) as row_count
from _physical.cleaned__cart__r20260101_000000_000_aaaa
where cart_id is not null
group by cart_id
having count(*) > 1;
