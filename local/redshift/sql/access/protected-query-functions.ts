/** The text of a view with its masks and row policies, and what the policies read. */
export const protectedQueryFunctions = `
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
