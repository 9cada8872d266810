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

create or replace function pg_internal.create_masking_policy(policy text, may_exist boolean, inputs json, outputs json, lookups text[])
returns void language plpgsql security definer set search_path = pg_catalog as $$
begin
  perform pg_internal.check_policy_rights();
  if pg_internal.policy_exists('masking', policy) then
    if may_exist then return; end if;
    raise exception 'masking policy "%" already exists', policy using errcode = '42710';
  end if;
  insert into pg_internal.masking_policy (name, inputs, outputs, lookups) values (policy, inputs, outputs, lookups);
end $$;

create or replace function pg_internal.alter_masking_policy(policy text, new_outputs json, new_lookups text[]) returns void
language plpgsql security definer set search_path = pg_catalog as $$
begin
  perform pg_internal.check_policy('masking', policy);
  if (select array_agg(o ->> 'type') from json_array_elements(new_outputs) as o) is distinct from
    (select array_agg(o ->> 'type') from pg_internal.masking_policy, json_array_elements(outputs) as o where name = policy) then
    raise exception 'cannot alter masking policy "%": the new expression and the old one have different types', policy
      using errcode = '42804';
  end if;
  update pg_internal.masking_policy set outputs = new_outputs, lookups = new_lookups,
    modified_by = session_user, modified_at = pg_internal.sysdate() where name = policy;
  perform pg_internal.rebuild_views('masking', policy);
end $$;

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

-- A view may not read a view that masks columns.
create or replace function pg_internal.check_read_by_view(names text[], is_late_binding boolean) returns void
language plpgsql stable security definer set search_path = pg_catalog, public as $$
declare
  found text;
begin
  select n into found from unnest(names) as n where to_regclass(n) in (
    select relation from pg_internal.attached_mask
    union select relation from pg_internal.row_security where is_on and not is_late_binding);
  if found is not null then
    raise exception 'a view cannot reference the protected late-binding view %', found using errcode = '0A000';
  end if;
end $$;

-- A view with policies is replaced by administrators alone.
create or replace function pg_internal.may_replace(target oid) returns boolean
language sql stable security definer set search_path = pg_catalog as $$
  select pg_internal.is_administrator() or not (
    exists (select from pg_internal.attached_mask where relation = target)
    or exists (select from pg_internal.attached_row_policy where relation = target)
    or exists (select from pg_internal.row_security where relation = target and is_on))
$$;

-- Whether a value of one type may stand for one of another, by Redshift's rules for masks.
create or replace function pg_internal.mask_fits(mask_type text, column_type text) returns boolean
language sql immutable set search_path = pg_catalog as $$
  select mask_type = column_type
    or (mask_type ~ '^(smallint|integer|bigint)$' and column_type ~ '^(smallint|integer|bigint)$')
    or (mask_type ~ '^numeric' and column_type ~ '^(numeric|double precision|real)')
    or (mask_type ~ '^(text|character)' and column_type ~ '^(text|character)'
      and coalesce(substring(mask_type from '[0-9]+')::integer <= substring(column_type from '[0-9]+')::integer, true))
$$;

create or replace function pg_internal.column_type(relation oid, column_name text) returns text
language plpgsql stable set search_path = pg_catalog as $$
declare
  found text := (select format_type(atttypid, atttypmod) from pg_attribute
    where attrelid = relation and attname = column_name and attnum > 0 and not attisdropped);
begin
  if found is null then
    raise exception 'column "%" of relation "%" does not exist', column_name,
      (select relname from pg_class where oid = relation) using errcode = '42703';
  end if;
  return found;
end $$;

-- At every query Redshift checks that the masks fit the view's columns; here whenever the view is bound anew.
create or replace function pg_internal.check_mask(target oid, policy text, masked text[], read text[]) returns void
language plpgsql stable security definer set search_path = pg_catalog as $$
declare
  made record;
begin
  if cardinality(masked) <> (select json_array_length(p.outputs) from pg_internal.masking_policy as p where name = policy)
    or cardinality(read) <> (select json_array_length(p.inputs) from pg_internal.masking_policy as p where name = policy) then
    raise exception 'the number of columns does not match masking policy "%"', policy using errcode = '42601';
  end if;
  perform pg_internal.column_type(target, i) from unnest(read) as i;
  for made in
    select o.value ->> 'type' as mask, pg_internal.column_type(target, masked[o.ordinality]) as held, masked[o.ordinality] as name
    from pg_internal.masking_policy as p, json_array_elements(p.outputs) with ordinality as o where p.name = policy
  loop
    if not pg_internal.mask_fits(made.mask, made.held) then
      raise exception 'masking policy "%" gives %, which does not fit column "%" of type %', policy, made.mask, made.name, made.held
        using errcode = '42804';
    end if;
  end loop;
end $$;

create or replace function pg_internal.attach_mask(
  policy_name text, target oid, outputs text[], inputs text[], kind text, grantee_name text, new_priority integer
) returns void language plpgsql security definer set search_path = pg_catalog as $$
declare
  grantee_id oid := pg_internal.identity_id(kind, grantee_name);
  other text;
begin
  perform pg_internal.check_policy('masking', policy_name);
  perform pg_internal.check_protectable(target, true);
  perform pg_internal.check_mask(target, policy_name, outputs, inputs);
  select policy into other from pg_internal.attached_mask
  where relation = target and output_columns && outputs and policy <> policy_name and priority = new_priority;
  if other is not null then
    raise exception 'masking policy "%" is already attached to a column of "%" with same priority', other, target::regclass
      using errcode = '42710';
  end if;
  select policy into other from pg_internal.attached_mask
  where relation = target and output_columns && outputs and grantee = grantee_id
    and (policy <> policy_name or priority = new_priority);
  if other is not null then
    raise exception 'masking policy "%" is already attached to a column of "%" for % "%"', other, target::regclass, kind, grantee_name
      using errcode = '42710';
  end if;
  insert into pg_internal.attached_mask (policy, relation, output_columns, input_columns, grantee, priority)
  values (policy_name, target, outputs, inputs, grantee_id, new_priority);
  perform pg_internal.rebuild_view(target);
end $$;

create or replace function pg_internal.detach_mask(policy_name text, target oid, outputs text[], kind text, grantee_name text)
returns void language plpgsql security definer set search_path = pg_catalog as $$
begin
  perform pg_internal.check_policy('masking', policy_name);
  delete from pg_internal.attached_mask where policy = policy_name and relation = target and output_columns = outputs
    and grantee = pg_internal.identity_id(kind, grantee_name);
  if not found then
    raise exception 'masking policy "%" is not attached to these columns of "%" for % "%"', policy_name, target::regclass,
      kind, grantee_name using errcode = '42704';
  end if;
  perform pg_internal.rebuild_view(target);
end $$;

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

-- What a reader gets: the attachment with the highest priority of those that are theirs, and null for none.
create or replace function pg_internal.mask_of(target oid, column_name text, reader name) returns bigint
language sql stable security definer set search_path = pg_catalog as $$
  select id from pg_internal.attached_mask
  where relation = target and column_name = any (output_columns)
    and (grantee = 0 or grantee in (
      select pg_internal.identities_of(oid) from pg_roles where rolname = reader))
  order by priority desc limit 1
$$;

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

create or replace function pg_internal.check_lookups(kind text, policy_name text, lookups text[]) returns void
language plpgsql stable security definer set search_path = pg_catalog, public as $$
declare
  looked_up text;
begin
  foreach looked_up in array lookups loop
    if not exists (select from pg_internal.policy_lookup as l where l.kind = check_lookups.kind and policy = policy_name
      and relation = to_regclass(looked_up)) then
      raise exception 'permission denied for relation %', (parse_ident(looked_up))[cardinality(parse_ident(looked_up))]
        using errcode = '42501';
    end if;
  end loop;
end $$;

create or replace function pg_internal.mask_expression(target oid, column_name text) returns text
language plpgsql stable security definer set search_path = pg_catalog as $$
declare
  attached record;
  branches text := '';
begin
  for attached in
    select a.*, p.inputs, p.lookups, p.outputs -> (array_position(a.output_columns, column_name) - 1) ->> 'sql' as expression
    from pg_internal.attached_mask as a join pg_internal.masking_policy as p on p.name = a.policy
    where a.relation = target and column_name = any (a.output_columns) order by a.id
  loop
    perform pg_internal.check_lookups('masking', attached.policy, attached.lookups);
    perform pg_internal.check_mask(target, attached.policy, attached.output_columns, attached.input_columns);
    branches := branches || format(' when %s then cast((select (%s) from (select %s) as masked_table) as %s)',
      attached.id, attached.expression, (
        select string_agg(format('protected.%I as %I', attached.input_columns[i.ordinality], i.value ->> 'colname'), ', ' order by i.ordinality)
        from json_array_elements(attached.inputs) with ordinality as i),
      pg_internal.column_type(target, column_name));
  end loop;
  if branches = '' then return format('protected.%I', column_name); end if;
  return format('case (select pg_internal.mask_of(%s::oid, %L, current_user))%s else protected.%I end as %I',
    target, column_name, branches, column_name, column_name);
end $$;

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

-- The text of the view with its policies, or null when it has none. Its columns must be there already.
create or replace function pg_internal.protected_query(target oid, query text) returns text
language plpgsql stable security definer set search_path = pg_catalog as $$
declare
  names text;
  alias text;
  row_condition text := pg_internal.row_condition(target);
  shown text;
begin
  if row_condition = 'true' and not exists (select from pg_internal.attached_mask where relation = target) then return null; end if;
  -- A mask without its column would be a mask that is not applied.
  perform pg_internal.column_type(target, c) from pg_internal.attached_mask, unnest(output_columns || input_columns) as c
  where relation = target;
  select string_agg(quote_ident(attname), ', ' order by attnum),
    string_agg(pg_internal.mask_expression(target, attname), ', ' order by attnum)
  into names, shown from pg_attribute where attrelid = target and attnum > 0 and not attisdropped;
  select p.alias into alias from pg_internal.attached_row_policy as a join pg_internal.row_policy as p on p.name = a.policy
  where a.relation = target limit 1;
  return format('select %s from (select * from (%s) as %I(%s) where %s) as protected',
    shown, query, coalesce(alias, 'rls_table'), names, row_condition);
end $$;
`;
