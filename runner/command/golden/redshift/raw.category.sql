-- raw.category: seed, table
create table _physical.raw__category__r20260101_000000_000_aaaa (
    category_id integer,
    category_name varchar(100)
);
insert into _physical.raw__category__r20260101_000000_000_aaaa values
    (cast('1' as integer), cast('General' as varchar(100))),
    (cast('2' as integer), cast('Electronics' as varchar(100))),
    (cast('3' as integer), cast('Home and Kitchen' as varchar(100))),
    (cast('4' as integer), cast('Fashion' as varchar(100))),
    (cast('5' as integer), cast('Books' as varchar(100))),
    (cast('6' as integer), cast('Sports and Outdoors' as varchar(100))),
    (cast('7' as integer), cast('Toys and Games' as varchar(100))),
    (cast('8' as integer), cast('Health and Beauty' as varchar(100))),
    (cast('9' as integer), cast('Groceries' as varchar(100)));
-- to the lake, when its tests have passed
unload ('select category_id, category_name from _physical.raw__category__r20260101_000000_000_aaaa order by category_id
')
to 's3://mercado/lake/raw/category/run=r20260101_000000_000_aaaa/_arriving-part-00000-'
iam_role default
format as parquet
manifest verbose
extension 'parquet'
encrypted auto
maxfilesize 1 gb
parallel off;
-- when its tests have passed, with all others in one transaction
drop view if exists "raw".category;
create view "raw".category as
select category_id, category_name from _physical.raw__category__r20260101_000000_000_aaaa
with no schema binding;

-- test.expression.raw.category.category_id_1: error when this returns rows
select category_id, category_name
from _physical.raw__category__r20260101_000000_000_aaaa
where not coalesce((category_id >= 1
), false);

-- test.not_null.raw.category.category_id: error when this returns rows
select category_id, category_name
from _physical.raw__category__r20260101_000000_000_aaaa
where category_id is null;

-- test.not_null.raw.category.category_name: error when this returns rows
select category_id, category_name
from _physical.raw__category__r20260101_000000_000_aaaa
where category_name is null;

-- test.unique.raw.category.category_id: error when this returns rows
select category_id, count(*) as row_count
from _physical.raw__category__r20260101_000000_000_aaaa
where category_id is not null
group by category_id
having count(*) > 1;

-- test.unique.raw.category.category_name: error when this returns rows
select category_name, count(*) as row_count
from _physical.raw__category__r20260101_000000_000_aaaa
where category_name is not null
group by category_name
having count(*) > 1;
