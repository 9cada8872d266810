-- cleaned.transaction: model, table
create table _physical.cleaned__transaction__r20260101_000000_000_aaaa as
with

checked as (
    select * from _physical.cleaned__checked__b3ac9d05__r20260101_000000_000_aaaa
),

final as (
    select
        cast(transaction_id as varchar(36)) as transaction_id,
        cast(kind as varchar(10)) as kind,
        cast(refers_to_transaction_id as varchar(36)) as refers_to_transaction_id,
        cast(customer_id as integer) as customer_id,
        cast(total_price as numeric(18,2)) as total_price,
        cast(created_at as timestamp) as created_at,
        cast(loaded_at as timestamp) as loaded_at
    from checked
    where reject_reason is null
)

select * from final;
-- to the lake, when its tests have passed
unload ('select transaction_id, kind, refers_to_transaction_id, customer_id, total_price, created_at, loaded_at from _physical.cleaned__transaction__r20260101_000000_000_aaaa order by transaction_id
')
to 's3://mercado/lake/cleaned/transaction/run=r20260101_000000_000_aaaa/_arriving-part-00000-'
iam_role default
format as parquet
manifest verbose
extension 'parquet'
encrypted auto
maxfilesize 1 gb
parallel off;
-- when its tests have passed, with all others in one transaction
drop view if exists cleaned.transaction;
create view cleaned.transaction as
select transaction_id, kind, refers_to_transaction_id, customer_id, total_price, created_at, loaded_at from _physical.cleaned__transaction__r20260101_000000_000_aaaa
with no schema binding;

-- test.accepted_values.cleaned.transaction.kind: error when this returns rows
select kind, count(*) as row_count
from _physical.cleaned__transaction__r20260101_000000_000_aaaa
where kind is not null and kind not in ('sale', 'refund')
group by kind;

-- test.contract.cleaned.transaction: error when this returns rows
select column_name, constraint_name, row_count, longest_bytes
from (
select
    cast(case numbered.constraint_number when 0 then 'transaction_id' when 1 then 'kind' when 2 then 'refers_to_transaction_id' end as varchar(127)) as column_name,
    cast(case numbered.constraint_number when 0 then 'varchar(36)' when 1 then 'varchar(10)' when 2 then 'varchar(36)' end as varchar(30)) as constraint_name,
    cast(case numbered.constraint_number when 0 then broken_0 when 1 then broken_1 when 2 then broken_2 end as bigint) as row_count,
    cast(case numbered.constraint_number when 0 then longest_0 when 1 then longest_1 when 2 then longest_2 end as bigint) as longest_bytes
from (select sum(case when octet_length(transaction_id) > 36 then 1 else 0 end) as broken_0, max(octet_length(transaction_id)) as longest_0, sum(case when octet_length(kind) > 10 then 1 else 0 end) as broken_1, max(octet_length(kind)) as longest_1, sum(case when octet_length(refers_to_transaction_id) > 36 then 1 else 0 end) as broken_2, max(octet_length(refers_to_transaction_id)) as longest_2 from _physical.cleaned__transaction__r20260101_000000_000_aaaa) as measured
cross join (select 0 as constraint_number union all select 1 as constraint_number union all select 2 as constraint_number) as numbered
) as counted
where row_count > 0;

-- test.equal_totals.cleaned.transaction.cleaned_checked_transaction: error when this returns rows
with sides as (
    select count(*) as here_rows, 0 as there_rows, coalesce(sum(total_price), 0) as here_1, 0 as there_1
    from _physical.cleaned__transaction__r20260101_000000_000_aaaa
    union all
    select 0, count(*), 0, coalesce(sum(total_price), 0)
    from (select * from _physical.cleaned__checked__b3ac9d05__r20260101_000000_000_aaaa where reject_reason is null
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
select cast('sum(total_price)' as varchar(1000)) as total, cast(here_1 as varchar(50)) as here, cast(there_1 as varchar(50)) as there, cast(here_1 - there_1 as varchar(50)) as difference
from compared
where here_1 <> there_1;

-- test.expression.cleaned.transaction.refers_to_transaction_id_is_null_kind_sale: error when this returns rows
select transaction_id, kind, refers_to_transaction_id, customer_id, total_price, created_at, loaded_at
from _physical.cleaned__transaction__r20260101_000000_000_aaaa
where not coalesce(((refers_to_transaction_id is null) = (kind = 'sale')
), false);

-- test.expression.cleaned.transaction.total_price_0_and_total_price_0_kind_sale: error when this returns rows
select transaction_id, kind, refers_to_transaction_id, customer_id, total_price, created_at, loaded_at
from _physical.cleaned__transaction__r20260101_000000_000_aaaa
where not coalesce((total_price <> 0 and (total_price > 0) = (kind = 'sale')
), false);

-- test.not_null.cleaned.transaction.created_at: error when this returns rows
select transaction_id, kind, refers_to_transaction_id, customer_id, total_price, created_at, loaded_at
from _physical.cleaned__transaction__r20260101_000000_000_aaaa
where created_at is null;

-- test.not_null.cleaned.transaction.kind: error when this returns rows
select transaction_id, kind, refers_to_transaction_id, customer_id, total_price, created_at, loaded_at
from _physical.cleaned__transaction__r20260101_000000_000_aaaa
where kind is null;

-- test.not_null.cleaned.transaction.loaded_at: error when this returns rows
select transaction_id, kind, refers_to_transaction_id, customer_id, total_price, created_at, loaded_at
from _physical.cleaned__transaction__r20260101_000000_000_aaaa
where loaded_at is null;

-- test.not_null.cleaned.transaction.total_price: error when this returns rows
select transaction_id, kind, refers_to_transaction_id, customer_id, total_price, created_at, loaded_at
from _physical.cleaned__transaction__r20260101_000000_000_aaaa
where total_price is null;

-- test.not_null.cleaned.transaction.transaction_id: error when this returns rows
select transaction_id, kind, refers_to_transaction_id, customer_id, total_price, created_at, loaded_at
from _physical.cleaned__transaction__r20260101_000000_000_aaaa
where transaction_id is null;

-- test.transaction_totals_equal_their_lines: error when this returns rows
-- A transaction's total is not the sum of its lines: a line was lost, doubled or altered on the way.
with

transactions as (
    select * from _physical.cleaned__transaction__r20260101_000000_000_aaaa
),

-- Rejected lines belong to their transaction's total as well.
line_totals as (
    select
        transaction_id,
        cast(sum(total_price) as numeric(18,2)) as total_price
    from _physical.cleaned__checked__9efa55ca__r20260101_000000_000_aaaa
    group by transaction_id
),

final as (
    select
        transactions.transaction_id,
        transactions.total_price as transaction_total,
        line_totals.total_price as line_total
    from transactions
    left join line_totals
        on line_totals.transaction_id = transactions.transaction_id
    where transactions.total_price <> coalesce(line_totals.total_price, 0)
)

select * from final;

-- test.unique.cleaned.transaction.transaction_id: error when this returns rows
select transaction_id, count(*) as row_count
from _physical.cleaned__transaction__r20260101_000000_000_aaaa
where transaction_id is not null
group by transaction_id
having count(*) > 1;
