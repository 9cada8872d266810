with

customers as (
    select 'cleaned.customer' as relation, row_key, reject_reason, loaded_at
    from cleaned.checked_customer
),

vendors as (
    select 'cleaned.vendor' as relation, row_key, reject_reason, loaded_at
    from cleaned.checked_vendor
),

items as (
    select 'cleaned.inventory' as relation, row_key, reject_reason, loaded_at
    from cleaned.checked_inventory
),

transactions as (
    select 'cleaned.transaction' as relation, row_key, reject_reason, loaded_at
    from cleaned.checked_transaction
),

transaction_lines as (
    select 'cleaned.transaction_line' as relation, row_key, reject_reason, loaded_at
    from cleaned.checked_transaction_line
),

carts as (
    select 'cleaned.cart' as relation, row_key, reject_reason, loaded_at
    from cleaned.checked_cart
),

cart_lines as (
    select 'cleaned.cart_line' as relation, row_key, reject_reason, loaded_at
    from cleaned.checked_cart_line
),

checked as (
    select * from customers
    union all select * from vendors
    union all select * from items
    union all select * from transactions
    union all select * from transaction_lines
    union all select * from carts
    union all select * from cart_lines
),

final as (
    select
        cast(relation as varchar(100)) as relation,
        cast(row_key as varchar(65535)) as row_key,
        cast(reject_reason as varchar(100)) as reason,
        cast(loaded_at as timestamp) as loaded_at
    from checked
    where reject_reason is not null
)

select * from final
