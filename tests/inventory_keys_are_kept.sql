-- An item of the source is neither clean nor rejected, or is there twice.
with

source_keys as (
    select distinct coalesce(cast(id as varchar(65535)), 'no key') as row_key
    from {{source "oltp.inventory"}}
),

kept_keys as (
    select cast(item_id as varchar(65535)) as row_key
    from {{ref "cleaned.inventory"}}
    union all
    select distinct case when row_key like 'no key %' then 'no key' else row_key end as row_key
    from {{ref "cleaned.checked_inventory"}}
    where reject_reason is not null
),

final as (
    {{> unequal_keys expected="source_keys" found="kept_keys"}}
)

select * from final
