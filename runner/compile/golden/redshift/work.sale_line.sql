with

transaction_lines as (
    select * from cleaned.transaction_line
),

transactions as (
    select * from cleaned.transaction
),

customers as (
    select * from cleaned.customer
),

vendors as (
    select * from cleaned.vendor
),

items as (
    select * from cleaned.inventory
),

categories as (
    select * from "raw".category
),

-- A line whose transaction has not arrived is a sale all the same, of a customer not known yet.
sold as (
    select
        transaction_lines.*,
        transactions.customer_id,
        greatest(
            transaction_lines.loaded_at,
            coalesce(transactions.loaded_at, transaction_lines.loaded_at)
        ) as known_at
    from transaction_lines
    left join transactions
        on transactions.transaction_id = transaction_lines.transaction_id
),

-- The category is the line's own, as it was at checkout: listing the item under another one later changes no past sale.
resolved as (
    select
        sold.*,
        coalesce(items.item_id, -1) as member_item_id,
        coalesce(customers.customer_id, -1) as member_customer_id,
        coalesce(vendors.vendor_id, -1) as member_vendor_id,
        coalesce(categories.category_id, -1) as member_category_id,
        case
            when cast(sold.created_at as date)
                between cast('2020-01-01' as date) and cast('2035-12-31' as date)
            then cast(extract(year from sold.created_at) * 10000 + extract(month from sold.created_at) * 100 + extract(day from sold.created_at) as integer)
            else -1
        end as member_date_id
    from sold
    left join items
        on items.item_id = sold.item_id
    left join customers
        on customers.customer_id = sold.customer_id
    left join vendors
        on vendors.vendor_id = sold.vendor_id
    left join categories
        on categories.category_id = sold.category
),

final as (
    select
        cast(transaction_id as varchar(36)) as transaction_id,
        cast(line_number as integer) as line_number,
        cast(kind as varchar(10)) as kind,
        cast(refers_to_transaction_id as varchar(36)) as refers_to_transaction_id,
        cast(refers_to_line_number as integer) as refers_to_line_number,
        cast(member_item_id as integer) as item_id,
        cast(member_customer_id as integer) as customer_id,
        cast(member_vendor_id as integer) as vendor_id,
        cast(member_category_id as integer) as category_id,
        cast(member_date_id as integer) as date_id,
        cast(item_id as integer) as source_item_id,
        cast(customer_id as integer) as source_customer_id,
        cast(vendor_id as integer) as source_vendor_id,
        cast(category as integer) as source_category_id,
        cast(item_name as varchar(400)) as item_name,
        cast(unit_price as numeric(10,2)) as unit_price,
        cast(qty as integer) as qty,
        cast(total_price as numeric(18,2)) as total_price,
        cast(created_at as timestamp) as sold_at,
        cast(known_at as timestamp) as loaded_at
    from resolved
)

select * from final
