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
        cast(monthname(full_date) as varchar(9)) as month_name,
        cast(extract(isoyear from full_date) as integer) as iso_year,
        cast(extract(week from full_date) as integer) as iso_week,
        cast(extract(isodow from full_date) as integer) as day_of_week,
        cast(dayname(full_date) as varchar(9)) as day_name,
        cast(extract(isodow from full_date) >= 6 as boolean) as is_weekend
    from members
)

select * from final
