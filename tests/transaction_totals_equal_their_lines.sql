-- A transaction's total is not the sum of its lines: a line was lost, doubled or altered on the way.
with

transactions as (
    select * from {{ref "cleaned.transaction"}}
),

-- Rejected lines belong to their transaction's total as well.
line_totals as (
    select
        transaction_id,
        cast(sum(total_price) as numeric(18,2)) as total_price
    from {{ref "cleaned.checked_transaction_line"}}
    group by transaction_id
),

final as (
    select
        transactions.transaction_id,
        transactions.total_price as transaction_total,
        line_totals.total_price as line_total
    from transactions
    left join line_totals
        on line_totals.transaction_id = transactions.transaction_id
    where transactions.total_price <> coalesce(line_totals.total_price, 0)
)

select * from final
