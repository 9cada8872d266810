-- cleaned.transaction_line: model, table
create table _physical.cleaned__transaction_line__r20260101_000000_000_aaaa as
with

checked as (
    select * from _physical.cleaned__checked__9efa55ca__r20260101_000000_000_aaaa
),

final as (
    select
        cast(transaction_id as varchar(36)) as transaction_id,
        cast(line_number as integer) as line_number,
        cast(kind as varchar(10)) as kind,
        cast(refers_to_transaction_id as varchar(36)) as refers_to_transaction_id,
        cast(refers_to_line_number as integer) as refers_to_line_number,
        cast(item_id as integer) as item_id,
        cast(vendor_id as integer) as vendor_id,
        cast(item_name as varchar(400)) as item_name,
        cast(category as integer) as category,
        cast(unit_price as numeric(10,2)) as unit_price,
        cast(qty as integer) as qty,
        cast(total_price as numeric(18,2)) as total_price,
        cast(created_at as timestamp) as created_at,
        cast(loaded_at as timestamp) as loaded_at
    from checked
    where reject_reason is null
)

select * from final;
-- to the lake, when its tests have passed
unload ('select transaction_id, line_number, kind, refers_to_transaction_id, refers_to_line_number, item_id, vendor_id, item_name, category, unit_price, qty, total_price, created_at, loaded_at from _physical.cleaned__transaction_line__r20260101_000000_000_aaaa order by transaction_id, line_number
')
to 's3://mercado/lake/cleaned/transaction_line/run=r20260101_000000_000_aaaa/_arriving-part-00000-'
iam_role default
format as parquet
manifest verbose
extension 'parquet'
encrypted auto
maxfilesize 1 gb
parallel off;
-- when its tests have passed, with all others in one transaction
drop view if exists cleaned.transaction_line;
create view cleaned.transaction_line as
select transaction_id, line_number, kind, refers_to_transaction_id, refers_to_line_number, item_id, vendor_id, item_name, category, unit_price, qty, total_price, created_at, loaded_at from _physical.cleaned__transaction_line__r20260101_000000_000_aaaa
with no schema binding;

-- test.accepted_values.cleaned.transaction_line.kind: error when this returns rows
select kind, count(*) as row_count
from _physical.cleaned__transaction_line__r20260101_000000_000_aaaa
where kind is not null and kind not in ('sale', 'refund')
group by kind;

-- test.contract.cleaned.transaction_line: error when this returns rows
select column_name, constraint_name, row_count, longest_bytes
from (
select
    cast(case numbered.constraint_number when 0 then 'transaction_id' when 1 then 'kind' when 2 then 'refers_to_transaction_id' when 3 then 'item_name' end as varchar(127)) as column_name,
    cast(case numbered.constraint_number when 0 then 'varchar(36)' when 1 then 'varchar(10)' when 2 then 'varchar(36)' when 3 then 'varchar(400)' end as varchar(30)) as constraint_name,
    cast(case numbered.constraint_number when 0 then broken_0 when 1 then broken_1 when 2 then broken_2 when 3 then broken_3 end as bigint) as row_count,
    cast(case numbered.constraint_number when 0 then longest_0 when 1 then longest_1 when 2 then longest_2 when 3 then longest_3 end as bigint) as longest_bytes
from (select sum(case when octet_length(transaction_id) > 36 then 1 else 0 end) as broken_0, max(octet_length(transaction_id)) as longest_0, sum(case when octet_length(kind) > 10 then 1 else 0 end) as broken_1, max(octet_length(kind)) as longest_1, sum(case when octet_length(refers_to_transaction_id) > 36 then 1 else 0 end) as broken_2, max(octet_length(refers_to_transaction_id)) as longest_2, sum(case when octet_length(item_name) > 400 then 1 else 0 end) as broken_3, max(octet_length(item_name)) as longest_3 from _physical.cleaned__transaction_line__r20260101_000000_000_aaaa) as measured
cross join (select 0 as constraint_number union all select 1 as constraint_number union all select 2 as constraint_number union all select 3 as constraint_number) as numbered
) as counted
where row_count > 0;

-- test.equal_totals.cleaned.transaction_line.cleaned_checked_transaction_line: error when this returns rows
with sides as (
    select count(*) as here_rows, 0 as there_rows, coalesce(sum(unit_price), 0) as here_1, 0 as there_1
    from _physical.cleaned__transaction_line__r20260101_000000_000_aaaa
    union all
    select 0, count(*), 0, coalesce(sum(unit_price), 0)
    from (select * from _physical.cleaned__checked__9efa55ca__r20260101_000000_000_aaaa where reject_reason is null
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
select cast('sum(unit_price)' as varchar(1000)) as total, cast(here_1 as varchar(50)) as here, cast(there_1 as varchar(50)) as there, cast(here_1 - there_1 as varchar(50)) as difference
from compared
where here_1 <> there_1;

-- test.expression.cleaned.transaction_line.qty_0_and_qty_0_kind_sale: error when this returns rows
select transaction_id, line_number, kind, refers_to_transaction_id, refers_to_line_number, item_id, vendor_id, item_name, category, unit_price, qty, total_price, created_at, loaded_at
from _physical.cleaned__transaction_line__r20260101_000000_000_aaaa
where not coalesce((qty <> 0 and (qty > 0) = (kind = 'sale')
), false);

-- test.expression.cleaned.transaction_line.refers_to_line_number_is_null_kind_sale: error when this returns rows
select transaction_id, line_number, kind, refers_to_transaction_id, refers_to_line_number, item_id, vendor_id, item_name, category, unit_price, qty, total_price, created_at, loaded_at
from _physical.cleaned__transaction_line__r20260101_000000_000_aaaa
where not coalesce(((refers_to_line_number is null) = (kind = 'sale')
), false);

-- test.expression.cleaned.transaction_line.refers_to_transaction_id_is_null_kind_sale: error when this returns rows
select transaction_id, line_number, kind, refers_to_transaction_id, refers_to_line_number, item_id, vendor_id, item_name, category, unit_price, qty, total_price, created_at, loaded_at
from _physical.cleaned__transaction_line__r20260101_000000_000_aaaa
where not coalesce(((refers_to_transaction_id is null) = (kind = 'sale')
), false);

-- test.expression.cleaned.transaction_line.total_price_unit_price_qty: error when this returns rows
select transaction_id, line_number, kind, refers_to_transaction_id, refers_to_line_number, item_id, vendor_id, item_name, category, unit_price, qty, total_price, created_at, loaded_at
from _physical.cleaned__transaction_line__r20260101_000000_000_aaaa
where not coalesce((total_price = unit_price * qty
), false);

-- test.expression.cleaned.transaction_line.unit_price_0: error when this returns rows
select transaction_id, line_number, kind, refers_to_transaction_id, refers_to_line_number, item_id, vendor_id, item_name, category, unit_price, qty, total_price, created_at, loaded_at
from _physical.cleaned__transaction_line__r20260101_000000_000_aaaa
where not coalesce((unit_price > 0
), false);

-- test.not_null.cleaned.transaction_line.created_at: error when this returns rows
select transaction_id, line_number, kind, refers_to_transaction_id, refers_to_line_number, item_id, vendor_id, item_name, category, unit_price, qty, total_price, created_at, loaded_at
from _physical.cleaned__transaction_line__r20260101_000000_000_aaaa
where created_at is null;

-- test.not_null.cleaned.transaction_line.kind: error when this returns rows
select transaction_id, line_number, kind, refers_to_transaction_id, refers_to_line_number, item_id, vendor_id, item_name, category, unit_price, qty, total_price, created_at, loaded_at
from _physical.cleaned__transaction_line__r20260101_000000_000_aaaa
where kind is null;

-- test.not_null.cleaned.transaction_line.line_number: error when this returns rows
select transaction_id, line_number, kind, refers_to_transaction_id, refers_to_line_number, item_id, vendor_id, item_name, category, unit_price, qty, total_price, created_at, loaded_at
from _physical.cleaned__transaction_line__r20260101_000000_000_aaaa
where line_number is null;

-- test.not_null.cleaned.transaction_line.loaded_at: error when this returns rows
select transaction_id, line_number, kind, refers_to_transaction_id, refers_to_line_number, item_id, vendor_id, item_name, category, unit_price, qty, total_price, created_at, loaded_at
from _physical.cleaned__transaction_line__r20260101_000000_000_aaaa
where loaded_at is null;

-- test.not_null.cleaned.transaction_line.qty: error when this returns rows
select transaction_id, line_number, kind, refers_to_transaction_id, refers_to_line_number, item_id, vendor_id, item_name, category, unit_price, qty, total_price, created_at, loaded_at
from _physical.cleaned__transaction_line__r20260101_000000_000_aaaa
where qty is null;

-- test.not_null.cleaned.transaction_line.total_price: error when this returns rows
select transaction_id, line_number, kind, refers_to_transaction_id, refers_to_line_number, item_id, vendor_id, item_name, category, unit_price, qty, total_price, created_at, loaded_at
from _physical.cleaned__transaction_line__r20260101_000000_000_aaaa
where total_price is null;

-- test.not_null.cleaned.transaction_line.transaction_id: error when this returns rows
select transaction_id, line_number, kind, refers_to_transaction_id, refers_to_line_number, item_id, vendor_id, item_name, category, unit_price, qty, total_price, created_at, loaded_at
from _physical.cleaned__transaction_line__r20260101_000000_000_aaaa
where transaction_id is null;

-- test.not_null.cleaned.transaction_line.unit_price: error when this returns rows
select transaction_id, line_number, kind, refers_to_transaction_id, refers_to_line_number, item_id, vendor_id, item_name, category, unit_price, qty, total_price, created_at, loaded_at
from _physical.cleaned__transaction_line__r20260101_000000_000_aaaa
where unit_price is null;

-- test.relationships.cleaned.transaction_line.transaction_id: warn when this returns rows
select child.transaction_id, count(*) as row_count
from (select transaction_id from _physical.cleaned__transaction_line__r20260101_000000_000_aaaa) as child
left join (select distinct transaction_id as parent_key from _physical.cleaned__transaction__r20260101_000000_000_aaaa) as parent on child.transaction_id = parent.parent_key
where child.transaction_id is not null and parent.parent_key is null
group by child.transaction_id;

-- test.unique.cleaned.transaction_line.transaction_id_and_line_number: error when this returns rows
select transaction_id, line_number, count(*) as row_count
from _physical.cleaned__transaction_line__r20260101_000000_000_aaaa
where transaction_id is not null and line_number is not null
group by transaction_id, line_number
having count(*) > 1;

-- test.sales_reconcile_with_lines: error when this returns rows
-- gold.sales has other transactions, lines, units or money (to the cent) than the cleaned lines.
with

clean_lines as (
    select * from _physical.cleaned__transaction_line__r20260101_000000_000_aaaa
),

sales as (
    select * from _physical.gold__sales__r20260101_000000_000_aaaa
),

line_totals as (
    select
        cast(count(distinct transaction_id) as bigint) as transactions,
        cast(count(*) as bigint) as lines,
        cast(coalesce(sum(qty), 0) as bigint) as units,
        cast(coalesce(sum(total_price), 0) as numeric(38,2)) as total_price
    from clean_lines
),

sales_totals as (
    select
        cast(count(distinct transaction_id) as bigint) as transactions,
        cast(count(*) as bigint) as lines,
        cast(coalesce(sum(qty), 0) as bigint) as units,
        cast(coalesce(sum(total_price), 0) as numeric(38,2)) as total_price
    from sales
),

final as (
    select
        expected_totals.transactions as expected_transactions,
        found_totals.transactions as found_transactions,
        expected_totals.lines as expected_lines,
        found_totals.lines as found_lines,
        expected_totals.units as expected_units,
        found_totals.units as found_units,
        expected_totals.total_price as expected_total_price,
        found_totals.total_price as found_total_price
    from line_totals as expected_totals
    cross join sales_totals as found_totals
    where expected_totals.transactions <> found_totals.transactions
        or expected_totals.lines <> found_totals.lines
        or expected_totals.units <> found_totals.units
        or expected_totals.total_price <> found_totals.total_price
)

select * from final;
