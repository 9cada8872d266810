-- gold.sales has other transactions, lines, units or money (to the cent) than the cleaned lines.
with

clean_lines as (
    select * from {{ref "cleaned.transaction_line"}}
),

sales as (
    select * from {{ref "gold.sales"}}
),

line_totals as (
    {{> sale_totals rows="clean_lines"}}
),

sales_totals as (
    {{> sale_totals rows="sales"}}
),

final as (
    {{> unequal_totals expected="line_totals" found="sales_totals"}}
)

select * from final
