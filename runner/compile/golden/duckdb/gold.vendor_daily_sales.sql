with

sales as (
    select * from gold.sales
),

vendor_days as (
    select
        vendor_id,
        date_id,
        count(distinct transaction_id) as transactions,
        count(distinct customer_id) as customers,
        count(*) as lines,
        sum(qty) as units,
        sum(total_price) as total_price
    from sales
    group by vendor_id, date_id
),

final as (
    select
        cast(vendor_id as integer) as vendor_id,
        cast(date_id as integer) as date_id,
        cast(transactions as bigint) as transactions,
        cast(customers as bigint) as customers,
        cast(lines as bigint) as lines,
        cast(units as bigint) as units,
        cast(total_price as numeric(18,2)) as total_price
    from vendor_days
)

select * from final
