with

source_rows as (
    select * from "raw".cart_line
),

latest_rows as (
    select *
    from (
        select
            *,
            row_number() over (
                partition by row_key
                order by updated_at desc nulls last, _extracted_at, item_id, vendor_id, qty, unit_price, total_price
            ) as version_rank
        from (
            select
                *,
                case when cart_id is null or line_number is null then 'no key ' || md5(coalesce(cast(cart_id as varchar(65535)), '') || '|' || coalesce(cast(line_number as varchar(65535)), '') || '|' || coalesce(cast(item_id as varchar(65535)), '') || '|' || coalesce(cast(vendor_id as varchar(65535)), '') || '|' || coalesce(cast(qty as varchar(65535)), '') || '|' || coalesce(cast(unit_price as varchar(65535)), '') || '|' || coalesce(cast(total_price as varchar(65535)), '')) else cast(cart_id as varchar(65535)) || '/' || cast(line_number as varchar(65535)) end as row_key
            from source_rows
        ) as keyed_rows
    ) as ranked_rows
    where version_rank = 1
),

tidied as (
    select
        row_key,
        cart_id,
        line_number,
        item_id,
        vendor_id,
        unit_price,
        qty,
        total_price,
        cast(updated_at at time zone 'UTC' as timestamp) as updated_at,
        cast(_extracted_at at time zone 'UTC' as timestamp) as loaded_at
    from latest_rows
),

-- Prices in a cart are what the shopper was shown and may be missing; a sale is priced at checkout.
checked as (
    select
        *,
        case
            when coalesce(cart_id, '') = '' then 'cart_id is missing'
            when strlen(cart_id) > 100 then 'cart_id is longer than 100 bytes'
            when line_number is null then 'line_number is missing'
            when line_number < 1 then 'line_number is below 1'
            when updated_at is null then 'updated_at is missing'
            when unit_price <= 0 then 'unit_price is not positive'
            when qty is null then 'qty is missing'
            when qty <= 0 then 'qty is not positive'
            when total_price <> unit_price * qty then 'total_price is not qty times unit_price'
        end as reject_reason
    from tidied
),

final as (
    select
        cast(row_key as varchar(65535)) as row_key,
        cast(cart_id as varchar(65535)) as cart_id,
        cast(line_number as integer) as line_number,
        cast(item_id as integer) as item_id,
        cast(vendor_id as integer) as vendor_id,
        cast(unit_price as numeric(10,2)) as unit_price,
        cast(qty as integer) as qty,
        cast(total_price as numeric(18,2)) as total_price,
        cast(updated_at as timestamp) as updated_at,
        cast(loaded_at as timestamp) as loaded_at,
        cast(reject_reason as varchar(100)) as reject_reason
    from checked
)

select * from final
