import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import pg from "pg";
import { parseColumnType } from "../../core/column-type.ts";
import type { SourceColumn } from "../../core/source-table.ts";
import { columns, failureOf, filesIn, newLake, postgresTable, run } from "../testing/fixtures.ts";
import { usePostgres } from "../testing/postgres-source.ts";
import { openPostgresExtractor } from "./postgres-extractor.ts";

const source = usePostgres();

const types = `
  create type mood as enum ('sad', 'it''s "fine"');
  create type place as (street text, number integer);
  create domain percent as numeric(5,2) check (value >= 0);
  create domain share as percent;`;

/** Native types with some of their values as SQL, and the declared type where it is not text. */
const catalogue: readonly (readonly [native: string, declared: string, ...values: string[]])[] = [
  ["smallint", "smallint", "-32768", "0", "32767"],
  ["smallint", "integer", "-32768", "32767"],
  ["smallint", "bigint", "-1", "32767"],
  ["integer", "integer", "-2147483648", "-1", "2147483647"],
  ["integer", "bigint", "-2147483648", "-1", "2147483647"],
  ["bigint", "bigint", "-9223372036854775808", "-1", "4294967296", "9223372036854775807"],
  ["numeric", "decimal(38,10)", "0", "-0.0000000001", "9999999999999999999999999999.9999999999"],
  ["numeric", "decimal(38,0)", "1e37", "-99999999999999999999999999999999999999"],
  ["numeric", "decimal(38,38)", "1e-38", "-0.1"],
  ["numeric", "decimal(18,4)", "99999999999999.9999", "-0.0001", "10000", "1e13"],
  ["numeric(10,2)", "decimal(10,2)", "-99999999.99", "0.01", "100", "12345678"],
  ["numeric(9,2)", "decimal(9,2)", "-9999999.99", "9999999.99"],
  ["numeric(5,-2)", "decimal(7,0)", "1234567", "-100"],
  ["share", "decimal(5,2)", "0", "100.25"],
  ["real", "double", "0.1", "'-0'", "'Infinity'", "'NaN'", "3.4028235e38", "1e-45"],
  [
    "double precision",
    "double",
    "0.1",
    "'-0'",
    "'-Infinity'",
    "'NaN'",
    "1.7976931348623157e308",
    "5e-324",
  ],
  ["boolean", "boolean", "true", "false"],
  [
    "date",
    "date",
    "'0001-01-01'",
    "'1969-12-31'",
    "'2026-02-28'",
    "'9999-12-31'",
    "'294276-01-01'",
  ],
  [
    "timestamp",
    "timestamp",
    "'0001-01-01'",
    "'1969-12-31 23:59:59.999999'",
    "'2000-01-01 00:00:00.000001'",
    "'9999-12-31 23:59:59.999999'",
    "'294247-01-10 04:00:54.775806'",
  ],
  [
    "timestamptz",
    "timestamptz",
    "'0001-01-01 00:00:00Z'",
    "'2026-03-29 03:00:00.000001 Europe/Berlin'",
    "'1883-11-18 12:03:57.5-05'",
    "'9999-12-31 23:59:59.999999Z'",
  ],
  ["timestamptz(0)", "timestamptz", "'2026-03-29 03:00:00.6Z'"],
  ["json", "json", `'{"b": 1,  "a":[null, 1.50, "é\\u0041"], "b": 2}'`, "'\"\"'", "'null'", "' 1'"],
  [
    "jsonb",
    "json",
    `'{"b": 1,  "a":[null, 1.50, "é"]}'`,
    "'123456789012345678901234567890.10'",
    "'1e400'",
  ],
  ["text", "text", "''", "'\\.'", "'\\N'", "e'a\\r\\nb\\t\"'", "'null'", "' x '", "'👩‍🚀é'"],
  ["varchar(3)", "varchar(12)", "'👩🚀é'", "''"],
  ["character(4)", "varchar(4)", "'a'", "''", "'abcd'"],
  ['"char"', "text", "'a'", "''", "'\\351'"],
  ["name", "text", "'pg_class'"],
  ["bytea", "text", "'\\x'", "'\\x00ff5c27'"],
  ["uuid", "varchar(36)", "'6A0B1A2E-58A5-4A5E-8F8A-0D4F3F6F1C11'"],
  ["time", "text", "'24:00:00'", "'01:02:03.000004'"],
  ["timetz", "text", "'01:02:03.4+05:30'"],
  ["interval", "text", "'1 year -2 days 03:04:05.000006'", "'-1 second'", "'0'"],
  ["mood", "text", "'sad'", "'it''s \"fine\"'"],
  ["place", "text", "('a \"b\", c', 1)::place", "(null, null)::place", "('', 2)::place"],
  ["integer[]", "text", "'{1,null,3}'", "'{}'", "'{{1,2},{3,4}}'"],
  ["text[]", "text", `array['a,b', 'c"d', '', null, 'null', e'\\n']`],
  ["timestamptz[]", "text", "array['2026-01-01 10:00:00+02'::timestamptz]"],
  ["inet", "text", "'192.168.0.1'", "'192.168.0.1/24'", "'::1'"],
  ["cidr", "text", "'192.168.0.0/24'", "'10/8'"],
  ["macaddr", "text", "'08002b:010203'"],
  ["macaddr8", "text", "'08-00-2b-01-02-03-04-05'"],
  ["bit(3)", "text", "b'101'"],
  ["bit varying", "text", "b''", "b'1'"],
  ["money", "text", "1234.5::money", "(-0.01)::money"],
  ["int4range", "text", "'[1,5]'", "'empty'", "'(,)'"],
  ["tstzrange", "text", "'[2026-01-01 00:00:00+02,)'"],
  ["int4multirange", "text", "'{[1,2],[5,6]}'"],
  ["xml", "text", "'<a b=\"1\">é</a>'"],
  ["tsvector", "text", "'a fat:2 cat:1A'"],
  ["tsquery", "text", "'fat & !cat'"],
  ["oid", "text", "4294967295"],
  ["regclass", "text", "'pg_class'::regclass"],
  ["pg_lsn", "text", "'16/B374D848'"],
  ["point", "text", "'(0.1,-2e300)'"],
  ["polygon", "text", "'((0,0),(1,1),(2,0))'"],
  ["boolean", "text", "true", "false"],
  ["integer", "text", "-7"],
  ["numeric", "text", "'NaN'", "1.500", "'Infinity'"],
  ["double precision", "text", "0.1", "'NaN'", "1e300"],
  ["date", "text", "'0044-03-15 BC'", "'infinity'"],
  ["timestamptz", "text", "'infinity'", "'2026-01-01 00:00:00+02'"],
  ["text", "bigint", "'12'", "'-9223372036854775808'"],
  ["text", "decimal(10,2)", "'12.50'", "'-0.1'"],
  ["text", "timestamptz", "'2026-01-01 08:00:00.5+00'"],
  ["text", "boolean", "'t'", "'false'"],
  ["integer", "decimal(12,2)", "7"],
  ["bigint", "integer", "2147483647"],
];

describe("a value of any type of the catalogue", () => {
  test("arrives as Postgres prints it, or as the same value", async () => {
    await source.execute(types);
    const all = catalogue.flatMap(([native, declared, ...values]) =>
      [...values, "null"].map((value) => ({ native, declared, value })),
    );
    // A row that holds one value each, and null everywhere else.
    const names = catalogue.map((_, index) => `c${index}`);
    const definitions = catalogue.map(([native], index) => `c${index} ${native}`);
    await source.execute(`create table catalogue (id integer, ${definitions.join(", ")})`);
    for (const [id, { native, declared, value }] of all.entries()) {
      const column =
        names[catalogue.findIndex(([one, two]) => one === native && two === declared)]!;
      await source.execute(`insert into catalogue (id, ${column}) values (${id}, ${value})`);
    }
    const table = postgresTable({
      table: "catalogue",
      key: ["id"],
      columns: columns(
        "id: integer",
        ...catalogue.map(([, declared], index) => `c${index}: ${declared}`),
      ),
    });
    const { rows } = await source.extract([table]);
    const found = (rows[0] ?? []).toSorted((one, other) => Number(one["id"]) - Number(other["id"]));
    const printed = await printedRows("select * from catalogue order by id");
    expect(found).toHaveLength(all.length);
    for (const [index, row] of found.entries()) {
      for (const { name, type } of table.columns) {
        const expected = printed[index]![name] ?? null;
        expect({ name, value: comparable(type, row[name] ?? null) }).toEqual({
          name,
          value: comparable(type, expected),
        });
      }
    }
  });

  test.each([
    ["numeric", "'NaN'", "decimal(10,2)"],
    ["numeric", "'Infinity'", "decimal(38,0)"],
    ["numeric", "99999999.995", "decimal(10,2)"],
    ["numeric", "100000000", "decimal(10,2)"],
    ["numeric", "1e39", "decimal(38,0)"],
    ["numeric", "1e-400", "decimal(38,2)"],
    ["numeric", "123456789012345678.5", "decimal(18,0)"],
    ["numeric", "1e17", "decimal(18,2)"],
    ["date", "'infinity'", "date"],
    ["date", "'-infinity'", "date"],
    ["date", "'0001-12-31 BC'", "date"],
    ["timestamp", "'-infinity'", "timestamp"],
    ["timestamp", "'0001-12-31 23:59:59.999999 BC'", "timestamp"],
    ["timestamp", "'294276-12-31 23:59:59'", "timestamp"],
    ["timestamptz", "'infinity'", "timestamptz"],
    ["timestamptz", "'294247-01-10 04:00:54.775807Z'", "timestamptz"],
    ["varchar(4)", "'éé'", "varchar(3)"],
    ["character(4)", "'a'", "varchar(3)"],
    ["json", "'\"\\ud800\"'", "json"],
    ["integer", "32768", "smallint"],
    ["double precision", "0.5", "integer"],
  ])(
    "such as %s %s is refused by its column's name where %s does not hold it",
    async (native, literal, declared) => {
      await source.execute(
        `drop table if exists refused; create table refused (id integer, value ${native});
       insert into refused values (1, null), (2, ${literal})`,
      );
      const table = postgresTable({
        table: "refused",
        key: ["id"],
        columns: columns("id: integer", `value: ${declared}`),
      });
      const { lake, root } = newLake();
      const extractor = openPostgresExtractor({ url: source.url(), lake });
      const failure = await failureOf(extractor.extract([{ table }], run));
      await extractor.close();
      expect(failure.diagnostics[0]!.message).toMatch(
        /^test\.refused: column value .*\(row id 2\)\.$/,
      );
      expect(await filesIn(root)).toEqual([]);
    },
  );

  test("with random content arrives exactly, whatever stands beside it", async () => {
    await source.execute(`
      create table any_row (id integer, n numeric, f double precision, r real, j jsonb, a text[], b bytea,
        ts timestamp, tz timestamptz, d date, t text, c character(5), i interval, big bigint)`);
    const table = postgresTable({
      table: "any_row",
      key: ["id"],
      columns: columns(
        "id: integer",
        "n: decimal(38,15)",
        "f: double",
        "r: double",
        "j: json",
        "a: text",
        "b: text",
        "ts: timestamp",
        "tz: timestamptz",
        "d: date",
        "t: text",
        "c: varchar(20)",
        "i: text",
        "big: bigint",
      ),
    });
    const text = fc
      .string({ unit: "binary", maxLength: 12 })
      .map((all) => all.replaceAll("\0", ""));
    const whole = (bits: bigint) =>
      fc.bigInt({ min: -(2n ** bits), max: 2n ** bits - 1n }).map(String);
    const rows = fc.array(
      fc.record({
        n: fc.option(
          fc
            .tuple(fc.bigInt({ min: -(10n ** 37n), max: 10n ** 37n }), fc.nat(30))
            .map(([value, cut]) => {
              const digits = value / 10n ** BigInt(cut);
              return `${digits}e-15`;
            }),
        ),
        f: fc.option(fc.double().map(String)),
        r: fc.option(fc.float().map(String)),
        j: fc.option(fc.json()).map((each) => each?.replaceAll("\\u0000", "") ?? null),
        a: fc.option(fc.array(fc.option(text), { maxLength: 4 })),
        b: fc.option(fc.uint8Array({ maxLength: 9 }).map((bytes) => Buffer.from(bytes))),
        ts: fc.option(fc.bigInt({ min: -63_082_281_600_000_000n, max: 2n ** 57n }).map(String)),
        d: fc.option(fc.integer({ min: -700_000, max: 2_900_000 })),
        t: fc.option(text),
        c: fc.option(fc.string({ maxLength: 5 }).map((all) => all.replaceAll("\0", ""))),
        i: fc.option(fc.integer()),
        big: fc.option(whole(63n)),
      }),
      { maxLength: 40 },
    );
    await fc.assert(
      fc.asyncProperty(rows, async (all) => {
        await source.execute("truncate any_row");
        for (const [id, row] of all.entries()) {
          const { n, f, r, j, a, b, ts, d, t, c, i, big } = row;
          await source.query(
            `insert into any_row values ($1, $2, $3, $4, $5, $6, $7,
               timestamp '2000-01-01' + ($8::bigint / 1000000) * interval '1 second' + ($8::bigint % 1000000) * interval '1 microsecond',
               timestamptz '2000-01-01Z' + ($8::bigint / 1000000) * interval '1 second',
               date '2000-01-01' + $9::integer, $10, $11, make_interval(secs => $12::integer), $13)`,
            [id, n, f, r, j, a, b, ts, d, t, c, i, big],
          );
        }
        const { rows: found } = await source.extract([table]);
        const printed = await printedRows("select * from any_row order by id");
        const same = (row: Printed) =>
          Object.fromEntries(
            table.columns.map(({ name, type }) => [name, comparable(type, row[name] ?? null)]),
          );
        expect((found[0] ?? []).map(same)).toEqual(printed.map(same));
      }),
      { numRuns: 15 },
    );
  });
});

type Printed = Readonly<Record<string, string | null>>;

/** Rows as Postgres's own output functions print them, by a driver that looks at none of them. */
async function printedRows(query: string): Promise<readonly Printed[]> {
  const client = new pg.Client({
    connectionString: source.url(),
    types: { getTypeParser: () => (value: string) => value },
  });
  await client.connect();
  try {
    await client.query(
      "set timezone = 'UTC'; set intervalstyle = 'iso_8601'; set bytea_output = 'hex'; set datestyle = 'ISO, YMD'",
    );
    return (await client.query<Printed>(query)).rows;
  } finally {
    await client.end();
  }
}

/** One text for each value that DuckDB and Postgres print in different ways. */
function comparable(type: SourceColumn["type"], text: string | null): string | null {
  if (text === null) return null;
  switch (type.kind) {
    case "double": {
      const value = Number(text.replace(/inf$/i, "Infinity").replace(/^nan$/i, "NaN"));
      return Object.is(value, -0) ? "-0" : String(value);
    }
    case "boolean":
      return text.startsWith("t") ? "true" : "false";
    case "decimal": {
      const [whole = "", fraction = ""] = text.split(".");
      return `${whole}.${fraction.replace(/0+$/, "")}`
        .replace(/^-0?\.$/, "0.")
        .replace(/^(-?)\./, "$10.");
    }
    case "timestamp":
    case "timestamptz":
    case "smallint":
    case "integer":
    case "bigint":
    case "date":
    case "json":
    case "varchar":
      return text;
  }
}

test("every declared type is in the catalogue", () => {
  const kinds = new Set(catalogue.map(([, declared]) => parseColumnType(declared)?.kind));
  expect(kinds.size).toBe(11);
});
