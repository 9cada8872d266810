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
        sum(case when kind = 'sale' then qty else 0 end) as units_sold,
        sum(case when kind = 'refund' then -qty else 0 end) as units_refunded,
        sum(qty) as units,
        sum(case when kind = 'refund' then -total_price else 0 end) as refunded_price,
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
        cast(units_sold as bigint) as units_sold,
        cast(units_refunded as bigint) as units_refunded,
        cast(units as bigint) as units,
        cast(refunded_price as numeric(18,2)) as refunded_price,
        cast(total_price as numeric(18,2)) as total_price
    from vendor_days
)

select * from final
