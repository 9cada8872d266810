with

categories as (
    select * from "raw".category
),

members as (
    select
        -1 as category_id,
        'Unknown' as category_name
    union all
    select
        category_id,
        category_name
    from categories
),

final as (
    select
        cast(category_id as integer) as category_id,
        cast(category_name as varchar(100)) as category_name
    from members
)

select * from final
