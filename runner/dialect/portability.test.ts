import { describe, expect, test } from "@jest/globals";
import { portabilityDiagnostics } from "../compile/portability.ts";
import { findPortabilityProblems } from "./portability.ts";

const found = (sql: string) => findPortabilityProblems(sql).map(({ message }) => message);

/** What each rule finds, and the same thing in the form that every engine reads alike. */
const rules: readonly (readonly [wrong: string, right: string, message: string])[] = [
  ["select nvl(a, b)", "select coalesce(a, b)", "nvl() exists in Redshift only."],
  ["select NVL2 (a, b, c)", "select case when a is null then c else b end", "nvl2() exists"],
  ["select decode(a, 1, 'x')", "select case a when 1 then 'x' end", "decode() exists"],
  ["select dateadd(day, 1, a)", "select a + 1", "dateadd() exists in Redshift only."],
  ["select datediff(day, a, b)", "select b - a", "datediff() exists"],
  ["select convert_timezone('UTC', a)", "select a at time zone 'UTC'", "convert_timezone() exists"],
  ["select to_char(a, 'IW')", "select cast(a as varchar(9))", "to_char() exists"],
  ["select listagg(a, ',')", "select max(a)", "listagg() exists in Redshift only."],
  ["select json_parse(a)", "select a", "json_parse() exists"],
  [
    "select * from generate_series(1, 2)",
    "select * from series",
    "generate_series() exists in DuckDB",
  ],
  ["select unnest(a)", "select unnested", "unnest() exists in DuckDB only."],
  [
    "from range(10)",
    "over (order by a range between 1 preceding and current row)",
    "range() exists",
  ],
  ["select string_agg(a, ',')", "select max(a)", "string_agg() exists in DuckDB only."],
  ["select array_agg(a)", "select count(a)", "array_agg() exists"],
  ["select list(a)", "select listed.list", "list() exists"],
  ["select struct_pack(a := 1)", "select a", "struct_pack() exists"],
  ["select arg_max(a, b)", "select max(a)", "arg_max() exists"],
  ["select strftime(a, '%Y')", "select extract(year from a)", "strftime() exists"],
  ["select date_diff('day', a, b)", "select b - a", "date_diff() exists"],
  ["select dayname(a)", "select day_name", "dayname() exists in DuckDB only."],
  ["where a < getdate()", "where a < b", "The clock is read differently"],
  ["where a < sysdate", "where a < sysdates.sysdate_of_load", "The clock is read differently"],
  ["where a < current_timestamp", "where a < timestamp_of_load", "The clock is read differently"],
  ["where a < now()", "select now_or_never", "The clock is read differently"],
  [
    "select regexp_replace(a, 'b', '')",
    "select replace(a, 'b', '')",
    "regexp_replace() replaces all",
  ],
  ["select avg(qty)", "select avg(cast(qty as decimal(18,4)))", "avg() of integers"],
  [
    "select avg( distinct qty)",
    "select avg(distinct cast(qty as decimal(18,4)))",
    "avg() of integers",
  ],
  ["select distinct on (a) b", "select distinct a from b", "DISTINCT ON does not exist"],
  [
    "where a is not distinct from b",
    "where a = b or (a is null and b is null)",
    "IS DISTINCT FROM",
  ],
  ["where a is\n distinct from b", "select distinct a\nfrom b", "IS DISTINCT FROM"],
  ["a except all b", "a except b", "EXCEPT ALL"],
  ["a intersect all b", "a union all b", "EXCEPT ALL"],
  ["sum(a) filter (where b)", "sum(case when b then a end)", "The FILTER clause"],
  ["qualify row_number() over () = 1", "where qualified = 1", "QUALIFY"],
  ["select top 5 a", "select top_seller from a limit 5", "TOP does not exist"],
  ["select distinct top 5 a", "select distinct a limit 5", "TOP does not exist"],
  ["from (values (1))", "insert into t (a) values (1)", "A VALUES table"],
  ["with a as (\n  values (1))", "where a in (value)", "A VALUES table"],
  ["select a, count(*) group by all", "select count(*) group by a", "GROUP BY ALL"],
  [
    "select a / b",
    "select cast(cast(a as decimal(9,4)) / b as decimal(9,4))",
    "A division of integers",
  ],
  ["select f(a) / b", "select a / cast(b as decimal(9,4))", "A division of integers"],
  [
    "select cast(a as varchar)",
    "select cast(a as varchar(20)) as text",
    "A text type without a length",
  ],
  ["select a::text", "select a::varchar(20), text", "A text type without a length"],
  [
    "select cast(coalesce(a, f(b)) as text)",
    "select cast(coalesce(a, f(b)) as varchar (5))",
    "A text type without a length",
  ],
  ["select cast(a as double)", "select cast(a as double precision)", "The type double"],
  ["select a::float", "select a::double precision", "float has 8 bytes"],
  ["select cast(a as decimal)", "select cast(a as decimal(18,2))", "decimal without a precision"],
  ["select a :: numeric", "select numeric, a::numeric(9,2)", "decimal without a precision"],
  ["select cast(a as hugeint)", "select cast(a as bigint)", "Redshift has no such type"],
  ["select concat(a, b)", "select a || b", "concat() with a null"],
  ["where a ~ 'b'", "where a like 'b'", "~ matches a part"],
  ["select {'a': 1}", "select a", "Lists, structs and JSON paths"],
  ["select [1, 2]", "select 1, 2", "Lists, structs and JSON paths"],
  ["select a ->> '$.b'", "select a - b > c", "Lists, structs and JSON paths"],
];

describe.each(rules)("%s", (wrong, right, message) => {
  test("is found where it stands", () => {
    expect(found(wrong)).toEqual([expect.stringContaining(message)]);
    expect(found(wrong.toUpperCase())).toEqual([expect.stringContaining(message)]);
  });

  test(`is not found in: ${right}`, () => {
    expect(found(right)).toEqual([]);
  });

  test("is not found in comments, texts and quoted names", () => {
    const quoted = wrong.replaceAll("'", "''");
    expect(found(`select '${quoted}', 'it''s' /* ${wrong} */ as "${wrong.toLowerCase()}"`)).toEqual(
      [],
    );
    expect(found(`-- ${wrong.replaceAll("\n", " ")}\nselect 1`)).toEqual([]);
  });
});

test.each([
  [String.raw`select 'a\b'`, "select 'a' || chr(92) || 'b'", "A backslash in a text"],
  ['select a as "Name"', 'select a as "name"', "lower case although it is quoted"],
  [`select a as "${"n".repeat(128)}"`, `select a as "${"n".repeat(127)}"`, "127 bytes at most"],
])("in quotes: %s", (wrong, right, message) => {
  expect(found(wrong)).toEqual([expect.stringContaining(message)]);
  expect(found(right)).toEqual([]);
  expect(found(`-- ${wrong}\nselect 1`)).toEqual([]);
});

describe("descending order", () => {
  test.each([
    "order by a desc",
    "order by a,\n  b DESC\nlimit 1",
    "order by coalesce(a, b) desc",
    "row_number() over (partition by a order by b desc)",
    "order by a desc nulls last, b desc",
    "order by a desc, b desc nulls first",
    "order by a desc nulls",
  ])("without a place for nulls is found: %s", (sql) => {
    expect(found(sql)).toEqual([expect.stringContaining("Where nulls stand under DESC")]);
  });

  test.each([
    "order by a desc nulls last",
    "row_number() over (\n  partition by a\n  order by\n    b desc nulls last,\n    c\n) = 1",
    "order by lower(a) desc\n  nulls first, b",
    "order by a, b asc",
    "select description, a_desc, descending from t order by description",
  ])("that says where nulls stand, or is none, passes: %s", (sql) => {
    expect(found(sql)).toEqual([]);
  });
});

test("every problem of a text is found, in order, each at its own place", () => {
  const problems = findPortabilityProblems("select nvl(a, b),\n  a / b\nfrom t order by c desc");
  expect(problems.map(({ offset }) => offset)).toEqual([7, 22, 44]);
});

test("a problem is reported at the template's own line, and what stands in {{…}} is no SQL", () => {
  const text = `{{!-- nvl( }} {{ unnest( --}}\n{{date_id "a / b desc"}}\n  , nvl(a, b)`;
  expect(portabilityDiagnostics({ file: "m.sql", text }, findPortabilityProblems)).toMatchObject([
    { code: "SQL_NOT_PORTABLE", place: { file: "m.sql", line: 3, column: 5 } },
  ]);
});
