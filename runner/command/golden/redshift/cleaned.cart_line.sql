-- cleaned.cart_line: model, table
create table _physical.cleaned__cart_line__r20260101_000000_000_aaaa as
with

checked as (
    select * from _physical.cleaned__checked_cart_line__r20260101_000000_000_aaaa
),

final as (
    select
        cast(cart_id as varchar(100)) as cart_id,
        cast(line_number as integer) as line_number,
        cast(item_id as integer) as item_id,
        cast(vendor_id as integer) as vendor_id,
        cast(unit_price as numeric(10,2)) as unit_price,
        cast(qty as integer) as qty,
        cast(total_price as numeric(18,2)) as total_price,
        cast(updated_at as timestamp) as updated_at,
        cast(loaded_at as timestamp) as loaded_at
    from checked
    where reject_reason is null
)

select * from final;
-- to the lake, when its tests have passed
unload ('select cart_id, line_number, item_id, vendor_id, unit_price, qty, total_price, updated_at, loaded_at from _physical.cleaned__cart_line__r20260101_000000_000_aaaa order by cart_id, line_number
')
to 's3://mercado/lake/cleaned/cart_line/run=r20260101_000000_000_aaaa/_arriving-part-00000-'
iam_role default
format as parquet
manifest verbose
extension 'parquet'
encrypted auto
maxfilesize 1 gb
parallel off;
-- when its tests have passed, with all others in one transaction
drop view if exists cleaned.cart_line;
create view cleaned.cart_line as
select cart_id, line_number, item_id, vendor_id, unit_price, qty, total_price, updated_at, loaded_at from _physical.cleaned__cart_line__r20260101_000000_000_aaaa
with no schema binding;

-- test.contract.cleaned.cart_line: error when this returns rows
select column_name, constraint_name, row_count, longest_bytes
from (
select
    cast(case numbered.constraint_number when 0 then 'cart_id' end as varchar(127)) as column_name,
    cast(case numbered.constraint_number when 0 then 'varchar(100)' end as varchar(30)) as constraint_name,
    cast(case numbered.constraint_number when 0 then broken_0 end as bigint) as row_count,
    cast(case numbered.constraint_number when 0 then longest_0 end as bigint) as longest_bytes
from (select sum(case when octet_length(cart_id) > 100 then 1 else 0 end) as broken_0, max(octet_length(cart_id)) as longest_0 from _physical.cleaned__cart_line__r20260101_000000_000_aaaa) as measured
cross join (select 0 as constraint_number) as numbered
) as counted
where row_count > 0;

-- test.equal_totals.cleaned.cart_line.cleaned_checked_cart_line: error when this returns rows
with sides as (
    select count(*) as here_rows, 0 as there_rows, coalesce(sum(qty), 0) as here_1, 0 as there_1, coalesce(sum(unit_price), 0) as here_2, 0 as there_2, coalesce(sum(total_price), 0) as here_3, 0 as there_3
    from _physical.cleaned__cart_line__r20260101_000000_000_aaaa
    union all
    select 0, count(*), 0, coalesce(sum(qty), 0), 0, coalesce(sum(unit_price), 0), 0, coalesce(sum(total_price), 0)
    from (select * from _physical.cleaned__checked_cart_line__r20260101_000000_000_aaaa where reject_reason is null
) as compared_with
),
compared as (
    select sum(here_rows) as here_rows, sum(there_rows) as there_rows, sum(here_1) as here_1, sum(there_1) as there_1, sum(here_2) as here_2, sum(there_2) as there_2, sum(here_3) as here_3, sum(there_3) as there_3
    from sides
)
select cast('count of rows' as varchar(1000)) as total, cast(here_rows as varchar(50)) as here, cast(there_rows as varchar(50)) as there, cast(here_rows - there_rows as varchar(50)) as difference
from compared
where here_rows <> there_rows
union all
select cast('sum(qty)' as varchar(1000)) as total, cast(here_1 as varchar(50)) as here, cast(there_1 as varchar(50)) as there, cast(here_1 - there_1 as varchar(50)) as difference
from compared
where here_1 <> there_1
union all
select cast('sum(unit_price)' as varchar(1000)) as total, cast(here_2 as varchar(50)) as here, cast(there_2 as varchar(50)) as there, cast(here_2 - there_2 as varchar(50)) as difference
from compared
where here_2 <> there_2
union all
select cast('sum(total_price)' as varchar(1000)) as total, cast(here_3 as varchar(50)) as here, cast(there_3 as varchar(50)) as there, cast(here_3 - there_3 as varchar(50)) as difference
from compared
where here_3 <> there_3;

-- test.expression.cleaned.cart_line.qty_0: error when this returns rows
select cart_id, line_number, item_id, vendor_id, unit_price, qty, total_price, updated_at, loaded_at
from _physical.cleaned__cart_line__r20260101_000000_000_aaaa
where not coalesce((qty > 0
), false);

-- test.not_null.cleaned.cart_line.cart_id: error when this returns rows
select cart_id, line_number, item_id, vendor_id, unit_price, qty, total_price, updated_at, loaded_at
from _physical.cleaned__cart_line__r20260101_000000_000_aaaa
where cart_id is null;

-- test.not_null.cleaned.cart_line.line_number: error when this returns rows
select cart_id, line_number, item_id, vendor_id, unit_price, qty, total_price, updated_at, loaded_at
from _physical.cleaned__cart_line__r20260101_000000_000_aaaa
where line_number is null;

-- test.not_null.cleaned.cart_line.loaded_at: error when this returns rows
select cart_id, line_number, item_id, vendor_id, unit_price, qty, total_price, updated_at, loaded_at
from _physical.cleaned__cart_line__r20260101_000000_000_aaaa
where loaded_at is null;

-- test.not_null.cleaned.cart_line.qty: error when this returns rows
select cart_id, line_number, item_id, vendor_id, unit_price, qty, total_price, updated_at, loaded_at
from _physical.cleaned__cart_line__r20260101_000000_000_aaaa
where qty is null;

-- test.not_null.cleaned.cart_line.updated_at: error when this returns rows
select cart_id, line_number, item_id, vendor_id, unit_price, qty, total_price, updated_at, loaded_at
from _physical.cleaned__cart_line__r20260101_000000_000_aaaa
where updated_at is null;

-- test.relationships.cleaned.cart_line.cart_id: warn when this returns rows
select child.cart_id, count(*) as row_count
from (select cart_id from _physical.cleaned__cart_line__r20260101_000000_000_aaaa) as child
left join (select distinct cart_id as parent_key from _physical.cleaned__cart__r20260101_000000_000_aaaa) as parent on child.cart_id = parent.parent_key
where child.cart_id is not null and parent.parent_key is null
group by child.cart_id;

-- test.unique.cleaned.cart_line.cart_id_and_line_number: error when this returns rows
select cart_id, line_number, count(*) as row_count
from _physical.cleaned__cart_line__r20260101_000000_000_aaaa
where cart_id is not null and line_number is not null
group by cart_id, line_number
having count(*) > 1;
