-- gold.date: model, table
create table _physical.gold__date__r20260101_000000_000_aaaa diststyle all sortkey (date_id) as
with

digits as (
    select 0 as digit
    union all select 1 as digit
    union all select 2 as digit
    union all select 3 as digit
    union all select 4 as digit
    union all select 5 as digit
    union all select 6 as digit
    union all select 7 as digit
    union all select 8 as digit
    union all select 9 as digit
),

-- Five digits count 100,000 days: enough for 273 years.
day_numbers as (
    select
        cast(
            ones.digit + 10 * tens.digit + 100 * hundreds.digit + 1000 * thousands.digit
            + 10000 * ten_thousands.digit as integer
        ) as day_number
    from digits as ones
    cross join digits as tens
    cross join digits as hundreds
    cross join digits as thousands
    cross join digits as ten_thousands
),

days as (
    select cast(cast('2020-01-01' as date) + day_number as date) as full_date
    from day_numbers
),

members as (
    select
        -1 as date_id,
        cast(null as date) as full_date
    union all
    select
        cast(extract(year from full_date) * 10000 + extract(month from full_date) * 100 + extract(day from full_date) as integer) as date_id,
        full_date
    from days
    where full_date <= cast('2035-12-31' as date)
),

final as (
    select
        cast(date_id as integer) as date_id,
        cast(full_date as date) as full_date,
        cast(extract(year from full_date) as integer) as year,
        cast(extract(quarter from full_date) as integer) as quarter,
        cast(extract(month from full_date) as integer) as month,
        cast(extract(day from full_date) as integer) as day,
        cast(trim(to_char(full_date, 'Month')) as varchar(9)) as month_name,
        cast(cast(to_char(full_date, 'IYYY') as integer) as integer) as iso_year,
        cast(cast(to_char(full_date, 'IW') as integer) as integer) as iso_week,
        cast((case extract(dow from full_date) when 0 then 7 else extract(dow from full_date) end) as integer) as day_of_week,
        cast(trim(to_char(full_date, 'Day')) as varchar(9)) as day_name,
        cast((case extract(dow from full_date) when 0 then 7 else extract(dow from full_date) end) >= 6 as boolean) as is_weekend
    from members
)

select * from final;
-- to the lake, when its tests have passed
unload ('select date_id, full_date, year, quarter, month, day, month_name, iso_year, iso_week, day_of_week, day_name, is_weekend from _physical.gold__date__r20260101_000000_000_aaaa order by date_id
')
to 's3://mercado/lake/gold/date/run=r20260101_000000_000_aaaa/_arriving-part-00000-'
iam_role default
format as parquet
manifest verbose
extension 'parquet'
encrypted auto
maxfilesize 1 gb
parallel off;
-- when its tests have passed, with all others in one transaction
drop view if exists gold.date;
create view gold.date as
select date_id, full_date, year, quarter, month, day, month_name, iso_year, iso_week, day_of_week, day_name, is_weekend from _physical.gold__date__r20260101_000000_000_aaaa
with no schema binding;

-- test.contract.gold.date: error when this returns rows
select column_name, constraint_name, row_count, longest_bytes
from (
select
    cast(case numbered.constraint_number when 0 then 'month_name' when 1 then 'day_name' end as varchar(127)) as column_name,
    cast(case numbered.constraint_number when 0 then 'varchar(9)' when 1 then 'varchar(9)' end as varchar(30)) as constraint_name,
    cast(case numbered.constraint_number when 0 then broken_0 when 1 then broken_1 end as bigint) as row_count,
    cast(case numbered.constraint_number when 0 then longest_0 when 1 then longest_1 end as bigint) as longest_bytes
from (select sum(case when octet_length(month_name) > 9 then 1 else 0 end) as broken_0, max(octet_length(month_name)) as longest_0, sum(case when octet_length(day_name) > 9 then 1 else 0 end) as broken_1, max(octet_length(day_name)) as longest_1 from _physical.gold__date__r20260101_000000_000_aaaa) as measured
cross join (select 0 as constraint_number union all select 1 as constraint_number) as numbered
) as counted
where row_count > 0;

-- test.date_covers_the_calendar: error when this returns rows
-- gold.date does not reach from date_start to date_end without a gap.
with

days as (
    select full_date
    from _physical.gold__date__r20260101_000000_000_aaaa
    where date_id <> -1
),

calendar as (
    select
        min(full_date) as first_day,
        max(full_date) as last_day,
        count(*) as day_count
    from days
),

final as (
    select *
    from calendar
    where first_day <> cast('2020-01-01' as date)
        or last_day <> cast('2035-12-31' as date)
        or day_count <> last_day - first_day + 1
)

select * from final;

-- test.expression.gold.date.date_id_year_10000_month_100_day: error when this returns rows
select date_id, full_date, year, quarter, month, day, month_name, iso_year, iso_week, day_of_week, day_name, is_weekend
from (select * from _physical.gold__date__r20260101_000000_000_aaaa where date_id <> -1
) as tested
where not coalesce((date_id = year * 10000 + month * 100 + day
), false);

-- test.expression.gold.date.day_of_week_between_1_and_7_and_iso_week_between_1_and_53: error when this returns rows
select date_id, full_date, year, quarter, month, day, month_name, iso_year, iso_week, day_of_week, day_name, is_weekend
from (select * from _physical.gold__date__r20260101_000000_000_aaaa where date_id <> -1
) as tested
where not coalesce((day_of_week between 1 and 7 and iso_week between 1 and 53
), false);

-- test.not_null.gold.date.date_id: error when this returns rows
select date_id, full_date, year, quarter, month, day, month_name, iso_year, iso_week, day_of_week, day_name, is_weekend
from _physical.gold__date__r20260101_000000_000_aaaa
where date_id is null;

-- test.not_null.gold.date.full_date: error when this returns rows
select date_id, full_date, year, quarter, month, day, month_name, iso_year, iso_week, day_of_week, day_name, is_weekend
from (select * from _physical.gold__date__r20260101_000000_000_aaaa where date_id <> -1
) as tested
where full_date is null;

-- test.row_count.gold.date: error when this returns rows
select count(*) as row_count
from _physical.gold__date__r20260101_000000_000_aaaa
having count(*) < 2;

-- test.unique.gold.date.date_id: error when this returns rows
select date_id, count(*) as row_count
from _physical.gold__date__r20260101_000000_000_aaaa
where date_id is not null
group by date_id
having count(*) > 1;

-- test.unique.gold.date.full_date: error when this returns rows
select full_date, count(*) as row_count
from _physical.gold__date__r20260101_000000_000_aaaa
where full_date is not null
group by full_date
having count(*) > 1;
