-- unit_test.keys.date_id_counts_days_of_the_calendar: fails when this
with given as (
select cast('2026-01-02 23:59:59.999999' as timestamp) as day
union all
select cast('2024-02-29' as timestamp) as day
union all
select cast(null as timestamp) as day
)
select
    cast(date_id as varchar(65535)) as date_id
from (
select cast(extract(year from day) * 10000 + extract(month from day) * 100 + extract(day from day) as integer) as date_id from given
) as compared_rows;
-- returns other rows than this
select
    cast(date_id as varchar(65535)) as date_id
from (
select cast('20260102' as integer) as date_id
union all
select cast('20240229' as integer) as date_id
union all
select cast(null as integer) as date_id
) as compared_rows;

-- unit_test.keys.row_key_tells_rows_without_a_key_apart: fails when this
with given as (
select cast('7' as integer) as id, cast('Ann' as varchar(65535)) as name
union all
select cast(null as integer) as id, cast('Bob' as varchar(65535)) as name
union all
select cast(null as integer) as id, cast('Bob' as varchar(65535)) as name
union all
select cast(null as integer) as id, cast(null as varchar(65535)) as name
)
select
    cast(kind as varchar(65535)) as kind,
    cast(name as varchar(65535)) as name
from (
select distinct
    case when case when id is null then 'no key ' || md5(coalesce(cast(id as varchar(65535)), '') || '|' || coalesce(cast(id as varchar(65535)), '') || '|' || coalesce(cast(name as varchar(65535)), '')) else cast(id as varchar(65535)) end like 'no key %' then 'no key' else case when id is null then 'no key ' || md5(coalesce(cast(id as varchar(65535)), '') || '|' || coalesce(cast(id as varchar(65535)), '') || '|' || coalesce(cast(name as varchar(65535)), '')) else cast(id as varchar(65535)) end end as kind,
    name
from given
) as compared_rows;
-- returns other rows than this
select
    cast(kind as varchar(65535)) as kind,
    cast(name as varchar(65535)) as name
from (
select cast('7' as varchar(65535)) as kind, cast('Ann' as varchar(65535)) as name
union all
select cast('no key' as varchar(65535)) as kind, cast('Bob' as varchar(65535)) as name
union all
select cast('no key' as varchar(65535)) as kind, cast(null as varchar(65535)) as name
) as compared_rows;

-- unit_test.keys.unequal_keys_finds_what_is_lost_and_what_is_doubled: fails when this
with source_keys as (
select cast('a' as varchar(65535)) as row_key
union all
select cast('b' as varchar(65535)) as row_key
union all
select cast('lost' as varchar(65535)) as row_key
),
kept_keys as (
select cast('a' as varchar(65535)) as row_key
union all
select cast('b' as varchar(65535)) as row_key
union all
select cast('b' as varchar(65535)) as row_key
)
select
    cast(row_key as varchar(65535)) as row_key,
    cast(expected_count as varchar(65535)) as expected_count,
    cast(found_count as varchar(65535)) as found_count
from (
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
) as compared_rows;
-- returns other rows than this
select
    cast(row_key as varchar(65535)) as row_key,
    cast(expected_count as varchar(65535)) as expected_count,
    cast(found_count as varchar(65535)) as found_count
from (
select cast('b' as varchar(65535)) as row_key, cast('1' as bigint) as expected_count, cast('2' as bigint) as found_count
union all
select cast('lost' as varchar(65535)) as row_key, cast('1' as bigint) as expected_count, cast('0' as bigint) as found_count
) as compared_rows;
