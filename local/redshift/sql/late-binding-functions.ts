/**
 * Late-binding views are Postgres views whose text is kept as the comment on their rule: thus it lives and dies with the
 * view, is part of the transaction, and no conflict between transactions arises from reading it. A view is *attached*
 * while its body is that text. Before a relation that it reads is dropped or altered it is detached: its body then has
 * the same columns and reads nothing, and fails when queried. The next statement that names it attaches it again.
 */
export const lateBindingFunctions = `
create or replace function pg_internal.late_binding_view(relation oid) returns jsonb
language sql stable security definer set search_path = pg_catalog as $$
  select description::jsonb from pg_description
  join pg_rewrite on pg_rewrite.oid = pg_description.objoid
  where classoid = 'pg_rewrite'::regclass and ev_class = relation and rulename = '_RETURN'
$$;

create or replace function pg_internal.fail_detached(name text) returns boolean language plpgsql volatile as $$
begin
  raise exception 'the late-binding view % changed while it was read', name using errcode = '40001';
end $$;

create or replace function pg_internal.describe_late_binding_view(relation oid, definition jsonb) returns void
language plpgsql security definer set search_path = pg_catalog as $$
begin
  execute format('comment on rule "_RETURN" on %s is %L', relation::regclass, definition::text);
end $$;

create or replace function pg_internal.detach_late_binding_view(relation oid) returns void
language plpgsql security definer set search_path = pg_catalog as $$
declare
  columns text;
begin
  select string_agg(format('null::%s as %I', format_type(atttypid, atttypmod), attname), ', ' order by attnum)
  into columns from pg_attribute where attrelid = relation and attnum > 0 and not attisdropped;
  execute format('create or replace view %s as select %s where pg_internal.fail_detached(%L)',
    relation::regclass, columns, relation::regclass);
  perform pg_internal.describe_late_binding_view(relation,
    pg_internal.late_binding_view(relation) || '{"attached": false}');
end $$;

-- Frees a relation of the late-binding views that read it.
create or replace function pg_internal.detach_readers(relation oid) returns void
language plpgsql security definer set search_path = pg_catalog as $$
declare
  reader oid;
begin
  for reader in
    select distinct ev_class from pg_depend
    join pg_rewrite on pg_rewrite.oid = pg_depend.objid
    where pg_depend.classid = 'pg_rewrite'::regclass and refclassid = 'pg_class'::regclass
      and refobjid = relation and ev_class <> relation
  loop
    if (pg_internal.late_binding_view(reader) ->> 'attached')::boolean then
      perform pg_internal.detach_late_binding_view(reader);
    end if;
  end loop;
end $$;

-- The same, for everything in a schema and readers outside of it.
create or replace function pg_internal.detach_readers_of_schema(schema_name text) returns void
language sql security definer set search_path = pg_catalog as $$
  select pg_internal.detach_readers(oid) from pg_class
  where relnamespace = to_regnamespace(quote_ident(schema_name)) and relkind in ('r', 'v', 'p', 'm')
$$;

create or replace function pg_internal.attach_late_binding_view(relation oid, depth integer) returns void
language plpgsql security definer set search_path = pg_catalog as $$
declare
  definition jsonb := pg_internal.late_binding_view(relation);
  former oid := relation;
  statement text;
  name text;
  owner text;
  grants text[];
  width integer;
begin
  if definition is null then return; end if;
  if depth > 50 then raise exception 'infinite recursion detected in rules for relation "%"', relation::regclass
    using errcode = '42P17'; end if;
  for name in select jsonb_array_elements_text(definition -> 'references') loop
    perform pg_internal.attach_late_binding_view(to_regclass(name), depth + 1);
  end loop;
  definition := pg_internal.late_binding_view(relation);
  if (definition ->> 'attached')::boolean then return; end if;

  statement := format('create or replace view %s%s as %s', relation::regclass, definition ->> 'columns', definition ->> 'query');
  select relnatts into width from pg_class where oid = relation;
  begin
    execute statement;
    if width <> (select relnatts from pg_class where oid = relation) then
      perform pg_internal.detach_readers(relation);
    end if;
  exception when invalid_table_definition then
    -- Its columns are others now, which Postgres lets only a new view have.
    select pg_get_userbyid(relowner), array(
      select format('grant %s on %s to %s', privilege_type, relation::regclass,
        case when grantee = 0 then 'public' else quote_ident(pg_get_userbyid(grantee)) end)
      from aclexplode(relacl) where grantee <> relowner)
    into owner, grants from pg_class where oid = relation;
    name := relation::regclass;
    perform pg_internal.detach_readers(relation);
    execute format('drop view %s', name);
    execute statement;
    execute format('alter view %s owner to %I', name, owner);
    update pg_internal.attached_mask set relation = name::regclass where attached_mask.relation = former;
    update pg_internal.attached_row_policy set relation = name::regclass where attached_row_policy.relation = former;
    update pg_internal.row_security set relation = name::regclass where row_security.relation = former;
    relation := name::regclass;
    foreach statement in array grants loop execute statement; end loop;
  end;
  statement := pg_internal.protected_query(relation, definition ->> 'query');
  if statement is not null then
    execute format('create or replace view %s with (security_barrier) as %s', relation::regclass, statement);
  end if;
  perform pg_internal.describe_late_binding_view(relation, definition || '{"attached": true}');
end $$;

-- Makes the late-binding views among these relations, and those that they read, read what is there now.
create or replace function pg_internal.attach_late_binding_views(names text[]) returns void
language plpgsql as $$
declare
  name text;
begin
  foreach name in array names loop
    perform pg_internal.attach_late_binding_view(to_regclass(name), 0);
  end loop;
end $$;

-- Makes or replaces a late-binding view. What it reads need not be there.
create or replace function pg_internal.create_late_binding_view(name text, is_replaceable boolean, definition jsonb) returns void
language plpgsql as $$
declare
  kind "char";
begin
  select relkind into kind from pg_class where oid = to_regclass(name);
  if kind is null then
    execute format('create view %s as select where pg_internal.fail_detached(%L)', name, name);
  elsif kind <> 'v' then
    raise exception '"%" is not a view', name using errcode = '42809';
  elsif not is_replaceable then
    raise exception 'relation "%" already exists', name using errcode = '42P07';
  elsif not pg_has_role((select relowner from pg_class where oid = to_regclass(name)), 'usage') then
    raise exception 'must be owner of view %', name using errcode = '42501';
  elsif not pg_internal.may_replace(to_regclass(name)) then
    raise exception 'cannot replace view %: policies are attached to it', name using errcode = '42501',
      hint = 'Detach them first, or be a superuser or a member of sys:secadmin.';
  end if;
  perform pg_internal.describe_late_binding_view(to_regclass(name), definition || '{"attached": false}');
  perform pg_internal.detach_late_binding_view(to_regclass(name));
  begin
    perform pg_internal.attach_late_binding_view(to_regclass(name), 0);
  exception when syntax_error_or_access_rule_violation then
    -- It is bound when it is read.
    null;
  end;
end $$;
`;
