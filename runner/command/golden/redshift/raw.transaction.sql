-- test.equal_totals.raw.transaction.source: error when these are not the control totals of raw.transaction
select count(*) as row_count, cast(coalesce(sum(total_price), 0) as varchar(50)) as total_1
from _physical.raw__transaction__r20260101_000000_000_aaaa;

-- test.transaction_keys_are_kept: error when this returns rows
-- A transaction of the source is neither clean nor rejected, or is there twice.
with

source_keys as (
    select distinct coalesce(cast(transaction_id as varchar(65535)), 'no key') as row_key
    from _physical.raw__transaction__r20260101_000000_000_aaaa
),

kept_keys as (
    select cast(transaction_id as varchar(65535)) as row_key
    from _physical.cleaned__transaction__r20260101_000000_000_aaaa
    union all
    select distinct case when row_key like 'no key %' then 'no key' else row_key end as row_key
    from _physical.cleaned__checked__b3ac9d05__r20260101_000000_000_aaaa
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
