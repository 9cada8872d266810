/**
 * Redshift's users and roles are roles of Postgres: users may log in (without a password, since the Data API asks for
 * none), roles may not. They belong to the whole Postgres server. What needs an administrator's power is done by these
 * functions as Postgres's superuser, after they have looked who the session is.
 */
export const identityFunctions = `
create or replace function pg_internal.is_superuser(user_name name default session_user) returns boolean
language sql stable set search_path = pg_catalog as
  $$ select coalesce((select rolsuper from pg_roles where rolname = user_name), false) $$;

-- Every identity that a user or role has by grants of roles, itself included.
create or replace function pg_internal.identities_of(identity oid) returns setof oid
language sql stable set search_path = pg_catalog as $$
  with recursive held(id) as (
    select identity
    union
    select roleid from pg_auth_members join held on member = held.id
  )
  select id from held
$$;

create or replace function pg_internal.is_administrator(user_name name default session_user) returns boolean
language sql stable set search_path = pg_catalog as $$
  select pg_internal.is_superuser(user_name) or exists (
    select from pg_roles as u, pg_internal.identities_of(u.oid) as held
    where u.rolname = user_name and held = (select oid from pg_roles where rolname = 'sys:secadmin'))
$$;

create or replace function pg_internal.identity_type(identity oid) returns text
language sql stable set search_path = pg_catalog as $$
  select case when identity = 0 then 'public'
    else (select case when rolcanlogin then 'user' else 'role' end from pg_roles where oid = identity) end
$$;

-- Of a user or role by its name; 0 is PUBLIC.
create or replace function pg_internal.identity_id(kind text, identity_name text) returns oid
language plpgsql stable set search_path = pg_catalog as $$
declare
  found oid;
begin
  if kind = 'public' then return 0; end if;
  select oid into found from pg_roles where rolname = identity_name
    and rolcanlogin = (kind = 'user') and rolname !~ '^(pg_|scope:)';
  if found is null then
    raise exception '% "%" does not exist', kind, identity_name using errcode = '42704';
  end if;
  return found;
end $$;

create or replace function pg_internal.check_new_identity(identity_name text) returns void
language plpgsql stable set search_path = pg_catalog as $$
declare
  kind text := (select pg_internal.identity_type(oid) from pg_roles where rolname = identity_name);
begin
  if kind is not null then raise exception '% "%" already exists', kind, identity_name using errcode = '42710'; end if;
end $$;

create or replace function pg_internal.create_user(user_name text, is_super boolean, options text) returns void
language plpgsql security definer set search_path = pg_catalog as $$
begin
  if not pg_internal.is_administrator() then
    raise exception 'permission denied to create user' using errcode = '42501';
  elsif is_super and not pg_internal.is_superuser() then
    raise exception 'must be superuser to create superusers' using errcode = '42501';
  end if;
  perform pg_internal.check_new_identity(user_name);
  execute format('create role %I login %s %s', user_name, case when is_super then 'superuser' end, options);
end $$;

create or replace function pg_internal.alter_user(user_name text, is_super boolean, options text) returns void
language plpgsql security definer set search_path = pg_catalog as $$
begin
  perform pg_internal.identity_id('user', user_name);
  if not pg_internal.is_administrator() or (pg_internal.is_superuser(user_name) and not pg_internal.is_superuser()) then
    raise exception 'permission denied to alter user "%"', user_name using errcode = '42501';
  elsif is_super is not null and not pg_internal.is_superuser() then
    raise exception 'must be superuser to alter superusers' using errcode = '42501';
  end if;
  execute format('alter role %I %s %s', user_name,
    case when is_super then 'superuser' when not is_super then 'nosuperuser' else '' end, options);
end $$;

create or replace function pg_internal.rename_identity(kind text, identity_name text, new_name text) returns void
language plpgsql security definer set search_path = pg_catalog as $$
begin
  perform pg_internal.identity_id(kind, identity_name);
  if not pg_internal.is_administrator() and not (kind = 'role' and pg_internal.owns_role(identity_name)) then
    raise exception 'permission denied to rename % "%"', kind, identity_name using errcode = '42501';
  end if;
  perform pg_internal.check_new_identity(new_name);
  execute format('alter role %I rename to %I', identity_name, new_name);
end $$;

create or replace function pg_internal.drop_user(user_name text, may_be_missing boolean) returns void
language plpgsql security definer set search_path = pg_catalog as $$
declare
  user_id oid := (select oid from pg_roles where rolname = user_name and rolcanlogin);
begin
  if user_id is null and may_be_missing then return; end if;
  user_id := pg_internal.identity_id('user', user_name);
  if not pg_internal.is_administrator() or (pg_internal.is_superuser(user_name) and not pg_internal.is_superuser()) then
    raise exception 'permission denied to drop user "%"', user_name using errcode = '42501';
  elsif exists (select from pg_shdepend where refclassid = 'pg_authid'::regclass and refobjid = user_id and deptype = 'o') then
    raise exception 'user "%" cannot be dropped because some objects depend on it', user_name using errcode = '2BP01';
  elsif exists (select from pg_shdepend where refclassid = 'pg_authid'::regclass and refobjid = user_id)
    or exists (select from pg_internal.scoped_privilege where grantee = user_id)
    or exists (select from pg_internal.relation_privilege where grantee = user_id) then
    raise exception 'user "%" cannot be dropped because the user has a privilege on some object', user_name using errcode = '2BP01';
  end if;
  delete from pg_internal.system_permission where grantee = user_id;
  execute format('drop role %I', user_name);
end $$;

-- Who made a role is kept as its comment.
create or replace function pg_internal.role_owner(role_id oid) returns text
language sql stable set search_path = pg_catalog as $$
  select shobj_description(role_id, 'pg_authid')::json ->> 'owner'
$$;

create or replace function pg_internal.owns_role(role_name text) returns boolean
language sql stable set search_path = pg_catalog as $$
  select pg_internal.is_superuser() or exists (
    select from pg_roles as r where r.rolname = role_name and (
      pg_internal.role_owner(r.oid) = session_user
      or exists (select from pg_auth_members as m join pg_roles as u on u.oid = m.member
        where m.roleid = r.oid and u.rolname = session_user and m.admin_option)))
$$;

create or replace function pg_internal.create_role(role_name text, external_id text) returns void
language plpgsql security definer set search_path = pg_catalog as $$
begin
  if not pg_internal.is_administrator() then
    raise exception 'permission denied to create role' using errcode = '42501';
  elsif role_name ~* '^sys:' then
    raise exception 'role name "%" is reserved', role_name using errcode = '42939';
  end if;
  perform pg_internal.check_new_identity(role_name);
  execute format('create role %I nologin', role_name);
  execute format('comment on role %I is %L', role_name,
    json_build_object('owner', session_user, 'external_id', external_id));
end $$;

create or replace function pg_internal.change_role_owner(role_name text, owner text) returns void
language plpgsql security definer set search_path = pg_catalog as $$
begin
  perform pg_internal.identity_id('role', role_name);
  perform pg_internal.identity_id('user', owner);
  if not pg_internal.owns_role(role_name) then
    raise exception 'must be owner of role "%"', role_name using errcode = '42501';
  end if;
  execute format('comment on role %I is %L', role_name, json_build_object('owner', owner));
end $$;

create or replace function pg_internal.drop_role(role_name text, is_forced boolean) returns void
language plpgsql security definer set search_path = pg_catalog as $$
declare
  role_id oid := pg_internal.identity_id('role', role_name);
begin
  if not pg_internal.owns_role(role_name) and not pg_internal.is_administrator() then
    raise exception 'must be owner of role "%"', role_name using errcode = '42501';
  elsif role_name ~ '^sys:' then
    raise exception 'cannot drop system-defined role "%"', role_name using errcode = '2BP01';
  end if;
  if not is_forced then
    if exists (select from pg_auth_members join pg_roles on pg_roles.oid = member where roleid = role_id and rolcanlogin) then
      raise exception 'cannot drop this role since it has been granted on a user' using errcode = '2BP01';
    elsif exists (select from pg_auth_members where roleid = role_id)
      or exists (select from pg_auth_members join pg_roles on pg_roles.oid = roleid
        where member = role_id and rolname !~ '^scope:') then
      raise exception 'cannot drop this role since it depends on another role' using errcode = '2BP01';
    end if;
  end if;
  delete from pg_internal.scoped_privilege where grantee = role_id;
  delete from pg_internal.relation_privilege where grantee = role_id;
  delete from pg_internal.system_permission where grantee = role_id;
  execute format('drop owned by %I', role_name);
  execute format('drop role %I', role_name);
end $$;

create or replace function pg_internal.grant_role(role_name text, kind text, grantee_name text, with_admin boolean) returns void
language plpgsql security definer set search_path = pg_catalog as $$
begin
  if pg_internal.identity_id('role', role_name) = pg_internal.identity_id(kind, grantee_name) then
    raise exception 'cannot grant role "%" to itself', role_name using errcode = '0LP01';
  elsif not pg_internal.owns_role(role_name) and not (pg_internal.is_administrator() and role_name !~ '^sys:') then
    raise exception 'must have admin option on role "%"', role_name using errcode = '42501';
  elsif role_name = 'sys:secadmin' and not pg_internal.is_superuser() then
    raise exception 'must be superuser to grant role "%"', role_name using errcode = '42501';
  end if;
  execute format('grant %I to %I%s', role_name, grantee_name, case when with_admin then ' with admin option' end);
end $$;

create or replace function pg_internal.revoke_role(role_name text, kind text, grantee_name text, admin_only boolean) returns void
language plpgsql security definer set search_path = pg_catalog as $$
begin
  perform pg_internal.identity_id('role', role_name), pg_internal.identity_id(kind, grantee_name);
  if not pg_internal.owns_role(role_name) and not (pg_internal.is_administrator() and role_name !~ '^sys:') then
    raise exception 'must have admin option on role "%"', role_name using errcode = '42501';
  end if;
  execute format('revoke %s %I from %I', case when admin_only then 'admin option for' end, role_name, grantee_name);
end $$;

create or replace function pg_internal.login_user(user_name text, may_be_created boolean) returns void
language plpgsql security definer set search_path = pg_catalog as $$
begin
  if may_be_created and not exists (select from pg_roles where rolname = user_name) then
    perform pg_advisory_xact_lock(7281940);
    if not exists (select from pg_authid where rolname = user_name) then
      execute format('create role %I login', user_name);
    end if;
  end if;
  perform pg_internal.identity_id('user', user_name);
end $$;
revoke execute on function pg_internal.login_user from public;

do $$ begin
  if not exists (select from pg_roles where rolname = 'sys:secadmin') then
    create role "sys:secadmin" nologin;
    comment on role "sys:secadmin" is '{"owner": "rdsdb"}';
  end if;
exception when duplicate_object or unique_violation then null;
end $$;

create or replace function pg_catalog.user_is_member_of(user_name text, role_name text) returns boolean
language sql stable set search_path = pg_catalog as $$
  select pg_internal.identity_id('role', role_name) in (
    select pg_internal.identities_of(pg_internal.identity_id('user', user_name)))
$$;
create or replace function pg_catalog.role_is_member_of(role_name text, granted_role_name text) returns boolean
language sql stable set search_path = pg_catalog as $$
  select pg_internal.identity_id('role', granted_role_name) in (
    select pg_internal.identities_of(pg_internal.identity_id('role', role_name)))
    and role_name <> granted_role_name
$$;
`;
