create role shop_engineer;
create role shop_scientist;
create role shop_analyst;
create role shop_vendor;
create user "IAM:sam" password disable;
create user "vendor_1" password disable;
create user "vendor_2" password disable;
create user "shop_probe_engineer" password disable;
create user "shop_probe_scientist" password disable;
create user "shop_probe_analyst" password disable;
create user "shop_probe_vendor" password disable;
create schema if not exists _access;
create table if not exists _access.member_attribute (
    role_name varchar(128) not null,
    member_name varchar(128) not null,
    attribute_name varchar(128) not null,
    integer_value bigint,
    text_value varchar(1000)
);
insert into _access.member_attribute (role_name, member_name, attribute_name, integer_value, text_value)
values ('shop_vendor', 'shop_probe_vendor', 'vendor_id', 1, '1');
insert into _access.member_attribute (role_name, member_name, attribute_name, integer_value, text_value)
values ('shop_vendor', 'vendor_1', 'vendor_id', 1, '1');
insert into _access.member_attribute (role_name, member_name, attribute_name, integer_value, text_value)
values ('shop_vendor', 'vendor_2', 'vendor_id', 2, '2');
create masking policy shop_hide_integer
with (value integer)
using (cast(null as integer));
create masking policy shop_hash_varchar_100_87e78000
with (value varchar(100))
using (cast(case when value is null then null else sha2(replace('it''s a ~ key', '~', chr(92)) || value, 256) end as varchar(100)));
create masking policy shop_hide_varchar_50
with (value varchar(50))
using (cast(null as varchar(50)));
create masking policy shop_hash_varchar_40_87e78000
with (value varchar(40))
using (cast(case when value is null then null else substring(sha2(replace('it''s a ~ key', '~', chr(92)) || value, 256), 1, 40) end as varchar(40)));
create masking policy shop_hide_timestamp
with (value timestamp)
using (cast(null as timestamp));
create masking policy shop_mask_varchar_20_f34fc700
with (value varchar(20))
using (cast(left(value, 2) || '…' as varchar(20)));
create rls policy shop_all_rows
using (true);
create rls policy shop_rows_vendor_5c8737ac
with (vendor_id integer, label varchar(20))
using (vendor_id = (select max(m.integer_value) from _access.member_attribute as m where m.role_name = 'shop_vendor' and m.attribute_name = 'vendor_id' and m.member_name = cast(current_user as varchar(128))) or label = 'vendor_id');
grant select on table _access.member_attribute to rls policy shop_rows_vendor_5c8737ac;
attach masking policy shop_hide_integer on cleaned.customer (customer_id) to role shop_scientist priority 30000;
attach masking policy shop_hash_varchar_100_87e78000 on cleaned.customer (email) to role shop_scientist priority 20000;
attach masking policy shop_hide_varchar_50 on gold.customer (name) to role shop_scientist priority 30000;
attach masking policy shop_hash_varchar_40_87e78000 on gold.customer (email) to role shop_scientist priority 20000;
attach masking policy shop_hide_timestamp on gold.customer (joined) to role shop_scientist priority 30000;
attach masking policy shop_hide_varchar_50 on gold.customer (name) to role shop_analyst priority 30000;
attach masking policy shop_hash_varchar_40_87e78000 on gold.customer (email) to role shop_analyst priority 20000;
attach masking policy shop_mask_varchar_20_f34fc700 on gold.customer (phone) to role shop_analyst priority 10002;
attach masking policy shop_hide_timestamp on gold.customer (joined) to role shop_analyst priority 30000;
attach masking policy shop_hash_varchar_100_87e78000 on gold.sales (customer_email) to role shop_scientist priority 20000;
attach masking policy shop_hash_varchar_100_87e78000 on gold.sales (customer_email) to role shop_analyst priority 20000;
attach masking policy shop_hash_varchar_100_87e78000 on gold.sales (customer_email) to role shop_vendor priority 20000;
attach rls policy shop_all_rows on gold.sales to role shop_engineer;
attach rls policy shop_all_rows on gold.sales to role shop_scientist;
attach rls policy shop_all_rows on gold.sales to role shop_analyst;
attach rls policy shop_rows_vendor_5c8737ac on gold.sales to role shop_vendor;
alter table gold.sales row level security on;
grant usage on schema "raw" to role shop_engineer;
grant create on schema "raw" to role shop_engineer;
grant usage on schema cleaned to role shop_engineer;
grant create on schema cleaned to role shop_engineer;
grant usage on schema work to role shop_engineer;
grant create on schema work to role shop_engineer;
grant usage on schema gold to role shop_engineer;
grant create on schema gold to role shop_engineer;
grant usage on schema cleaned to role shop_scientist;
grant usage on schema work to role shop_scientist;
grant create on schema work to role shop_scientist;
grant usage on schema gold to role shop_scientist;
grant usage on schema gold to role shop_analyst;
grant usage on schema gold to role shop_vendor;
grant select for tables in schema "raw" to role shop_engineer;
grant select for tables in schema cleaned to role shop_engineer;
grant select for tables in schema work to role shop_engineer;
grant select for tables in schema gold to role shop_engineer;
grant select on table cleaned.customer to role shop_scientist;
grant select on table work.note to role shop_scientist;
grant select on table gold.customer to role shop_scientist;
grant select on table gold.sales to role shop_scientist;
grant select on table gold.date to role shop_scientist;
grant select on table gold.customer to role shop_analyst;
grant select on table gold.sales to role shop_analyst;
grant select on table gold.date to role shop_analyst;
grant select on table gold.sales to role shop_vendor;
grant select on table gold.date to role shop_vendor;
grant role shop_engineer to "shop_probe_engineer";
grant role shop_scientist to "shop_probe_scientist";
grant role shop_scientist to "IAM:sam";
grant role shop_analyst to "shop_probe_analyst";
grant role shop_vendor to "shop_probe_vendor";
grant role shop_vendor to "vendor_1";
grant role shop_vendor to "vendor_2";
