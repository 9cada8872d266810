/** The system views that tools ask for tables and columns; schemas of the system are left out, as Redshift does. */
export const databaseViews = `
create or replace view pg_catalog.svv_tables as
select table_catalog::varchar(128), table_schema::varchar(128), table_name::varchar(128), table_type::varchar(128),
  null::varchar(128) as remarks
from information_schema.tables
where table_schema not in ('pg_internal');

create or replace view pg_catalog.svv_all_tables as
select table_catalog::varchar(128) as database_name, table_schema::varchar(128) as schema_name,
  table_name::varchar(128) as table_name, case table_type when 'BASE TABLE' then 'TABLE' else table_type end::varchar(128) as table_type,
  null::varchar(128) as table_acl, null::varchar(128) as remarks
from information_schema.tables
where table_schema not in ('pg_internal');

create or replace view pg_catalog.svv_columns as
select table_catalog::varchar(128), table_schema::varchar(128), table_name::varchar(128), column_name::varchar(128),
  ordinal_position::integer, column_default::varchar(4000), is_nullable::varchar(3), data_type::varchar(128),
  character_maximum_length::integer, numeric_precision::integer, numeric_precision_radix::integer, numeric_scale::integer,
  datetime_precision::integer, interval_type::varchar(128), interval_precision::varchar(128), null::varchar(256) as remarks
from information_schema.columns
where table_schema not in ('pg_internal');

grant select on pg_catalog.svv_tables, pg_catalog.svv_all_tables, pg_catalog.svv_columns to public;
`;
