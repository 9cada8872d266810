-- Rows of the source broke a rule and are missing from the cleaned relations; their number by relation and reason.
with

rejected_rows as (
    select * from {{ref "cleaned.rejected_row"}}
),

final as (
    select
        relation,
        reason,
        count(*) as rejected_rows
    from rejected_rows
    group by relation, reason
)

select * from final
