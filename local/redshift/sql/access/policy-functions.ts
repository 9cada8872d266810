/**
 * Masking and row-level security policies, on late-binding views. A view's rule reads `select a, <mask> as b from
 * (<query>) where <policies>`, in which functions look up what applies to the reader: whoever reads it, through
 * whatever other view, gets what their own roles give. A change of a policy binds the views that it is on anew (see
 * late-binding-functions.ts).
 */
export const policyFunctions = `
create table if not exists pg_internal.masking_policy (
  name text primary key,
  inputs json not null, -- [{"colname", "type"}]
  outputs json not null, -- [{"expr", "sql", "type"}]: as written, and for Postgres
  lookups text[] not null,
  modified_by text not null default session_user,
  modified_at timestamp not null default pg_internal.sysdate()
);
create table if not exists pg_internal.attached_mask (
  id bigint generated always as identity primary key,
  policy text not null,
  relation oid not null,
  output_columns text[] not null,
  input_columns text[] not null,
  grantee oid not null,
  priority integer not null,
  grantor text not null default session_user
);
create table if not exists pg_internal.row_policy (
  name text primary key,
  alias text,
  inputs json not null,
  predicate json not null, -- {"expr", "sql"}
  lookups text[] not null,
  modified_by text not null default session_user,
  modified_at timestamp not null default pg_internal.sysdate()
);
create table if not exists pg_internal.attached_row_policy (
  policy text not null,
  relation oid not null,
  grantee oid not null,
  grantor text not null default session_user,
  primary key (policy, relation, grantee)
);
create table if not exists pg_internal.row_security (
  relation oid primary key,
  is_on boolean not null,
  conjunction text not null default 'and',
  is_on_for_datashares boolean not null default true
);
-- Tables that a policy may read.
create table if not exists pg_internal.policy_lookup (
  kind text not null,
  policy text not null,
  relation oid not null,
  primary key (kind, policy, relation)
);

create or replace function pg_internal.check_policy_rights() returns void
language plpgsql stable set search_path = pg_catalog as $$
begin
  if not pg_internal.is_administrator() then
    raise exception 'must be superuser or have the role sys:secadmin to manage policies' using errcode = '42501';
  end if;
end $$;

create or replace function pg_internal.policy_exists(kind text, policy text) returns boolean
language sql stable security definer set search_path = pg_catalog as $$
  select case kind when 'masking' then exists (select from pg_internal.masking_policy where name = policy)
    else exists (select from pg_internal.row_policy where name = policy) end
$$;

create or replace function pg_internal.check_policy(kind text, policy text) returns void
language plpgsql stable set search_path = pg_catalog as $$
begin
  perform pg_internal.check_policy_rights();
  if not pg_internal.policy_exists(kind, policy) then
    raise exception '% policy "%" does not exist', kind, policy using errcode = '42704';
  end if;
end $$;

-- Gives a view the policies as they are now. What cannot be bound is bound, or fails, when it is read.
create or replace function pg_internal.rebuild_view(target oid) returns void
language plpgsql security definer set search_path = pg_catalog as $$
begin
  if (pg_internal.late_binding_view(target) ->> 'attached')::boolean then
    perform pg_internal.detach_late_binding_view(target);
  end if;
  begin
    perform pg_internal.attach_late_binding_view(target, 0);
  exception when syntax_error_or_access_rule_violation then
    null;
  end;
end $$;

create or replace function pg_internal.rebuild_views(kind text, policy_name text) returns void
language sql security definer set search_path = pg_catalog as $$
  select pg_internal.rebuild_view(relation) from (
    select distinct relation from pg_internal.attached_mask where kind = 'masking' and policy = policy_name
    union select relation from pg_internal.attached_row_policy where kind = 'rls' and policy = policy_name
  ) as protected
$$;

create or replace function pg_internal.drop_policy(kind text, policy_name text, may_be_missing boolean, is_cascade boolean) returns void
language plpgsql security definer set search_path = pg_catalog as $$
declare
  views oid[];
begin
  perform pg_internal.check_policy_rights();
  if may_be_missing and not pg_internal.policy_exists(kind, policy_name) then return; end if;
  perform pg_internal.check_policy(kind, policy_name);
  if not is_cascade and (
    exists (select from pg_internal.attached_mask join pg_class on pg_class.oid = relation
      where kind = 'masking' and policy = policy_name)
    or exists (select from pg_internal.attached_row_policy join pg_class on pg_class.oid = relation
      where kind = 'rls' and policy = policy_name)) then
    raise exception 'cannot drop % policy "%" because it is attached to a relation', kind, policy_name using errcode = '2BP01';
  end if;
  delete from pg_internal.policy_lookup as l where l.kind = drop_policy.kind and policy = policy_name;
  views := array(
    select relation from pg_internal.attached_row_policy where drop_policy.kind = 'rls' and policy = policy_name);
  delete from pg_internal.attached_row_policy where drop_policy.kind = 'rls' and policy = policy_name;
  delete from pg_internal.attached_mask where drop_policy.kind = 'masking' and policy = policy_name;
  delete from pg_internal.masking_policy where drop_policy.kind = 'masking' and name = policy_name;
  delete from pg_internal.row_policy where drop_policy.kind = 'rls' and name = policy_name;
  perform pg_internal.rebuild_view(v) from unnest(views) as v;
end $$;

create or replace function pg_internal.grant_lookup(kind text, policy_name text, looked_up oid, is_grant boolean) returns void
language plpgsql security definer set search_path = pg_catalog as $$
begin
  perform pg_internal.check_policy(kind, policy_name);
  if (select relkind from pg_class where oid = looked_up) <> 'r' then
    raise exception 'a lookup table of a policy must be a table: "%"', looked_up::regclass using errcode = '42809';
  end if;
  delete from pg_internal.policy_lookup as l
  where l.kind = grant_lookup.kind and l.policy = policy_name and l.relation = looked_up;
  if is_grant then insert into pg_internal.policy_lookup values (kind, policy_name, looked_up); end if;
  perform pg_internal.rebuild_views(kind, policy_name);
end $$;

-- Fails unless policies may be attached to this relation, and brings it up to date.
create or replace function pg_internal.check_protectable(target oid, with_late_binding boolean) returns void
language plpgsql security definer set search_path = pg_catalog as $$
declare
  reader text;
begin
  if pg_internal.late_binding_view(target) is null then
    raise exception 'the stand-in attaches policies to late-binding views alone, and "%" is none', target::regclass
      using errcode = '0A000';
  end if;
  select ev_class::regclass::text into reader from pg_depend join pg_rewrite on pg_rewrite.oid = pg_depend.objid
  where pg_depend.classid = 'pg_rewrite'::regclass and refclassid = 'pg_class'::regclass and refobjid = target
    and ev_class <> target and pg_internal.late_binding_view(ev_class) is null;
  if reader is null and with_late_binding then
    select c.oid::regclass::text into reader from pg_class as c,
      jsonb_array_elements_text(pg_internal.late_binding_view(c.oid) -> 'references') as r
    where relkind = 'v' and to_regclass(r) = target and c.oid <> target;
  end if;
  if reader is not null then
    raise exception 'cannot protect late-binding view "%": it is referenced by view %', target::regclass, reader
      using errcode = '0A000';
  end if;
  perform pg_internal.attach_late_binding_view(target, 0);
end $$;

-- A view with policies is replaced by administrators alone.
create or replace function pg_internal.may_replace(target oid) returns boolean
language sql stable security definer set search_path = pg_catalog as $$
  select pg_internal.is_administrator() or not (
    exists (select from pg_internal.attached_mask where relation = target)
    or exists (select from pg_internal.attached_row_policy where relation = target)
    or exists (select from pg_internal.row_security where relation = target and is_on))
$$;
`;
