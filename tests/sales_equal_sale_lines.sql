-- A published line is not what a full refresh would make of it: a late member did not heal, or an increment missed a change.
with

sales as (
    select
        transaction_id, line_number, kind, refers_to_transaction_id, refers_to_line_number,
        item_id, customer_id, vendor_id, category_id, date_id,
        unit_price, qty, total_price, sold_at, loaded_at
    from {{ref "gold.sales"}}
),

sale_lines as (
    select
        transaction_id, line_number, kind, refers_to_transaction_id, refers_to_line_number,
        item_id, customer_id, vendor_id, category_id, date_id,
        unit_price, qty, total_price, sold_at, loaded_at
    from {{ref "work.sale_line"}}
),

only_published as (
    select * from sales
    except
    select * from sale_lines
),

only_computed as (
    select * from sale_lines
    except
    select * from sales
),

final as (
    select 'only in gold.sales' as place, only_published.* from only_published
    union all
    select 'only in work.sale_line' as place, only_computed.* from only_computed
)

select * from final
