/**
 * Privileges that Postgres does not have. Scoped ones (`for tables in schema s`) are held by a role of Postgres of
 * their own, `scope:…`, whose members are the grantees; it gets the privilege on what is there, and by an event trigger
 * on everything that is made later. DROP is a list that is looked up when something is dropped.
 */
export const privilegeFunctions = `
create table if not exists pg_internal.scoped_privilege (
  schema_id oid not null, -- 0 is the whole database
  object_type text not null, -- TABLES or SCHEMAS
  privilege text not null,
  grantee oid not null,
  admin_option boolean not null,
  primary key (schema_id, object_type, privilege, grantee)
);
create table if not exists pg_internal.relation_privilege (
  relation oid not null,
  privilege text not null,
  grantee oid not null,
  admin_option boolean not null,
  primary key (relation, privilege, grantee)
);
-- In a new database of Redshift's everybody may use the IAM roles of the warehouse.
do $$ begin
  if to_regclass('pg_internal.system_permission') is null then
    create table pg_internal.system_permission (
      permission text not null,
      grantee oid not null,
      primary key (permission, grantee)
    );
    insert into pg_internal.system_permission
    select 'ASSUMEROLE ' || command, 0 from unnest(array['COPY', 'UNLOAD', 'EXTERNAL FUNCTION', 'CREATE MODEL']) as command;
  end if;
end $$;

create or replace function pg_internal.is_of_the_system(schema_name name) returns boolean language sql immutable as
  $$ select schema_name ~ '^pg_' or schema_name = 'information_schema' $$;

create or replace function pg_internal.scope_role(schema_id oid, object_type text, privilege text) returns text
language sql stable set search_path = pg_catalog as $$
  select lower(format('scope:%s:%s:%s:%s', (select oid from pg_database where datname = current_database()),
    schema_id, object_type, privilege))
$$;

create or replace function pg_internal.may_drop(relation oid) returns boolean
language sql stable security definer set search_path = pg_catalog as $$
  select exists (
    select from pg_roles as u, pg_internal.identities_of(u.oid) as held, pg_class as c
    where u.rolname = session_user and c.oid = relation and (
      exists (select from pg_internal.relation_privilege as p
        where p.relation = c.oid and p.privilege = 'DROP' and p.grantee in (held, 0))
      or exists (select from pg_internal.scoped_privilege as p
        where p.schema_id in (c.relnamespace, 0) and p.object_type = 'TABLES' and p.privilege = 'DROP' and p.grantee = held)))
$$;

-- Drops relations that the session may all drop by a grant and owns none of.
create or replace function pg_internal.drop_granted(kind text, names text[], is_cascade boolean) returns boolean
language plpgsql security definer set search_path = pg_catalog, public as $$
declare
  relation oid;
  relations oid[] := array(select to_regclass(n) from unnest(names) as n);
begin
  foreach relation in array relations loop
    if relation is null or pg_has_role(session_user, (select relowner from pg_class where oid = relation), 'usage')
      or not pg_internal.may_drop(relation) then
      return false;
    end if;
  end loop;
  foreach relation in array relations loop
    execute format('drop %s %s %s', kind, relation::regclass, case when is_cascade then 'cascade' end);
  end loop;
  return true;
end $$;

create or replace function pg_internal.check_grantor(relation oid, wanted text) returns void
language plpgsql stable security definer set search_path = pg_catalog as $$
begin
  if not pg_has_role(session_user, (select relowner from pg_class where oid = relation), 'usage')
    and not exists (select from pg_internal.relation_privilege as p join pg_roles as u on u.oid = p.grantee
      where p.relation = check_grantor.relation and p.privilege = wanted and p.admin_option and u.rolname = session_user) then
    raise exception 'permission denied for relation %', relation::regclass using errcode = '42501';
  end if;
end $$;

create or replace function pg_internal.grant_drop(target oid, kind text, grantee_name text, with_grant boolean) returns void
language plpgsql security definer set search_path = pg_catalog as $$
begin
  perform pg_internal.check_grantor(target, 'DROP');
  insert into pg_internal.relation_privilege
  values (target, 'DROP', pg_internal.identity_id(kind, grantee_name), with_grant)
  on conflict (relation, privilege, grantee) do update
  set admin_option = relation_privilege.admin_option or excluded.admin_option;
end $$;

create or replace function pg_internal.revoke_drop(target oid, kind text, grantee_name text, grant_only boolean) returns void
language plpgsql security definer set search_path = pg_catalog as $$
begin
  perform pg_internal.check_grantor(target, 'DROP');
  if grant_only then
    update pg_internal.relation_privilege set admin_option = false
    where relation = target and privilege = 'DROP' and grantee = pg_internal.identity_id(kind, grantee_name);
  else
    delete from pg_internal.relation_privilege
    where relation = target and privilege = 'DROP' and grantee = pg_internal.identity_id(kind, grantee_name);
  end if;
end $$;

create or replace function pg_internal.tables_in_schema(schema_name text) returns setof oid
language sql stable set search_path = pg_catalog as $$
  select oid from pg_class where relnamespace = to_regnamespace(quote_ident(schema_name)) and relkind in ('r', 'v')
$$;

-- Gives the roles of scopes what they hold on one relation or schema.
create or replace function pg_internal.apply_scopes(class_id oid, object_id oid) returns void
language plpgsql security definer set search_path = pg_catalog as $$
declare
  scope record;
  container oid;
begin
  if class_id = 'pg_namespace'::regclass then
    for scope in select distinct privilege from pg_internal.scoped_privilege where object_type = 'SCHEMAS' loop
      execute format('grant %s on schema %s to %I', scope.privilege, object_id::regnamespace,
        pg_internal.scope_role(0, 'SCHEMAS', scope.privilege));
    end loop;
  else
    container := (select relnamespace from pg_class where oid = object_id and relkind in ('r', 'v'));
    for scope in
      select distinct p.schema_id, privilege from pg_internal.scoped_privilege as p
      where object_type = 'TABLES' and privilege <> 'DROP' and p.schema_id in (container, 0)
    loop
      execute format('grant %s on %s to %I', scope.privilege, object_id::regclass,
        pg_internal.scope_role(scope.schema_id, 'TABLES', scope.privilege));
    end loop;
  end if;
end $$;

create or replace function pg_internal.apply_scopes_to_new() returns event_trigger
language plpgsql security definer set search_path = pg_catalog as $$
declare
  command record;
begin
  for command in
    select classid, objid from pg_event_trigger_ddl_commands()
    where classid = 'pg_namespace'::regclass
      or (classid = 'pg_class'::regclass and not pg_internal.is_of_the_system(schema_name))
  loop
    perform pg_internal.apply_scopes(command.classid, command.objid);
  end loop;
end $$;
do $$ begin
  if not exists (select from pg_event_trigger where evtname = 'pg_internal_scopes') then
    create event trigger pg_internal_scopes on ddl_command_end
      when tag in ('CREATE TABLE', 'CREATE TABLE AS', 'SELECT INTO', 'CREATE VIEW', 'CREATE SCHEMA')
      execute function pg_internal.apply_scopes_to_new();
  end if;
end $$;

-- A schema by its name, or 0 for none.
create or replace function pg_internal.scope_schema(schema_name text) returns oid
language plpgsql stable set search_path = pg_catalog as $$
begin
  if schema_name is null then return 0; end if;
  if to_regnamespace(quote_ident(schema_name)) is null then
    raise exception 'schema "%" does not exist', schema_name using errcode = '3F000';
  end if;
  return to_regnamespace(quote_ident(schema_name));
end $$;

create or replace function pg_internal.check_scoped_grantor(schema_name text, objects text, wanted text) returns void
language plpgsql stable security definer set search_path = pg_catalog as $$
begin
  if not pg_internal.is_superuser() and not exists (
    select from pg_internal.scoped_privilege as p join pg_roles as u on u.oid = p.grantee
    where p.schema_id = pg_internal.scope_schema(schema_name) and p.object_type = objects and p.privilege = wanted
      and p.admin_option and u.rolname = session_user) then
    raise exception 'permission denied to grant or revoke scoped permission %', wanted using errcode = '42501';
  end if;
end $$;

create or replace function pg_internal.grant_scoped(schema_name text, objects text, wanted text, kind text, grantee_name text, with_grant boolean)
returns void language plpgsql security definer set search_path = pg_catalog as $$
declare
  scope oid := pg_internal.scope_schema(schema_name);
  grantee_id oid := pg_internal.identity_id(kind, grantee_name);
  role_name text := pg_internal.scope_role(scope, objects, wanted);
begin
  perform pg_internal.check_scoped_grantor(schema_name, objects, wanted);
  insert into pg_internal.scoped_privilege values (scope, objects, wanted, grantee_id, with_grant)
  on conflict (schema_id, object_type, privilege, grantee) do update
  set admin_option = scoped_privilege.admin_option or excluded.admin_option;
  if wanted = 'DROP' then return; end if;
  if not exists (select from pg_roles where rolname = role_name) then
    execute format('create role %I nologin', role_name);
    if objects = 'TABLES' then
      perform pg_internal.apply_scopes('pg_class'::regclass, c.oid) from pg_class as c
      join pg_namespace as n on n.oid = c.relnamespace
      where relkind in ('r', 'v') and scope in (n.oid, 0) and not pg_internal.is_of_the_system(nspname);
    else
      perform pg_internal.apply_scopes('pg_namespace'::regclass, oid) from pg_namespace
      where not pg_internal.is_of_the_system(nspname);
    end if;
  end if;
  execute format('grant %I to %I', role_name, grantee_name);
end $$;

create or replace function pg_internal.revoke_scoped(schema_name text, objects text, wanted text, kind text, grantee_name text, grant_only boolean)
returns void language plpgsql security definer set search_path = pg_catalog as $$
declare
  scope oid := pg_internal.scope_schema(schema_name);
  grantee_id oid := pg_internal.identity_id(kind, grantee_name);
begin
  perform pg_internal.check_scoped_grantor(schema_name, objects, wanted);
  if grant_only then
    update pg_internal.scoped_privilege set admin_option = false
    where schema_id = scope and object_type = objects and privilege = wanted and grantee = grantee_id;
    return;
  end if;
  delete from pg_internal.scoped_privilege
  where schema_id = scope and object_type = objects and privilege = wanted and grantee = grantee_id;
  if found and wanted <> 'DROP' then
    execute format('revoke %I from %I', pg_internal.scope_role(scope, objects, wanted), grantee_name);
  end if;
end $$;

create or replace function pg_internal.set_system_permission(wanted text, kind text, grantee_name text, is_granted boolean) returns void
language plpgsql security definer set search_path = pg_catalog as $$
begin
  if not pg_internal.is_administrator() then
    raise exception 'permission denied to grant or revoke %', wanted using errcode = '42501';
  end if;
  delete from pg_internal.system_permission
  where permission = wanted and grantee = pg_internal.identity_id(kind, grantee_name);
  if is_granted then
    insert into pg_internal.system_permission values (wanted, pg_internal.identity_id(kind, grantee_name));
  end if;
end $$;

create or replace function pg_internal.set_assume_role(command text, kind text, grantee_name text, is_granted boolean) returns void
language plpgsql set search_path = pg_catalog as $$
begin
  if not pg_internal.is_superuser() then
    raise exception 'must be superuser to grant or revoke ASSUMEROLE' using errcode = '42501';
  end if;
  perform pg_internal.set_system_permission('ASSUMEROLE ' || command, kind, grantee_name, is_granted);
end $$;

create or replace function pg_internal.may_assume_role(command text) returns boolean
language sql stable security definer set search_path = pg_catalog as $$
  select pg_internal.is_superuser() or exists (
    select from pg_internal.system_permission
    where permission = 'ASSUMEROLE ' || command and (grantee = 0 or grantee in (
      select pg_internal.identities_of(oid) from pg_roles where rolname = session_user)))
$$;
`;
