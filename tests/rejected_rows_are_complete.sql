-- cleaned.rejected_row and the checked relations disagree about which rows are rejected.
with

checked_keys as (
    select 'cleaned.customer ' || row_key as row_key
    from {{ref "cleaned.checked_customer"}}
    where reject_reason is not null
    union all
    select 'cleaned.vendor ' || row_key as row_key
    from {{ref "cleaned.checked_vendor"}}
    where reject_reason is not null
    union all
    select 'cleaned.inventory ' || row_key as row_key
    from {{ref "cleaned.checked_inventory"}}
    where reject_reason is not null
    union all
    select 'cleaned.transaction ' || row_key as row_key
    from {{ref "cleaned.checked_transaction"}}
    where reject_reason is not null
    union all
    select 'cleaned.transaction_line ' || row_key as row_key
    from {{ref "cleaned.checked_transaction_line"}}
    where reject_reason is not null
    union all
    select 'cleaned.cart ' || row_key as row_key
    from {{ref "cleaned.checked_cart"}}
    where reject_reason is not null
    union all
    select 'cleaned.cart_line ' || row_key as row_key
    from {{ref "cleaned.checked_cart_line"}}
    where reject_reason is not null
),

rejected_keys as (
    select relation || ' ' || row_key as row_key
    from {{ref "cleaned.rejected_row"}}
),

final as (
    {{> unequal_keys expected="checked_keys" found="rejected_keys"}}
)

select * from final
