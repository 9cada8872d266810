-- What the shop sold (transactions, lines, units, money to the cent) is not what is clean or rejected.
with

-- A line never changes, so its copies are equal; a line that did change counts twice here, and that is a fault too.
source_lines as (
    select distinct
        transaction_id, line_number, created_at, item_id, vendor_id, item_name, category,
        qty, unit_price, total_price, coalesce(kind, 'sale') as kind, refers_to, refers_to_line
    from {{source "shop.transaction_line"}}
),

kept_lines as (
    select transaction_id, qty, total_price
    from {{ref "cleaned.transaction_line"}}
    union all
    select transaction_id, qty, total_price
    from {{ref "cleaned.checked_transaction_line"}}
    where reject_reason is not null
),

source_totals as (
    {{> sale_totals rows="source_lines"}}
),

kept_totals as (
    {{> sale_totals rows="kept_lines"}}
),

final as (
    {{> unequal_totals expected="source_totals" found="kept_totals"}}
)

select * from final
