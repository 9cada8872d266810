-- unit_test.work.sale_line.a_refund_keeps_what_it_takes_back: fails when this
with given__cleaned__transaction_line as (
select cast('r1' as varchar(36)) as transaction_id, cast('1' as integer) as line_number, cast('refund' as varchar(10)) as kind, cast('t1' as varchar(36)) as refers_to_transaction_id, cast('4' as integer) as refers_to_line_number, cast(null as integer) as item_id, cast(null as integer) as vendor_id, cast(null as varchar(400)) as item_name, cast(null as integer) as category, cast('2.50' as decimal(10,2)) as unit_price, cast('-2' as integer) as qty, cast('-5.00' as decimal(18,2)) as total_price, cast('2026-01-01' as timestamp) as created_at, cast('2026-01-02' as timestamp) as loaded_at
),
given__cleaned__transaction as (
select cast('r1' as varchar(36)) as transaction_id, cast(null as varchar(10)) as kind, cast(null as varchar(36)) as refers_to_transaction_id, cast('1' as integer) as customer_id, cast(null as decimal(18,2)) as total_price, cast(null as timestamp) as created_at, cast('2026-01-02' as timestamp) as loaded_at
),
given__cleaned__customer as (
select cast(null as integer) as "customer_id", cast(null as varchar(50)) as "first_name", cast(null as varchar(50)) as "last_name", cast(null as varchar(100)) as "email", cast(null as timestamp) as "joined_at", cast(null as timestamp) as "archived_at", cast(null as timestamp) as "updated_at", cast(null as timestamp) as "loaded_at" where 1 = 0
),
given__cleaned__vendor as (
select cast(null as integer) as "vendor_id", cast(null as varchar(100)) as "vendor_name", cast(null as varchar(100)) as "region", cast(null as timestamp) as "joined_at", cast(null as timestamp) as "archived_at", cast(null as timestamp) as "updated_at", cast(null as timestamp) as "loaded_at" where 1 = 0
),
given__cleaned__inventory as (
select cast(null as integer) as "item_id", cast(null as varchar(100)) as "item_name", cast(null as integer) as "category", cast(null as decimal(10,2)) as "price", cast(null as integer) as "stock", cast(null as integer) as "vendor_id", cast(null as timestamp) as "archived_at", cast(null as timestamp) as "updated_at", cast(null as timestamp) as "loaded_at" where 1 = 0
),
given__raw__category as (
select cast('1' as integer) as category_id, cast('General' as varchar(100)) as category_name
union all
select cast('2' as integer) as category_id, cast('Electronics' as varchar(100)) as category_name
union all
select cast('3' as integer) as category_id, cast('Home and Kitchen' as varchar(100)) as category_name
union all
select cast('4' as integer) as category_id, cast('Fashion' as varchar(100)) as category_name
union all
select cast('5' as integer) as category_id, cast('Books' as varchar(100)) as category_name
union all
select cast('6' as integer) as category_id, cast('Sports and Outdoors' as varchar(100)) as category_name
union all
select cast('7' as integer) as category_id, cast('Toys and Games' as varchar(100)) as category_name
union all
select cast('8' as integer) as category_id, cast('Health and Beauty' as varchar(100)) as category_name
union all
select cast('9' as integer) as category_id, cast('Groceries' as varchar(100)) as category_name
),
given__this as (
select cast(null as varchar(36)) as "transaction_id", cast(null as integer) as "line_number", cast(null as varchar(10)) as "kind", cast(null as varchar(36)) as "refers_to_transaction_id", cast(null as integer) as "refers_to_line_number", cast(null as integer) as "item_id", cast(null as integer) as "customer_id", cast(null as integer) as "vendor_id", cast(null as integer) as "category_id", cast(null as integer) as "date_id", cast(null as integer) as "source_item_id", cast(null as integer) as "source_customer_id", cast(null as integer) as "source_vendor_id", cast(null as integer) as "source_category_id", cast(null as varchar(400)) as "item_name", cast(null as decimal(10,2)) as "unit_price", cast(null as integer) as "qty", cast(null as decimal(18,2)) as "total_price", cast(null as timestamp) as "sold_at", cast(null as timestamp) as "loaded_at" where 1 = 0
)
select
    cast(transaction_id as varchar(65535)) as transaction_id,
    cast(kind as varchar(65535)) as kind,
    cast(refers_to_transaction_id as varchar(65535)) as refers_to_transaction_id,
    cast(refers_to_line_number as varchar(65535)) as refers_to_line_number,
    cast(date_id as varchar(65535)) as date_id,
    cast(qty as varchar(65535)) as qty,
    cast(total_price as varchar(65535)) as total_price
from (
with

transaction_lines as (
    select * from given__cleaned__transaction_line
),

transactions as (
    select * from given__cleaned__transaction
),

customers as (
    select * from given__cleaned__customer
),

vendors as (
    select * from given__cleaned__vendor
),

items as (
    select * from given__cleaned__inventory
),

categories as (
    select * from given__raw__category
),

-- A line whose transaction has not arrived is a sale all the same, of a customer not known yet.
sold as (
    select
        transaction_lines.*,
        transactions.customer_id,
        greatest(
            transaction_lines.loaded_at,
            coalesce(transactions.loaded_at, transaction_lines.loaded_at)
        ) as known_at
    from transaction_lines
    left join transactions
        on transactions.transaction_id = transaction_lines.transaction_id
),

-- The category is the line's own, as it was at checkout: listing the item under another one later changes no past sale.
resolved as (
    select
        sold.*,
        coalesce(items.item_id, -1) as member_item_id,
        coalesce(customers.customer_id, -1) as member_customer_id,
        coalesce(vendors.vendor_id, -1) as member_vendor_id,
        coalesce(categories.category_id, -1) as member_category_id,
        case
            when cast(sold.created_at as date)
                between cast('2020-01-01' as date) and cast('2035-12-31' as date)
            then cast(extract(year from sold.created_at) * 10000 + extract(month from sold.created_at) * 100 + extract(day from sold.created_at) as integer)
            else -1
        end as member_date_id
    from sold
    left join items
        on items.item_id = sold.item_id
    left join customers
        on customers.customer_id = sold.customer_id
    left join vendors
        on vendors.vendor_id = sold.vendor_id
    left join categories
        on categories.category_id = sold.category
),

final as (
    select
        cast(transaction_id as varchar(36)) as transaction_id,
        cast(line_number as integer) as line_number,
        cast(kind as varchar(10)) as kind,
        cast(refers_to_transaction_id as varchar(36)) as refers_to_transaction_id,
        cast(refers_to_line_number as integer) as refers_to_line_number,
        cast(member_item_id as integer) as item_id,
        cast(member_customer_id as integer) as customer_id,
        cast(member_vendor_id as integer) as vendor_id,
        cast(member_category_id as integer) as category_id,
        cast(member_date_id as integer) as date_id,
        cast(item_id as integer) as source_item_id,
        cast(customer_id as integer) as source_customer_id,
        cast(vendor_id as integer) as source_vendor_id,
        cast(category as integer) as source_category_id,
        cast(item_name as varchar(400)) as item_name,
        cast(unit_price as numeric(10,2)) as unit_price,
        cast(qty as integer) as qty,
        cast(total_price as numeric(18,2)) as total_price,
        cast(created_at as timestamp) as sold_at,
        cast(known_at as timestamp) as loaded_at
    from resolved
)

select * from final
) as compared_rows;
-- returns other rows than this
select
    cast(transaction_id as varchar(65535)) as transaction_id,
    cast(kind as varchar(65535)) as kind,
    cast(refers_to_transaction_id as varchar(65535)) as refers_to_transaction_id,
    cast(refers_to_line_number as varchar(65535)) as refers_to_line_number,
    cast(date_id as varchar(65535)) as date_id,
    cast(qty as varchar(65535)) as qty,
    cast(total_price as varchar(65535)) as total_price
from (
select cast('r1' as varchar(36)) as transaction_id, cast('refund' as varchar(10)) as kind, cast('t1' as varchar(36)) as refers_to_transaction_id, cast('4' as integer) as refers_to_line_number, cast('20260101' as integer) as date_id, cast('-2' as integer) as qty, cast('-5.00' as decimal(18,2)) as total_price
) as compared_rows;

-- unit_test.work.sale_line.a_sale_is_never_lost_to_a_late_member: fails when this
with given__cleaned__transaction_line as (
select cast('t1' as varchar(36)) as transaction_id, cast('1' as integer) as line_number, cast(null as varchar(10)) as kind, cast(null as varchar(36)) as refers_to_transaction_id, cast(null as integer) as refers_to_line_number, cast('1' as integer) as item_id, cast('1' as integer) as vendor_id, cast(null as varchar(400)) as item_name, cast('2' as integer) as category, cast('2.50' as decimal(10,2)) as unit_price, cast('3' as integer) as qty, cast('7.50' as decimal(18,2)) as total_price, cast('2026-01-01 23:59:59.999999' as timestamp) as created_at, cast('2026-01-02' as timestamp) as loaded_at
union all
select cast('t2' as varchar(36)) as transaction_id, cast('1' as integer) as line_number, cast(null as varchar(10)) as kind, cast(null as varchar(36)) as refers_to_transaction_id, cast(null as integer) as refers_to_line_number, cast('77' as integer) as item_id, cast('78' as integer) as vendor_id, cast(null as varchar(400)) as item_name, cast('79' as integer) as category, cast(null as decimal(10,2)) as unit_price, cast(null as integer) as qty, cast(null as decimal(18,2)) as total_price, cast('2019-12-31 23:59:59' as timestamp) as created_at, cast('2026-01-02' as timestamp) as loaded_at
),
given__cleaned__transaction as (
select cast('t1' as varchar(36)) as transaction_id, cast(null as varchar(10)) as kind, cast(null as varchar(36)) as refers_to_transaction_id, cast('1' as integer) as customer_id, cast(null as decimal(18,2)) as total_price, cast(null as timestamp) as created_at, cast('2026-01-03' as timestamp) as loaded_at
),
given__cleaned__customer as (
select cast('1' as integer) as customer_id, cast(null as varchar(50)) as first_name, cast(null as varchar(50)) as last_name, cast(null as varchar(100)) as email, cast(null as timestamp) as joined_at, cast(null as timestamp) as archived_at, cast(null as timestamp) as updated_at, cast(null as timestamp) as loaded_at
),
given__cleaned__vendor as (
select cast('1' as integer) as vendor_id, cast(null as varchar(100)) as vendor_name, cast(null as varchar(100)) as region, cast(null as timestamp) as joined_at, cast(null as timestamp) as archived_at, cast(null as timestamp) as updated_at, cast(null as timestamp) as loaded_at
),
given__cleaned__inventory as (
select cast('1' as integer) as item_id, cast(null as varchar(100)) as item_name, cast(null as integer) as category, cast(null as decimal(10,2)) as price, cast(null as integer) as stock, cast(null as integer) as vendor_id, cast(null as timestamp) as archived_at, cast(null as timestamp) as updated_at, cast(null as timestamp) as loaded_at
),
given__raw__category as (
select cast('1' as integer) as category_id, cast('General' as varchar(100)) as category_name
union all
select cast('2' as integer) as category_id, cast('Electronics' as varchar(100)) as category_name
union all
select cast('3' as integer) as category_id, cast('Home and Kitchen' as varchar(100)) as category_name
union all
select cast('4' as integer) as category_id, cast('Fashion' as varchar(100)) as category_name
union all
select cast('5' as integer) as category_id, cast('Books' as varchar(100)) as category_name
union all
select cast('6' as integer) as category_id, cast('Sports and Outdoors' as varchar(100)) as category_name
union all
select cast('7' as integer) as category_id, cast('Toys and Games' as varchar(100)) as category_name
union all
select cast('8' as integer) as category_id, cast('Health and Beauty' as varchar(100)) as category_name
union all
select cast('9' as integer) as category_id, cast('Groceries' as varchar(100)) as category_name
),
given__this as (
select cast(null as varchar(36)) as "transaction_id", cast(null as integer) as "line_number", cast(null as varchar(10)) as "kind", cast(null as varchar(36)) as "refers_to_transaction_id", cast(null as integer) as "refers_to_line_number", cast(null as integer) as "item_id", cast(null as integer) as "customer_id", cast(null as integer) as "vendor_id", cast(null as integer) as "category_id", cast(null as integer) as "date_id", cast(null as integer) as "source_item_id", cast(null as integer) as "source_customer_id", cast(null as integer) as "source_vendor_id", cast(null as integer) as "source_category_id", cast(null as varchar(400)) as "item_name", cast(null as decimal(10,2)) as "unit_price", cast(null as integer) as "qty", cast(null as decimal(18,2)) as "total_price", cast(null as timestamp) as "sold_at", cast(null as timestamp) as "loaded_at" where 1 = 0
)
select
    cast(transaction_id as varchar(65535)) as transaction_id,
    cast(line_number as varchar(65535)) as line_number,
    cast(item_id as varchar(65535)) as item_id,
    cast(customer_id as varchar(65535)) as customer_id,
    cast(vendor_id as varchar(65535)) as vendor_id,
    cast(category_id as varchar(65535)) as category_id,
    cast(date_id as varchar(65535)) as date_id,
    cast(source_item_id as varchar(65535)) as source_item_id,
    cast(source_customer_id as varchar(65535)) as source_customer_id,
    cast(total_price as varchar(65535)) as total_price,
    cast(loaded_at as varchar(65535)) as loaded_at
from (
with

transaction_lines as (
    select * from given__cleaned__transaction_line
),

transactions as (
    select * from given__cleaned__transaction
),

customers as (
    select * from given__cleaned__customer
),

vendors as (
    select * from given__cleaned__vendor
),

items as (
    select * from given__cleaned__inventory
),

categories as (
    select * from given__raw__category
),

-- A line whose transaction has not arrived is a sale all the same, of a customer not known yet.
sold as (
    select
        transaction_lines.*,
        transactions.customer_id,
        greatest(
            transaction_lines.loaded_at,
            coalesce(transactions.loaded_at, transaction_lines.loaded_at)
        ) as known_at
    from transaction_lines
    left join transactions
        on transactions.transaction_id = transaction_lines.transaction_id
),

-- The category is the line's own, as it was at checkout: listing the item under another one later changes no past sale.
resolved as (
    select
        sold.*,
        coalesce(items.item_id, -1) as member_item_id,
        coalesce(customers.customer_id, -1) as member_customer_id,
        coalesce(vendors.vendor_id, -1) as member_vendor_id,
        coalesce(categories.category_id, -1) as member_category_id,
        case
            when cast(sold.created_at as date)
                between cast('2020-01-01' as date) and cast('2035-12-31' as date)
            then cast(extract(year from sold.created_at) * 10000 + extract(month from sold.created_at) * 100 + extract(day from sold.created_at) as integer)
            else -1
        end as member_date_id
    from sold
    left join items
        on items.item_id = sold.item_id
    left join customers
        on customers.customer_id = sold.customer_id
    left join vendors
        on vendors.vendor_id = sold.vendor_id
    left join categories
        on categories.category_id = sold.category
),

final as (
    select
        cast(transaction_id as varchar(36)) as transaction_id,
        cast(line_number as integer) as line_number,
        cast(kind as varchar(10)) as kind,
        cast(refers_to_transaction_id as varchar(36)) as refers_to_transaction_id,
        cast(refers_to_line_number as integer) as refers_to_line_number,
        cast(member_item_id as integer) as item_id,
        cast(member_customer_id as integer) as customer_id,
        cast(member_vendor_id as integer) as vendor_id,
        cast(member_category_id as integer) as category_id,
        cast(member_date_id as integer) as date_id,
        cast(item_id as integer) as source_item_id,
        cast(customer_id as integer) as source_customer_id,
        cast(vendor_id as integer) as source_vendor_id,
        cast(category as integer) as source_category_id,
        cast(item_name as varchar(400)) as item_name,
        cast(unit_price as numeric(10,2)) as unit_price,
        cast(qty as integer) as qty,
        cast(total_price as numeric(18,2)) as total_price,
        cast(created_at as timestamp) as sold_at,
        cast(known_at as timestamp) as loaded_at
    from resolved
)

select * from final
) as compared_rows;
-- returns other rows than this
select
    cast(transaction_id as varchar(65535)) as transaction_id,
    cast(line_number as varchar(65535)) as line_number,
    cast(item_id as varchar(65535)) as item_id,
    cast(customer_id as varchar(65535)) as customer_id,
    cast(vendor_id as varchar(65535)) as vendor_id,
    cast(category_id as varchar(65535)) as category_id,
    cast(date_id as varchar(65535)) as date_id,
    cast(source_item_id as varchar(65535)) as source_item_id,
    cast(source_customer_id as varchar(65535)) as source_customer_id,
    cast(total_price as varchar(65535)) as total_price,
    cast(loaded_at as varchar(65535)) as loaded_at
from (
select cast('t1' as varchar(36)) as transaction_id, cast('1' as integer) as line_number, cast('1' as integer) as item_id, cast('1' as integer) as customer_id, cast('1' as integer) as vendor_id, cast('2' as integer) as category_id, cast('20260101' as integer) as date_id, cast('1' as integer) as source_item_id, cast('1' as integer) as source_customer_id, cast('7.50' as decimal(18,2)) as total_price, cast('2026-01-03' as timestamp) as loaded_at
union all
select cast('t2' as varchar(36)) as transaction_id, cast('1' as integer) as line_number, cast('-1' as integer) as item_id, cast('-1' as integer) as customer_id, cast('-1' as integer) as vendor_id, cast('-1' as integer) as category_id, cast('-1' as integer) as date_id, cast('77' as integer) as source_item_id, cast(null as integer) as source_customer_id, cast(null as decimal(18,2)) as total_price, cast('2026-01-02' as timestamp) as loaded_at
) as compared_rows;

-- work.sale_line: model, table
create table _physical.work__sale_line__r20260101_000000_000_aaaa as
with

transaction_lines as (
    select * from _physical.cleaned__transaction_line__r20260101_000000_000_aaaa
),

transactions as (
    select * from _physical.cleaned__transaction__r20260101_000000_000_aaaa
),

customers as (
    select * from _physical.cleaned__customer__r20260101_000000_000_aaaa
),

vendors as (
    select * from _physical.cleaned__vendor__r20260101_000000_000_aaaa
),

items as (
    select * from _physical.cleaned__inventory__r20260101_000000_000_aaaa
),

categories as (
    select * from _physical.raw__category__r20260101_000000_000_aaaa
),

-- A line whose transaction has not arrived is a sale all the same, of a customer not known yet.
sold as (
    select
        transaction_lines.*,
        transactions.customer_id,
        greatest(
            transaction_lines.loaded_at,
            coalesce(transactions.loaded_at, transaction_lines.loaded_at)
        ) as known_at
    from transaction_lines
    left join transactions
        on transactions.transaction_id = transaction_lines.transaction_id
),

-- The category is the line's own, as it was at checkout: listing the item under another one later changes no past sale.
resolved as (
    select
        sold.*,
        coalesce(items.item_id, -1) as member_item_id,
        coalesce(customers.customer_id, -1) as member_customer_id,
        coalesce(vendors.vendor_id, -1) as member_vendor_id,
        coalesce(categories.category_id, -1) as member_category_id,
        case
            when cast(sold.created_at as date)
                between cast('2020-01-01' as date) and cast('2035-12-31' as date)
            then cast(extract(year from sold.created_at) * 10000 + extract(month from sold.created_at) * 100 + extract(day from sold.created_at) as integer)
            else -1
        end as member_date_id
    from sold
    left join items
        on items.item_id = sold.item_id
    left join customers
        on customers.customer_id = sold.customer_id
    left join vendors
        on vendors.vendor_id = sold.vendor_id
    left join categories
        on categories.category_id = sold.category
),

final as (
    select
        cast(transaction_id as varchar(36)) as transaction_id,
        cast(line_number as integer) as line_number,
        cast(kind as varchar(10)) as kind,
        cast(refers_to_transaction_id as varchar(36)) as refers_to_transaction_id,
        cast(refers_to_line_number as integer) as refers_to_line_number,
        cast(member_item_id as integer) as item_id,
        cast(member_customer_id as integer) as customer_id,
        cast(member_vendor_id as integer) as vendor_id,
        cast(member_category_id as integer) as category_id,
        cast(member_date_id as integer) as date_id,
        cast(item_id as integer) as source_item_id,
        cast(customer_id as integer) as source_customer_id,
        cast(vendor_id as integer) as source_vendor_id,
        cast(category as integer) as source_category_id,
        cast(item_name as varchar(400)) as item_name,
        cast(unit_price as numeric(10,2)) as unit_price,
        cast(qty as integer) as qty,
        cast(total_price as numeric(18,2)) as total_price,
        cast(created_at as timestamp) as sold_at,
        cast(known_at as timestamp) as loaded_at
    from resolved
)

select * from final;
-- to the lake, when its tests have passed
unload ('select transaction_id, line_number, kind, refers_to_transaction_id, refers_to_line_number, item_id, customer_id, vendor_id, category_id, date_id, source_item_id, source_customer_id, source_vendor_id, source_category_id, item_name, unit_price, qty, total_price, sold_at, loaded_at from _physical.work__sale_line__r20260101_000000_000_aaaa order by transaction_id, line_number
')
to 's3://mercado/lake/work/sale_line/run=r20260101_000000_000_aaaa/_arriving-part-00000-'
iam_role default
format as parquet
manifest verbose
extension 'parquet'
encrypted auto
maxfilesize 1 gb
parallel off;
-- when its tests have passed, with all others in one transaction
drop view if exists work.sale_line;
create view work.sale_line as
select transaction_id, line_number, kind, refers_to_transaction_id, refers_to_line_number, item_id, customer_id, vendor_id, category_id, date_id, source_item_id, source_customer_id, source_vendor_id, source_category_id, item_name, unit_price, qty, total_price, sold_at, loaded_at from _physical.work__sale_line__r20260101_000000_000_aaaa
with no schema binding;

-- test.accepted_values.work.sale_line.kind: error when this returns rows
select kind, count(*) as row_count
from _physical.work__sale_line__r20260101_000000_000_aaaa
where kind is not null and kind not in ('sale', 'refund')
group by kind;

-- test.contract.work.sale_line: error when this returns rows
select column_name, constraint_name, row_count, longest_bytes
from (
select
    cast(case numbered.constraint_number when 0 then 'transaction_id' when 1 then 'kind' when 2 then 'refers_to_transaction_id' when 3 then 'item_name' end as varchar(127)) as column_name,
    cast(case numbered.constraint_number when 0 then 'varchar(36)' when 1 then 'varchar(10)' when 2 then 'varchar(36)' when 3 then 'varchar(400)' end as varchar(30)) as constraint_name,
    cast(case numbered.constraint_number when 0 then broken_0 when 1 then broken_1 when 2 then broken_2 when 3 then broken_3 end as bigint) as row_count,
    cast(case numbered.constraint_number when 0 then longest_0 when 1 then longest_1 when 2 then longest_2 when 3 then longest_3 end as bigint) as longest_bytes
from (select sum(case when octet_length(transaction_id) > 36 then 1 else 0 end) as broken_0, max(octet_length(transaction_id)) as longest_0, sum(case when octet_length(kind) > 10 then 1 else 0 end) as broken_1, max(octet_length(kind)) as longest_1, sum(case when octet_length(refers_to_transaction_id) > 36 then 1 else 0 end) as broken_2, max(octet_length(refers_to_transaction_id)) as longest_2, sum(case when octet_length(item_name) > 400 then 1 else 0 end) as broken_3, max(octet_length(item_name)) as longest_3 from _physical.work__sale_line__r20260101_000000_000_aaaa) as measured
cross join (select 0 as constraint_number union all select 1 as constraint_number union all select 2 as constraint_number union all select 3 as constraint_number) as numbered
) as counted
where row_count > 0;

-- test.equal_totals.work.sale_line.cleaned_transaction_line: error when this returns rows
with sides as (
    select count(*) as here_rows, 0 as there_rows, coalesce(sum(qty), 0) as here_1, 0 as there_1, coalesce(sum(unit_price), 0) as here_2, 0 as there_2, coalesce(sum(total_price), 0) as here_3, 0 as there_3
    from _physical.work__sale_line__r20260101_000000_000_aaaa
    union all
    select 0, count(*), 0, coalesce(sum(qty), 0), 0, coalesce(sum(unit_price), 0), 0, coalesce(sum(total_price), 0)
    from _physical.cleaned__transaction_line__r20260101_000000_000_aaaa
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

-- test.not_null.work.sale_line.category_id: error when this returns rows
select transaction_id, line_number, kind, refers_to_transaction_id, refers_to_line_number, item_id, customer_id, vendor_id, category_id, date_id, source_item_id, source_customer_id, source_vendor_id, source_category_id, item_name, unit_price, qty, total_price, sold_at, loaded_at
from _physical.work__sale_line__r20260101_000000_000_aaaa
where category_id is null;

-- test.not_null.work.sale_line.customer_id: error when this returns rows
select transaction_id, line_number, kind, refers_to_transaction_id, refers_to_line_number, item_id, customer_id, vendor_id, category_id, date_id, source_item_id, source_customer_id, source_vendor_id, source_category_id, item_name, unit_price, qty, total_price, sold_at, loaded_at
from _physical.work__sale_line__r20260101_000000_000_aaaa
where customer_id is null;

-- test.not_null.work.sale_line.date_id: error when this returns rows
select transaction_id, line_number, kind, refers_to_transaction_id, refers_to_line_number, item_id, customer_id, vendor_id, category_id, date_id, source_item_id, source_customer_id, source_vendor_id, source_category_id, item_name, unit_price, qty, total_price, sold_at, loaded_at
from _physical.work__sale_line__r20260101_000000_000_aaaa
where date_id is null;

-- test.not_null.work.sale_line.item_id: error when this returns rows
select transaction_id, line_number, kind, refers_to_transaction_id, refers_to_line_number, item_id, customer_id, vendor_id, category_id, date_id, source_item_id, source_customer_id, source_vendor_id, source_category_id, item_name, unit_price, qty, total_price, sold_at, loaded_at
from _physical.work__sale_line__r20260101_000000_000_aaaa
where item_id is null;

-- test.not_null.work.sale_line.kind: error when this returns rows
select transaction_id, line_number, kind, refers_to_transaction_id, refers_to_line_number, item_id, customer_id, vendor_id, category_id, date_id, source_item_id, source_customer_id, source_vendor_id, source_category_id, item_name, unit_price, qty, total_price, sold_at, loaded_at
from _physical.work__sale_line__r20260101_000000_000_aaaa
where kind is null;

-- test.not_null.work.sale_line.line_number: error when this returns rows
select transaction_id, line_number, kind, refers_to_transaction_id, refers_to_line_number, item_id, customer_id, vendor_id, category_id, date_id, source_item_id, source_customer_id, source_vendor_id, source_category_id, item_name, unit_price, qty, total_price, sold_at, loaded_at
from _physical.work__sale_line__r20260101_000000_000_aaaa
where line_number is null;

-- test.not_null.work.sale_line.loaded_at: error when this returns rows
select transaction_id, line_number, kind, refers_to_transaction_id, refers_to_line_number, item_id, customer_id, vendor_id, category_id, date_id, source_item_id, source_customer_id, source_vendor_id, source_category_id, item_name, unit_price, qty, total_price, sold_at, loaded_at
from _physical.work__sale_line__r20260101_000000_000_aaaa
where loaded_at is null;

-- test.not_null.work.sale_line.qty: error when this returns rows
select transaction_id, line_number, kind, refers_to_transaction_id, refers_to_line_number, item_id, customer_id, vendor_id, category_id, date_id, source_item_id, source_customer_id, source_vendor_id, source_category_id, item_name, unit_price, qty, total_price, sold_at, loaded_at
from _physical.work__sale_line__r20260101_000000_000_aaaa
where qty is null;

-- test.not_null.work.sale_line.sold_at: error when this returns rows
select transaction_id, line_number, kind, refers_to_transaction_id, refers_to_line_number, item_id, customer_id, vendor_id, category_id, date_id, source_item_id, source_customer_id, source_vendor_id, source_category_id, item_name, unit_price, qty, total_price, sold_at, loaded_at
from _physical.work__sale_line__r20260101_000000_000_aaaa
where sold_at is null;

-- test.not_null.work.sale_line.total_price: error when this returns rows
select transaction_id, line_number, kind, refers_to_transaction_id, refers_to_line_number, item_id, customer_id, vendor_id, category_id, date_id, source_item_id, source_customer_id, source_vendor_id, source_category_id, item_name, unit_price, qty, total_price, sold_at, loaded_at
from _physical.work__sale_line__r20260101_000000_000_aaaa
where total_price is null;

-- test.not_null.work.sale_line.transaction_id: error when this returns rows
select transaction_id, line_number, kind, refers_to_transaction_id, refers_to_line_number, item_id, customer_id, vendor_id, category_id, date_id, source_item_id, source_customer_id, source_vendor_id, source_category_id, item_name, unit_price, qty, total_price, sold_at, loaded_at
from _physical.work__sale_line__r20260101_000000_000_aaaa
where transaction_id is null;

-- test.not_null.work.sale_line.unit_price: error when this returns rows
select transaction_id, line_number, kind, refers_to_transaction_id, refers_to_line_number, item_id, customer_id, vendor_id, category_id, date_id, source_item_id, source_customer_id, source_vendor_id, source_category_id, item_name, unit_price, qty, total_price, sold_at, loaded_at
from _physical.work__sale_line__r20260101_000000_000_aaaa
where unit_price is null;

-- test.not_null.work.sale_line.vendor_id: error when this returns rows
select transaction_id, line_number, kind, refers_to_transaction_id, refers_to_line_number, item_id, customer_id, vendor_id, category_id, date_id, source_item_id, source_customer_id, source_vendor_id, source_category_id, item_name, unit_price, qty, total_price, sold_at, loaded_at
from _physical.work__sale_line__r20260101_000000_000_aaaa
where vendor_id is null;

-- test.unique.work.sale_line.transaction_id_and_line_number: error when this returns rows
select transaction_id, line_number, count(*) as row_count
from _physical.work__sale_line__r20260101_000000_000_aaaa
where transaction_id is not null and line_number is not null
group by transaction_id, line_number
having count(*) > 1;
