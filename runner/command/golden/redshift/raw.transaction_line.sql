-- test.equal_totals.raw.transaction_line.source: error when these are not the control totals of raw.transaction_line
select count(*) as row_count, cast(coalesce(sum(qty), 0) as varchar(50)) as total_1, cast(coalesce(sum(unit_price), 0) as varchar(50)) as total_2, cast(coalesce(sum(total_price), 0) as varchar(50)) as total_3
from _physical.raw__transaction_line__r20260101_000000_000_aaaa;

-- test.lines_reconcile_with_the_source: error when this returns rows
-- What the shop sold (transactions, lines, units, money to the cent) is not what is clean or rejected.
with

-- A line never changes, so its copies are equal; a line that did change counts twice here, and that is a fault too.
source_lines as (
    select distinct
        transaction_id, line_number, created_at, item_id, vendor_id, item_name, category,
        qty, unit_price, total_price, coalesce(kind, 'sale') as kind, refers_to, refers_to_line
    from _physical.raw__transaction_line__r20260101_000000_000_aaaa
),

kept_lines as (
    select transaction_id, qty, total_price
    from _physical.cleaned__transaction_line__r20260101_000000_000_aaaa
    union all
    select transaction_id, qty, total_price
    from _physical.cleaned__checked__9efa55ca__r20260101_000000_000_aaaa
    where reject_reason is not null
),

source_totals as (
    select
        cast(count(distinct transaction_id) as bigint) as transactions,
        cast(count(*) as bigint) as lines,
        cast(coalesce(sum(qty), 0) as bigint) as units,
        cast(coalesce(sum(total_price), 0) as numeric(38,2)) as total_price
    from source_lines
),

kept_totals as (
    select
        cast(count(distinct transaction_id) as bigint) as transactions,
        cast(count(*) as bigint) as lines,
        cast(coalesce(sum(qty), 0) as bigint) as units,
        cast(coalesce(sum(total_price), 0) as numeric(38,2)) as total_price
    from kept_lines
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
    from source_totals as expected_totals
    cross join kept_totals as found_totals
    where expected_totals.transactions <> found_totals.transactions
        or expected_totals.lines <> found_totals.lines
        or expected_totals.units <> found_totals.units
        or expected_totals.total_price <> found_totals.total_price
)

select * from final;

-- test.transaction_line_keys_are_kept: error when this returns rows
-- A line of a transaction of the source is neither clean nor rejected, or is there twice.
with

source_keys as (
    select distinct coalesce(cast(transaction_id as varchar(65535)) || '/' || cast(line_number as varchar(65535)), 'no key') as row_key
    from _physical.raw__transaction_line__r20260101_000000_000_aaaa
),

kept_keys as (
    select cast(transaction_id as varchar(65535)) || '/' || cast(line_number as varchar(65535)) as row_key
    from _physical.cleaned__transaction_line__r20260101_000000_000_aaaa
    union all
    select distinct case when row_key like 'no key %' then 'no key' else row_key end as row_key
    from _physical.cleaned__checked__9efa55ca__r20260101_000000_000_aaaa
    where reject_reason is not null
),

final as (
    select
        row_key,
        sum(expected_count) as expected_count,
        sum(found_count) as found_count
    from (
        select row_key, 1 as expected_count, 0 as found_count from source_keys
        union all
        select row_key, 0 as expected_count, 1 as found_count from kept_keys
    ) as counted_keys
    group by row_key
    having sum(expected_count) <> sum(found_count)
)

select * from final;
