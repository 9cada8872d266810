/** The system views of users, roles and privileges, with the columns of Redshift's guide. */
export const accessViews = `
create or replace function pg_internal.check_database(database_name text) returns void
language plpgsql stable set search_path = pg_catalog as $$
begin
  if database_name <> current_database() then
    raise exception 'database "%" does not exist', database_name using errcode = '3D000';
  end if;
end $$;

create or replace view pg_catalog.svv_user_info as
select rolname::text as user_name, oid::integer as user_id, rolcreatedb as createdb, rolsuper as superuser,
  false as catalog_update, case when rolconnlimit < 0 then 'UNLIMITED' else rolconnlimit::text end as connection_limit,
  'RESTRICTED'::text as syslog_access, 0 as session_timeout, null::text as external_id
from pg_catalog.pg_roles
where rolcanlogin and (pg_internal.is_superuser() or rolname = session_user);

create or replace view pg_internal.visible_identity as
select oid as id, rolname::text as name, pg_internal.identity_type(oid) as type
from pg_catalog.pg_roles
where rolname !~ '^(pg_|scope:)' and (pg_internal.is_superuser()
  or oid in (select pg_internal.identities_of(u.oid) from pg_catalog.pg_roles as u where u.rolname = session_user))
union all
select 0, 'public', 'public';

create or replace view pg_catalog.svv_roles as
select oid::integer as role_id, rolname::text as role_name, pg_internal.role_owner(oid) as role_owner,
  pg_catalog.shobj_description(oid, 'pg_authid')::json ->> 'external_id' as external_id
from pg_catalog.pg_roles
where not rolcanlogin and rolname !~ '^(pg_|scope:)';

create or replace view pg_catalog.svv_role_grants as
select m.member::integer as role_id, r.rolname::text as role_name, m.roleid::integer as granted_role_id,
  g.rolname::text as granted_role_name
from pg_catalog.pg_auth_members as m
join pg_catalog.pg_roles as r on r.oid = m.member and not r.rolcanlogin and r.rolname !~ '^(pg_|scope:)'
join pg_catalog.pg_roles as g on g.oid = m.roleid and g.rolname !~ '^(pg_|scope:)'
where m.member in (select id from pg_internal.visible_identity);

create or replace view pg_catalog.svv_user_grants as
select m.member::integer as user_id, u.rolname::text as user_name, m.roleid::integer as role_id,
  g.rolname::text as role_name, m.admin_option
from pg_catalog.pg_auth_members as m
join pg_catalog.pg_roles as u on u.oid = m.member and u.rolcanlogin
join pg_catalog.pg_roles as g on g.oid = m.roleid and g.rolname !~ '^(pg_|scope:)'
where m.member in (select id from pg_internal.visible_identity);

create or replace function pg_internal.redshift_privilege(privilege text) returns text language sql immutable as
  $$ select case privilege when 'TEMPORARY' then 'TEMP' else privilege end $$;

create or replace view pg_internal.scoped as
select p.schema_id, p.object_type, p.privilege, p.grantee, p.admin_option from pg_internal.scoped_privilege as p;

create or replace view pg_catalog.svv_schema_privileges as
select nspname::text as namespace_name, a.privilege_type::text, i.id::integer as identity_id, i.name as identity_name,
  i.type as identity_type, a.is_grantable as admin_option, 'SCHEMA'::text as privilege_scope
from pg_catalog.pg_namespace as n, pg_catalog.aclexplode(nspacl) as a
join pg_internal.visible_identity as i on i.id = a.grantee
where a.grantee <> nspowner and not pg_internal.is_of_the_system(nspname)
union all
select nspname::text, p.privilege, i.id::integer, i.name, i.type, p.admin_option, p.object_type
from pg_internal.scoped as p join pg_catalog.pg_namespace as n on n.oid = p.schema_id
join pg_internal.visible_identity as i on i.id = p.grantee;

create or replace view pg_catalog.svv_relation_privileges as
select nspname::text as namespace_name, relname::text as relation_name, a.privilege_type::text,
  i.id::integer as identity_id, i.name as identity_name, i.type as identity_type, a.is_grantable as admin_option
from pg_catalog.pg_class join pg_catalog.pg_namespace as n on n.oid = relnamespace, pg_catalog.aclexplode(relacl) as a
join pg_internal.visible_identity as i on i.id = a.grantee
where a.grantee <> relowner and relkind in ('r', 'v') and not pg_internal.is_of_the_system(nspname)
union all
select nspname::text, relname::text, p.privilege, i.id::integer, i.name, i.type, p.admin_option
from pg_internal.relation_privilege as p join pg_catalog.pg_class as c on c.oid = p.relation
join pg_catalog.pg_namespace as n on n.oid = relnamespace
join pg_internal.visible_identity as i on i.id = p.grantee;

create or replace function pg_internal.assume_role_permissions() returns table (command text, grantee oid)
language sql stable security definer set search_path = pg_catalog as $$
  select substring(permission from 12), grantee from pg_internal.system_permission where permission like 'ASSUMEROLE %'
$$;

create or replace view pg_catalog.svv_iam_privileges as
select 'default-aws-iam-role'::text as iam_arn, case p.command when 'EXTERNAL FUNCTION' then 'EXFUNC' else p.command end as command_type,
  i.id::integer as identity_id, i.name as identity_name, i.type as identity_type
from pg_internal.assume_role_permissions() as p join pg_internal.visible_identity as i on i.id = p.grantee;

create or replace view pg_catalog.svv_column_privileges as
select nspname::text as namespace_name, relname::text as relation_name, attname::text as column_name, a.privilege_type::text,
  i.id::integer as identity_id, i.name as identity_name, i.type as identity_type
from pg_catalog.pg_attribute join pg_catalog.pg_class as c on c.oid = attrelid
join pg_catalog.pg_namespace as n on n.oid = relnamespace, pg_catalog.aclexplode(attacl) as a
join pg_internal.visible_identity as i on i.id = a.grantee
where attnum > 0 and not attisdropped and not pg_internal.is_of_the_system(nspname);

create or replace view pg_catalog.svv_database_privileges as
select datname::text as database_name, pg_internal.redshift_privilege(a.privilege_type) as privilege_type,
  i.id::integer as identity_id, i.name as identity_name, i.type as identity_type, a.is_grantable as admin_option,
  'DATABASE'::text as privilege_scope
from pg_catalog.pg_database, pg_catalog.aclexplode(coalesce(datacl, pg_catalog.acldefault('d', datdba))) as a
join pg_internal.visible_identity as i on i.id = a.grantee
where datname = current_database() and a.grantee <> datdba and a.privilege_type <> 'CONNECT'
union all
select current_database()::text, p.privilege, i.id::integer, i.name, i.type, p.admin_option, p.object_type
from pg_internal.scoped as p join pg_internal.visible_identity as i on i.id = p.grantee
where p.schema_id = 0;

create or replace view pg_catalog.svv_default_privileges as
select nspname::text as schema_name,
  case defaclobjtype when 'r' then 'RELATION' when 'f' then 'FUNCTION' end::text as object_type,
  defaclrole::integer as owner_id, o.rolname::text as owner_name, 'user'::text as owner_type, a.privilege_type::text,
  i.id::integer as grantee_id, i.name as grantee_name, i.type as grantee_type, a.is_grantable as admin_option
from pg_catalog.pg_default_acl join pg_catalog.pg_roles as o on o.oid = defaclrole
left join pg_catalog.pg_namespace as n on n.oid = defaclnamespace, pg_catalog.aclexplode(defaclacl) as a
join pg_internal.visible_identity as i on i.id = a.grantee
where a.grantee <> defaclrole and defaclobjtype in ('r', 'f');

grant select on pg_catalog.svv_user_info, pg_catalog.svv_roles, pg_catalog.svv_role_grants, pg_catalog.svv_user_grants,
  pg_catalog.svv_schema_privileges, pg_catalog.svv_relation_privileges, pg_catalog.svv_column_privileges,
  pg_catalog.svv_database_privileges, pg_catalog.svv_default_privileges to public;
`;
