-- gold.date does not reach from date_start to date_end without a gap.
with

days as (
    select full_date
    from {{ref "gold.date"}}
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
    where first_day <> cast('{{var "date_start"}}' as date)
        or last_day <> cast('{{var "date_end"}}' as date)
        or day_count <> last_day - first_day + 1
)

select * from final
