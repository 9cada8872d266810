/**
 * Redshift's functions and types on Postgres. What Postgres has by the same name and arguments, and Redshift computes
 * otherwise, lies in the schema pg_internal, and calls are directed there (see redirected-functions.ts).
 */
export const databaseFunctions = `
create schema if not exists pg_internal;
grant usage on schema pg_internal to public;

do $$ begin
  if to_regtype('pg_catalog.super') is null then create domain pg_catalog.super as jsonb; end if;
end $$;

-- The length of a varchar counts bytes, in casts and assignments alike: a cast cuts, an assignment fails.
create or replace function pg_internal.fit_varchar(value varchar, modifier integer, is_cast boolean) returns varchar
language plpgsql immutable strict parallel safe as $$
declare
  cut text;
begin
  if modifier < 4 or octet_length(value) <= modifier - 4 then return value; end if;
  cut := left(value, modifier - 4);
  while octet_length(cut) > modifier - 4 loop
    cut := left(cut, - greatest(1, (octet_length(cut) - modifier + 4) / 4));
  end loop;
  if is_cast or rtrim(substr(value, length(cut) + 1), ' ') = '' then return cut; end if;
  raise exception 'Value too long for character type' using errcode = '22001',
    detail = format('The value has %s bytes, and character varying(%s) holds %s.', octet_length(value), modifier - 4, modifier - 4);
end $$;
update pg_cast set castfunc = 'pg_internal.fit_varchar(varchar, integer, boolean)'::regprocedure
where castsource = 'varchar'::regtype and casttarget = 'varchar'::regtype;

create or replace function pg_internal.refuse_boolean(value boolean) returns text
language plpgsql immutable as $$
begin
  raise exception 'cannot cast type boolean to character varying' using errcode = '42846';
end $$;
update pg_cast set castfunc = 'pg_internal.refuse_boolean(boolean)'::regprocedure
where castsource = 'bool'::regtype and casttarget in ('varchar'::regtype, 'text'::regtype, 'bpchar'::regtype);

create or replace function pg_catalog.getdate() returns timestamp language sql stable as
  $$ select date_trunc('second', statement_timestamp() at time zone 'UTC') $$;
create or replace function pg_internal.sysdate() returns timestamp language sql stable as
  $$ select transaction_timestamp() at time zone 'UTC' $$;
create or replace function pg_catalog.len(value text) returns integer language sql immutable strict as
  $$ select length(value) $$;
create or replace function pg_catalog.charindex(part text, value text) returns integer language sql immutable strict as
  $$ select strpos(value, part) $$;
create or replace function pg_catalog.json_parse(value text) returns super language sql immutable strict as
  $$ select value::jsonb::super $$;
create or replace function pg_catalog.json_serialize(value jsonb) returns varchar language sql immutable strict as
  $$ select value::text::varchar $$;
create or replace function pg_catalog.is_valid_json(value text) returns boolean language sql immutable strict as
  $$ select value is json object $$;
create or replace function pg_catalog.can_json_parse(value text) returns boolean language sql immutable strict as
  $$ select value is json $$;
create or replace function pg_internal.json_extract_path_text(value text, variadic path text[]) returns varchar
language sql immutable as
  $$ select (case when value = '' then null else value::json #>> path end)::varchar $$;
create or replace function pg_catalog.json_array_length(value text) returns integer language sql immutable strict as
  $$ select json_array_length(value::json) $$;
create or replace function pg_catalog.strtol(value text, base integer) returns bigint
language plpgsql immutable strict as $$
declare
  result bigint := 0;
  digit text;
begin
  foreach digit in array regexp_split_to_array(lower(value), '') loop
    result := result * base + strpos('0123456789abcdefghijklmnopqrstuvwxyz', digit) - 1;
  end loop;
  return result;
end $$;
create or replace function pg_catalog.sha2(value text, bits integer) returns varchar language sql immutable strict as $$
  select encode(case bits when 224 then sha224(value::bytea) when 384 then sha384(value::bytea)
    when 512 then sha512(value::bytea) else sha256(value::bytea) end, 'hex')::varchar
$$;
create or replace function pg_internal.regexp_replace(value text, pattern text, replacement text default '') returns varchar
language sql immutable strict as
  $$ select pg_catalog.regexp_replace(value, pattern, replacement, 'g')::varchar $$;

create or replace function pg_catalog.trunc(value timestamp) returns date language sql immutable strict as
  $$ select value::date $$;
create or replace function pg_catalog.last_day(value timestamp) returns date language sql immutable strict as
  $$ select (date_trunc('month', value) + interval '1 month - 1 day')::date $$;
create or replace function pg_catalog.add_months(value timestamp, months bigint) returns timestamp
language sql immutable strict as $$
  select case when value::date = last_day(value)
    then last_day(date_trunc('month', value) + months * interval '1 month') + value::time
    else value + months * interval '1 month' end
$$;
create or replace function pg_catalog.convert_timezone(target text, value timestamp) returns timestamp
language sql immutable strict as
  $$ select value at time zone 'UTC' at time zone target $$;
create or replace function pg_catalog.convert_timezone(source text, target text, value timestamp) returns timestamp
language sql immutable strict as
  $$ select value at time zone source at time zone target $$;

create or replace function pg_internal.date_part_unit(part text) returns text language sql immutable strict as $$
  select case
    when part in ('year', 'years', 'y', 'yr', 'yrs', 'yyyy', 'yy') then 'year'
    when part in ('quarter', 'quarters', 'qtr', 'qtrs', 'q', 'qq') then 'quarter'
    when part in ('month', 'months', 'mon', 'mons', 'mm', 'm') then 'month'
    when part in ('week', 'weeks', 'w', 'wk', 'ww') then 'week'
    when part in ('day', 'days', 'd', 'dd') then 'day'
    when part in ('hour', 'hours', 'h', 'hr', 'hrs', 'hh') then 'hour'
    when part in ('minute', 'minutes', 'min', 'mins', 'mi', 'n') then 'minute'
    when part in ('second', 'seconds', 's', 'sec', 'secs', 'ss') then 'second'
    when part in ('millisecond', 'milliseconds', 'ms', 'msec', 'msecs') then 'millisecond'
    when part in ('microsecond', 'microseconds', 'us', 'usec', 'usecs') then 'microsecond'
  end
$$;
create or replace function pg_catalog.dateadd(part text, count bigint, value timestamp) returns timestamp
language plpgsql immutable strict as $$
declare
  unit text := pg_internal.date_part_unit(lower(part));
begin
  if unit is null then raise exception 'timestamp units "%" not recognized', part using errcode = '22023'; end if;
  if unit in ('month', 'quarter', 'year') then
    return value + count * case unit when 'month' then 1 when 'quarter' then 3 else 12 end * interval '1 month';
  end if;
  return value + count * ('1 ' || unit)::interval;
end $$;
create or replace function pg_catalog.datediff(part text, earlier timestamp, later timestamp) returns bigint
language plpgsql immutable strict as $$
declare
  unit text := pg_internal.date_part_unit(lower(part));
  years bigint := extract(year from later) - extract(year from earlier);
begin
  if unit is null then raise exception 'timestamp units "%" not recognized', part using errcode = '22023'; end if;
  case unit
    when 'year' then return years;
    when 'quarter' then return years * 4 + extract(quarter from later) - extract(quarter from earlier);
    when 'month' then return years * 12 + extract(month from later) - extract(month from earlier);
    when 'week' then
      -- Redshift's weeks begin on Sunday here, and on Monday in date_trunc.
      return floor((later::date - date '2000-01-02') / 7.0) - floor((earlier::date - date '2000-01-02') / 7.0);
    when 'day' then return later::date - earlier::date;
    when 'hour', 'minute', 'second', 'millisecond' then
      return floor(extract(epoch from date_trunc(unit, later) - date_trunc(unit, earlier))
        * case unit when 'millisecond' then 1000 else 1 end)
        / case unit when 'hour' then 3600 when 'minute' then 60 else 1 end;
    else return extract(epoch from later - earlier) * 1000000;
  end case;
end $$;

create or replace function pg_internal.truncated_average(state numeric[]) returns bigint language sql immutable as
  $$ select case when state[1] > 0 then trunc(state[2] / state[1])::bigint end $$;
create or replace function pg_internal.add_to_average(state numeric[], value smallint) returns numeric[]
language sql immutable as
  $$ select case when value is null then state else array[state[1] + 1, state[2] + value] end $$;
create or replace aggregate pg_internal.avg(smallint)
  (sfunc = pg_internal.add_to_average, stype = numeric[], finalfunc = pg_internal.truncated_average, initcond = '{0,0}');
create or replace function pg_internal.add_to_average(state numeric[], value integer) returns numeric[]
language sql immutable as
  $$ select case when value is null then state else array[state[1] + 1, state[2] + value] end $$;
create or replace aggregate pg_internal.avg(integer)
  (sfunc = pg_internal.add_to_average, stype = numeric[], finalfunc = pg_internal.truncated_average, initcond = '{0,0}');
create or replace function pg_internal.add_to_average(state numeric[], value bigint) returns numeric[]
language sql immutable as
  $$ select case when value is null then state else array[state[1] + 1, state[2] + value] end $$;
create or replace aggregate pg_internal.avg(bigint)
  (sfunc = pg_internal.add_to_average, stype = numeric[], finalfunc = pg_internal.truncated_average, initcond = '{0,0}');
create or replace aggregate pg_internal.avg(real)
  (sfunc = float4_accum, stype = float8[], finalfunc = float8_avg, initcond = '{0,0,0}');
create or replace aggregate pg_internal.avg(numeric)
  (sfunc = numeric_avg_accum, stype = internal, finalfunc = numeric_avg);
create or replace aggregate pg_internal.avg(double precision)
  (sfunc = float8_accum, stype = float8[], finalfunc = float8_avg, initcond = '{0,0,0}');
create or replace aggregate pg_internal.listagg(text, text)
  (sfunc = string_agg_transfn, stype = internal, finalfunc = string_agg_finalfn);
`;
