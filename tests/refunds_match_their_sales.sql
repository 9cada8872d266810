-- More units of a line were given back than were sold, or a refund names another price, item, vendor or customer than its sale.
with

sales as (
    select * from {{ref "gold.sales"}}
),

refunds as (
    select
        refunds.*,
        sold.qty as sold_qty,
        -sum(refunds.qty) over (
            partition by refunds.refers_to_transaction_id, refunds.refers_to_line_number
        ) as refunded_qty,
        sold.unit_price as sold_unit_price,
        sold.item_id as sold_item_id,
        sold.vendor_id as sold_by,
        sold.customer_id as sold_to
    from sales as refunds
    inner join sales as sold
        on sold.transaction_id = refunds.refers_to_transaction_id
        and sold.line_number = refunds.refers_to_line_number
    where refunds.kind = 'refund'
        and sold.kind = 'sale'
),

final as (
    select
        transaction_id,
        line_number,
        refers_to_transaction_id,
        refers_to_line_number,
        refunded_qty,
        sold_qty,
        unit_price,
        sold_unit_price
    from refunds
    where refunded_qty > sold_qty
        or unit_price <> sold_unit_price
        or item_id <> sold_item_id
        or vendor_id <> sold_by
        or customer_id <> sold_to
)

select * from final
