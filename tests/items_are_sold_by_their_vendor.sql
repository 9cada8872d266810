-- A line was sold by a vendor who does not list the item.
with

sales as (
    select * from {{ref "gold.sales"}}
),

items as (
    select * from {{ref "gold.inventory"}}
),

final as (
    select
        sales.transaction_id,
        sales.line_number,
        sales.item_id,
        sales.vendor_id as sold_by,
        items.vendor_id as listed_by
    from sales
    inner join items
        on items.item_id = sales.item_id
    where items.item_id <> -1
        and sales.vendor_id <> items.vendor_id
)

select * from final
