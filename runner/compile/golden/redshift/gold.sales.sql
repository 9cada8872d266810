with

sale_lines as (
    select * from work.sale_line
),

chosen as (
    select * from sale_lines
),

final as (
    select
        cast(transaction_id as varchar(36)) as transaction_id,
        cast(line_number as integer) as line_number,
        cast(kind as varchar(10)) as kind,
        cast(refers_to_transaction_id as varchar(36)) as refers_to_transaction_id,
        cast(refers_to_line_number as integer) as refers_to_line_number,
        cast(item_id as integer) as item_id,
        cast(customer_id as integer) as customer_id,
        cast(vendor_id as integer) as vendor_id,
        cast(category_id as integer) as category_id,
        cast(date_id as integer) as date_id,
        cast(unit_price as numeric(10,2)) as unit_price,
        cast(qty as integer) as qty,
        cast(total_price as numeric(18,2)) as total_price,
        cast(sold_at as timestamp) as sold_at,
        cast(loaded_at as timestamp) as loaded_at
    from chosen
)

select * from final
