-- A line gives back units of a sale's line that is not there.
with

sales as (
    select * from {{ref "gold.sales"}}
),

final as (
    select
        refunds.transaction_id,
        refunds.line_number,
        refunds.refers_to_transaction_id,
        refunds.refers_to_line_number
    from sales as refunds
    left join sales as sold
        on sold.transaction_id = refunds.refers_to_transaction_id
        and sold.line_number = refunds.refers_to_line_number
        and sold.kind = 'sale'
    where refunds.kind = 'refund'
        and sold.transaction_id is null
)

select * from final
