-- cleaned.rejected_row: model, table
create table _physical.cleaned__rejected_row__r20260101_000000_000_aaaa as
with

customers as (
    select 'cleaned.customer' as relation, row_key, reject_reason, loaded_at
    from _physical.cleaned__checked_customer__r20260101_000000_000_aaaa
),

vendors as (
    select 'cleaned.vendor' as relation, row_key, reject_reason, loaded_at
    from _physical.cleaned__checked_vendor__r20260101_000000_000_aaaa
),

items as (
    select 'cleaned.inventory' as relation, row_key, reject_reason, loaded_at
    from _physical.cleaned__checked_inventory__r20260101_000000_000_aaaa
),

transactions as (
    select 'cleaned.transaction' as relation, row_key, reject_reason, loaded_at
    from _physical.cleaned__checked__b3ac9d05__r20260101_000000_000_aaaa
),

transaction_lines as (
    select 'cleaned.transaction_line' as relation, row_key, reject_reason, loaded_at
    from _physical.cleaned__checked__9efa55ca__r20260101_000000_000_aaaa
),

carts as (
    select 'cleaned.cart' as relation, row_key, reject_reason, loaded_at
    from _physical.cleaned__checked_cart__r20260101_000000_000_aaaa
),

cart_lines as (
    select 'cleaned.cart_line' as relation, row_key, reject_reason, loaded_at
    from _physical.cleaned__checked_cart_line__r20260101_000000_000_aaaa
),

checked as (
    select * from customers
    union all select * from vendors
    union all select * from items
    union all select * from transactions
    union all select * from transaction_lines
    union all select * from carts
    union all select * from cart_lines
),

final as (
    select
        cast(relation as varchar(100)) as relation,
        cast(row_key as varchar(65535)) as row_key,
        cast(reject_reason as varchar(100)) as reason,
        cast(loaded_at as timestamp) as loaded_at
    from checked
    where reject_reason is not null
)

select * from final;
-- to the lake, when its tests have passed
unload ('select relation, row_key, reason, loaded_at from _physical.cleaned__rejected_row__r20260101_000000_000_aaaa order by relation, row_key
')
to 's3://mercado/lake/cleaned/rejected_row/run=r20260101_000000_000_aaaa/_arriving-part-00000-'
iam_role default
format as parquet
manifest verbose
extension 'parquet'
encrypted auto
maxfilesize 1 gb
parallel off;
-- when its tests have passed, with all others in one transaction
drop view if exists cleaned.rejected_row;
create view cleaned.rejected_row as
select relation, row_key, reason, loaded_at from _physical.cleaned__rejected_row__r20260101_000000_000_aaaa
with no schema binding;

-- test.accepted_values.cleaned.rejected_row.relation: error when this returns rows
select relation, count(*) as row_count
from _physical.cleaned__rejected_row__r20260101_000000_000_aaaa
where relation is not null and relation not in ('cleaned.customer', 'cleaned.vendor', 'cleaned.inventory', 'cleaned.transaction', 'cleaned.transaction_line', 'cleaned.cart', 'cleaned.cart_line')
group by relation;

-- test.contract.cleaned.rejected_row: error when this returns rows
select column_name, constraint_name, row_count, longest_bytes
from (
select
    cast(case numbered.constraint_number when 0 then 'relation' when 1 then 'reason' end as varchar(127)) as column_name,
    cast(case numbered.constraint_number when 0 then 'varchar(100)' when 1 then 'varchar(100)' end as varchar(30)) as constraint_name,
    cast(case numbered.constraint_number when 0 then broken_0 when 1 then broken_1 end as bigint) as row_count,
    cast(case numbered.constraint_number when 0 then longest_0 when 1 then longest_1 end as bigint) as longest_bytes
from (select sum(case when octet_length(relation) > 100 then 1 else 0 end) as broken_0, max(octet_length(relation)) as longest_0, sum(case when octet_length(reason) > 100 then 1 else 0 end) as broken_1, max(octet_length(reason)) as longest_1 from _physical.cleaned__rejected_row__r20260101_000000_000_aaaa) as measured
cross join (select 0 as constraint_number union all select 1 as constraint_number) as numbered
) as counted
where row_count > 0;

-- test.no_row_is_rejected: warn when this returns rows
-- Rows of the source broke a rule and are missing from the cleaned relations; their number by relation and reason.
with

rejected_rows as (
    select * from _physical.cleaned__rejected_row__r20260101_000000_000_aaaa
),

final as (
    select
        relation,
        reason,
        count(*) as rejected_rows
    from rejected_rows
    group by relation, reason
)

select * from final;

-- test.not_null.cleaned.rejected_row.loaded_at: error when this returns rows
select relation, row_key, reason, loaded_at
from _physical.cleaned__rejected_row__r20260101_000000_000_aaaa
where loaded_at is null;

-- test.not_null.cleaned.rejected_row.reason: error when this returns rows
select relation, row_key, reason, loaded_at
from _physical.cleaned__rejected_row__r20260101_000000_000_aaaa
where reason is null;

-- test.not_null.cleaned.rejected_row.relation: error when this returns rows
select relation, row_key, reason, loaded_at
from _physical.cleaned__rejected_row__r20260101_000000_000_aaaa
where relation is null;

-- test.not_null.cleaned.rejected_row.row_key: error when this returns rows
select relation, row_key, reason, loaded_at
from _physical.cleaned__rejected_row__r20260101_000000_000_aaaa
where row_key is null;

-- test.unique.cleaned.rejected_row.relation_and_row_key: error when this returns rows
select relation, row_key, count(*) as row_count
from _physical.cleaned__rejected_row__r20260101_000000_000_aaaa
where relation is not null and row_key is not null
group by relation, row_key
having count(*) > 1;
