/** What shows another value in the place of a column to those whose roles have a mask attached there. */
export const maskFunctions = `
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

-- What a reader gets: the attachment with the highest priority of those that are theirs, and null for none.
-- A reader's snapshot can be older than the view that it meets, or newer: it fails rather than to miss a mask of the view.
create or replace function pg_internal.mask_of(target oid, column_name text, reader name, bound bigint[]) returns bigint
language plpgsql stable security definer set search_path = pg_catalog as $$
declare
  seen bigint[] := array(select id from pg_internal.attached_mask
    where relation = target and column_name = any (output_columns) order by id);
begin
  if seen <> bound then perform pg_internal.fail_detached(target::regclass::text); end if;
  return (select id from pg_internal.attached_mask
    where relation = target and column_name = any (output_columns)
      and (grantee = 0 or grantee in (
        select pg_internal.identities_of(oid) from pg_roles where rolname = reader))
    order by priority desc limit 1);
end $$;

create or replace function pg_internal.mask_expression(target oid, column_name text) returns text
language plpgsql stable security definer set search_path = pg_catalog as $$
declare
  attached record;
  bound bigint[] := '{}';
  branches text := '';
begin
  for attached in
    select a.*, p.inputs, p.lookups, p.outputs -> (array_position(a.output_columns, column_name) - 1) ->> 'sql' as expression
    from pg_internal.attached_mask as a join pg_internal.masking_policy as p on p.name = a.policy
    where a.relation = target and column_name = any (a.output_columns) order by a.id
  loop
    perform pg_internal.check_lookups('masking', attached.policy, attached.lookups);
    perform pg_internal.check_mask(target, attached.policy, attached.output_columns, attached.input_columns);
    bound := bound || attached.id;
    branches := branches || format(' when %s then cast((select (%s) from (select %s) as masked_table) as %s)',
      attached.id, attached.expression, (
        select string_agg(format('protected.%I as %I', attached.input_columns[i.ordinality], i.value ->> 'colname'), ', ' order by i.ordinality)
        from json_array_elements(attached.inputs) with ordinality as i),
      pg_internal.column_type(target, column_name));
  end loop;
  if branches = '' then return format('protected.%I', column_name); end if;
  return format('case (select pg_internal.mask_of(%s::oid, %L, current_user, %L))%s else protected.%I end as %I',
    target, column_name, bound, branches, column_name, column_name);
end $$;
`;
