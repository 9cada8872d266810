with

sale_lines as (
    select * from work.sale_line
),

published as (
    select * from gold.sales
),

items as (
    select * from gold.inventory
    where item_id <> -1
),

customers as (
    select * from gold.customer
    where customer_id <> -1
),

vendors as (
    select * from gold.vendor
    where vendor_id <> -1
),

categories as (
    select * from gold.category
    where category_id <> -1
),

days as (
    select * from gold.date
    where date_id <> -1
),

-- Published lines with a key that is no known member: it was late and may have come, or it is gone.
unsettled as (
    select
        published.transaction_id,
        published.line_number
    from published
    left join items
        on items.item_id = published.item_id
    left join customers
        on customers.customer_id = published.customer_id
    left join vendors
        on vendors.vendor_id = published.vendor_id
    left join categories
        on categories.category_id = published.category_id
    left join days
        on days.date_id = published.date_id
    where items.item_id is null
        or customers.customer_id is null
        or vendors.vendor_id is null
        or categories.category_id is null
        or days.date_id is null
),

chosen as (
    select sale_lines.*
    from sale_lines
    left join unsettled
        on unsettled.transaction_id = sale_lines.transaction_id
        and unsettled.line_number = sale_lines.line_number
    where sale_lines.loaded_at > cast('2025-03-16 00:00:00' as timestamp)
        or unsettled.transaction_id is not null
),

final as (
    select
        cast(transaction_id as varchar(36)) as transaction_id,
        cast(line_number as integer) as line_number,
        cast(kind as varchar(10)) as kind,
        cast(refers_to_transaction_id as varchar(36)) as refers_to_transaction_id,
        cast(refers_to_line_number as integer) as refers_to_line_number,
        cast(item_id as integer) as item_id,
        cast(customer_id as integer) as customer_id,
        cast(vendor_id as integer) as vendor_id,
        cast(category_id as integer) as category_id,
        cast(date_id as integer) as date_id,
        cast(unit_price as numeric(10,2)) as unit_price,
        cast(qty as integer) as qty,
        cast(total_price as numeric(18,2)) as total_price,
        cast(sold_at as timestamp) as sold_at,
        cast(loaded_at as timestamp) as loaded_at
    from chosen
)

select * from final
