-- The vendors' daily sales have other lines, units or money than gold.sales.
with

sales_totals as (
    select
        count(*) as lines,
        cast(coalesce(sum(qty), 0) as bigint) as units,
        cast(coalesce(sum(total_price), 0) as numeric(38,2)) as total_price
    from {{ref "gold.sales"}}
),

daily_totals as (
    select
        cast(coalesce(sum(lines), 0) as bigint) as lines,
        cast(coalesce(sum(units), 0) as bigint) as units,
        cast(coalesce(sum(total_price), 0) as numeric(38,2)) as total_price
    from {{ref "gold.vendor_daily_sales"}}
),

final as (
    select
        sales_totals.lines as sales_lines,
        daily_totals.lines as daily_lines,
        sales_totals.units as sales_units,
        daily_totals.units as daily_units,
        sales_totals.total_price as sales_total_price,
        daily_totals.total_price as daily_total_price
    from sales_totals
    cross join daily_totals
    where sales_totals.lines <> daily_totals.lines
        or sales_totals.units <> daily_totals.units
        or sales_totals.total_price <> daily_totals.total_price
)

select * from final
