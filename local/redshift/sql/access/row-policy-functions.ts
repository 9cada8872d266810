/** What shows those rows of a view that the policies of the reader's roles let through. */
export const rowPolicyFunctions = `
create or replace function pg_internal.create_row_policy(policy text, relation_alias text, inputs json, predicate json, lookups text[])
returns void language plpgsql security definer set search_path = pg_catalog as $$
begin
  perform pg_internal.check_policy_rights();
  if pg_internal.policy_exists('rls', policy) then
    raise exception 'rls policy "%" already exists', policy using errcode = '42710';
  end if;
  insert into pg_internal.row_policy (name, alias, inputs, predicate, lookups)
  values (policy, relation_alias, inputs, predicate, lookups);
end $$;

create or replace function pg_internal.alter_row_policy(policy text, new_predicate json, new_lookups text[]) returns void
language plpgsql security definer set search_path = pg_catalog as $$
begin
  perform pg_internal.check_policy('rls', policy);
  update pg_internal.row_policy set predicate = new_predicate, lookups = new_lookups, modified_by = session_user,
    modified_at = pg_internal.sysdate() where name = policy;
  perform pg_internal.rebuild_views('rls', policy);
end $$;

create or replace function pg_internal.check_row_policy(target oid, policy text) returns void
language plpgsql stable security definer set search_path = pg_catalog as $$
declare
  wanted record;
begin
  for wanted in
    select i ->> 'colname' as name, i ->> 'type' as type,
      pg_internal.column_type(target, i ->> 'colname') as held
    from pg_internal.row_policy, json_array_elements(inputs) as i where row_policy.name = policy
  loop
    if regexp_replace(wanted.type, '[(].*', '') <> regexp_replace(wanted.held, '[(].*', '') then
      raise exception 'rls policy "%" wants column "%" of type %, and it is %', policy, wanted.name, wanted.type, wanted.held
        using errcode = '42804';
    end if;
  end loop;
end $$;

create or replace function pg_internal.attach_row_policy(policy_name text, target oid, kind text, grantee_name text) returns void
language plpgsql security definer set search_path = pg_catalog as $$
begin
  perform pg_internal.check_policy('rls', policy_name);
  perform pg_internal.check_protectable(target, false);
  perform pg_internal.check_row_policy(target, policy_name);
  if exists (select from pg_internal.attached_row_policy as a join pg_internal.row_policy as p on p.name = a.policy
    where a.relation = target and p.alias is distinct from (select alias from pg_internal.row_policy where name = policy_name)) then
    raise exception 'all rls policies of "%" must have the same relation alias', target::regclass using errcode = '42P10';
  end if;
  insert into pg_internal.attached_row_policy values (policy_name, target, pg_internal.identity_id(kind, grantee_name));
  perform pg_internal.rebuild_view(target);
exception when unique_violation then
  raise exception 'rls policy "%" is already attached to "%" for % "%"', policy_name, target::regclass, kind, grantee_name
    using errcode = '42710';
end $$;

create or replace function pg_internal.detach_row_policy(policy_name text, target oid, kind text, grantee_name text) returns void
language plpgsql security definer set search_path = pg_catalog as $$
begin
  perform pg_internal.check_policy('rls', policy_name);
  delete from pg_internal.attached_row_policy where policy = policy_name and relation = target
    and grantee = pg_internal.identity_id(kind, grantee_name);
  if not found then
    raise exception 'rls policy "%" is not attached to "%" for % "%"', policy_name, target::regclass, kind, grantee_name
      using errcode = '42704';
  end if;
  perform pg_internal.rebuild_view(target);
end $$;

create or replace function pg_internal.set_row_security(target oid, turn_on boolean, new_conjunction text, is_for_datashares boolean) returns void
language plpgsql security definer set search_path = pg_catalog as $$
begin
  perform pg_internal.check_policy_rights();
  perform pg_internal.check_protectable(target, false);
  insert into pg_internal.row_security (relation, is_on) values (target, false) on conflict do nothing;
  update pg_internal.row_security set
    is_on = case when is_for_datashares then is_on else turn_on end,
    is_on_for_datashares = case when is_for_datashares then turn_on else is_on_for_datashares end,
    conjunction = coalesce(new_conjunction, conjunction)
  where relation = target;
  perform pg_internal.rebuild_view(target);
end $$;

create or replace function pg_internal.ignores_row_security(reader name) returns boolean
language sql stable security definer set search_path = pg_catalog as $$
  select pg_internal.is_administrator(reader) or exists (
    select from pg_internal.system_permission where permission = 'IGNORE RLS' and grantee in (
      select pg_internal.identities_of(oid) from pg_roles where rolname = reader))
$$;

create or replace function pg_internal.row_policy_applies(target oid, policy_name text, reader name) returns boolean
language sql stable security definer set search_path = pg_catalog as $$
  select exists (
    select from pg_internal.attached_row_policy
    where relation = target and policy = coalesce(policy_name, policy) and (grantee = 0 or grantee in (
      select pg_internal.identities_of(oid) from pg_roles where rolname = reader)))
$$;

create or replace function pg_internal.row_condition(target oid) returns text
language plpgsql stable security definer set search_path = pg_catalog as $$
declare
  security record;
  attached record;
  conditions text[] := '{}';
begin
  select * into security from pg_internal.row_security where relation = target and is_on;
  if security is null then return 'true'; end if;
  for attached in
    select distinct on (p.name) p.* from pg_internal.attached_row_policy as a
    join pg_internal.row_policy as p on p.name = a.policy where a.relation = target order by p.name
  loop
    perform pg_internal.check_lookups('rls', attached.name, attached.lookups);
    perform pg_internal.check_row_policy(target, attached.name);
    conditions := conditions || format(
      case security.conjunction when 'and' then '(not (select pg_internal.row_policy_applies(%s::oid, %L, current_user)) or coalesce((%s), false))'
        else '((select pg_internal.row_policy_applies(%s::oid, %L, current_user)) and coalesce((%s), false))' end,
      target, attached.name, attached.predicate ->> 'sql');
  end loop;
  return format('((select pg_internal.ignores_row_security(current_user)) or ((select pg_internal.row_policy_applies(%s::oid, null, current_user)) and (%s)))',
    target, coalesce(nullif(array_to_string(conditions, ' ' || security.conjunction || ' '), ''), 'false'));
end $$;
`;
