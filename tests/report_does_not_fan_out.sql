-- The report over the whole star has other rows or sums than gold.sales: a dimension has a key twice.
with

sales as (
    select * from {{ref "gold.sales"}}
),

report as (
    select
        inventory.item_name,
        customer.first_name,
        customer.last_name,
        vendor.vendor_name,
        category.category_name,
        calendar.year,
        calendar.month,
        calendar.day,
        sales.transaction_id,
        sales.qty,
        sales.total_price
    from sales
    left join {{ref "gold.inventory"}} as inventory
        on inventory.item_id = sales.item_id
    left join {{ref "gold.customer"}} as customer
        on customer.customer_id = sales.customer_id
    left join {{ref "gold.vendor"}} as vendor
        on vendor.vendor_id = sales.vendor_id
    left join {{ref "gold.category"}} as category
        on category.category_id = sales.category_id
    left join {{ref "gold.date"}} as calendar
        on calendar.date_id = sales.date_id
),

sales_totals as (
    {{> sale_totals rows="sales"}}
),

report_totals as (
    {{> sale_totals rows="report"}}
),

final as (
    {{> unequal_totals expected="sales_totals" found="report_totals"}}
)

select * from final
