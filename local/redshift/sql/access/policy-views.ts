/** The system views of policies, with the columns of Redshift's guide; only administrators find rows in most of them. */
export const policyViews = `
create or replace function pg_internal.policy_inputs(kind text, policy text) returns json
language sql stable security definer set search_path = pg_catalog as $$
  select case kind when 'masking' then (select inputs from pg_internal.masking_policy where name = policy)
    else (select inputs from pg_internal.row_policy where name = policy) end
$$;
create or replace function pg_internal.policy_alias(policy text) returns text
language sql stable security definer set search_path = pg_catalog as
  $$ select alias from pg_internal.row_policy where name = policy $$;

create or replace view pg_catalog.svv_masking_policy as
select current_database()::text as policy_database, name as policy_name, inputs::text as input_columns,
  (select json_agg(json_build_object('expr', o ->> 'expr', 'type', o ->> 'type'))::text
    from json_array_elements(outputs) as o) as policy_expression,
  modified_by as policy_modified_by, modified_at as policy_modified_time
from pg_internal.masking_policy
where pg_internal.is_administrator();

create or replace view pg_catalog.svv_attached_masking_policy as
select policy as policy_name, nspname::text as schema_name, relname::text as table_name,
  case relkind when 'v' then 'view' else 'table' end::text as table_type, grantor,
  case grantee when 0 then 'public' else (select rolname::text from pg_catalog.pg_roles where oid = grantee) end as grantee,
  pg_internal.identity_type(grantee) as grantee_type, priority, array_to_json(input_columns)::text as input_columns,
  array_to_json(output_columns)::text as output_columns, true as is_masking_datashare_on
from pg_internal.attached_mask join pg_catalog.pg_class as c on c.oid = relation
join pg_catalog.pg_namespace as n on n.oid = relnamespace
where pg_internal.is_administrator();

create or replace view pg_catalog.svv_rls_policy as
select current_database()::text as poldb, name as polname, alias as polalias, inputs::text as polatts,
  predicate ->> 'expr' as polqual, true as polenabled, modified_by as polmodifiedby, modified_at as polmodifiedtime
from pg_internal.row_policy
where pg_internal.is_administrator();

create or replace view pg_catalog.svv_rls_attached_policy as
select nspname::text as relschema, relname::text as relname, case relkind when 'v' then 'view' else 'table' end::text as relkind,
  policy as polname, grantor,
  case grantee when 0 then 'public' else (select rolname::text from pg_catalog.pg_roles where oid = grantee) end as grantee,
  pg_internal.identity_type(grantee) as granteekind, true as is_pol_on, coalesce(s.is_on, false) as is_rls_on,
  coalesce(s.conjunction, 'and')::char(3) as rls_conjunction_type
from pg_internal.attached_row_policy as a join pg_catalog.pg_class as c on c.oid = a.relation
join pg_catalog.pg_namespace as n on n.oid = relnamespace
left join pg_internal.row_security as s on s.relation = a.relation
where pg_internal.is_administrator();

create or replace view pg_catalog.svv_rls_relation as
select current_database()::text as datname, nspname::text as relschema, relname::text as relname,
  case relkind when 'v' then 'view' else 'table' end::text as relkind, is_on as is_rls_on,
  is_on_for_datashares as is_rls_datashare_on, conjunction::char(3) as rls_conjunction_type,
  'and'::char(3) as rls_datashare_conjunction_type
from pg_internal.row_security join pg_catalog.pg_class as c on c.oid = relation
join pg_catalog.pg_namespace as n on n.oid = relnamespace
where pg_internal.is_administrator() or pg_catalog.pg_has_role(session_user, relowner, 'usage');

grant select on pg_catalog.svv_masking_policy, pg_catalog.svv_attached_masking_policy, pg_catalog.svv_rls_policy,
  pg_catalog.svv_rls_attached_policy, pg_catalog.svv_rls_relation to public;
`;
