import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { columns, failureOf, filesIn, newLake, postgresTable, run } from "../testing/fixtures.ts";
import { usePostgres } from "../testing/postgres-source.ts";
import { openPostgresExtractor } from "./postgres-extractor.ts";

const source = usePostgres();

describe("a Postgres table", () => {
  test("arrives whole, described and measured, with when it was read", async () => {
    await source.execute(`
      create table item (id integer primary key, vendor_id integer, price numeric(10,2), stock integer, updated_at timestamptz);
      insert into item values
        (1, 7, 12.50, 3, '2026-01-01 10:00:00.123456+02'),
        (2, 7, 0.01, 0, '2026-01-01 07:00:00+00')`);
    const table = postgresTable({
      table: "item",
      key: ["id"],
      cursor: "updated_at",
      columns: columns(
        "id: integer not null",
        "vendor_id: integer",
        "price: numeric(10,2)",
        "stock: integer",
        "updated_at: timestamptz not null",
      ),
    });
    const { extracted, rows, root } = await source.extract([table]);
    expect(rows).toEqual([
      [
        {
          id: "1",
          vendor_id: "7",
          price: "12.50",
          stock: "3",
          updated_at: "2026-01-01 08:00:00.123456+00",
          _extracted_at: "2026-01-02 03:04:05.678+00",
        },
        {
          id: "2",
          vendor_id: "7",
          price: "0.01",
          stock: "0",
          updated_at: "2026-01-01 07:00:00+00",
          _extracted_at: "2026-01-02 03:04:05.678+00",
        },
      ],
    ]);
    expect(extracted[0]).toMatchObject({
      files: [
        {
          key: "raw/item/run=run1/part-00000.parquet",
          rows: 2,
          runId: "run1",
          sums: { price: "12.51", stock: "3" },
        },
      ],
      highestCursor: "2026-01-01T08:00:00.123456Z",
      totals: { rows: 2, sums: { price: "12.51", stock: "3" } },
      columns: [
        { name: "id", type: "integer" },
        { name: "vendor_id", type: "integer" },
        { name: "price", type: "decimal(10,2)" },
        { name: "stock", type: "integer" },
        { name: "updated_at", type: "timestamptz" },
        { name: "_extracted_at", type: "timestamptz" },
      ],
    });
    expect(Object.keys(extracted[0]!.totals.sums)).toEqual(["price", "stock"]);
    expect(await filesIn(root)).toEqual(["part-00000.parquet"]);
  });

  test("without rows has columns and no file", async () => {
    await source.execute("create table nothing (id integer, price numeric(10,2))");
    const table = postgresTable({
      table: "nothing",
      key: ["id"],
      columns: columns("id: integer", "price: numeric(10,2)"),
    });
    const { extracted, root } = await source.extract([table]);
    expect(extracted[0]).toMatchObject({ files: [], totals: { rows: 0, sums: { price: "0.00" } } });
    expect(extracted[0]!.columns).toHaveLength(3);
    expect(extracted[0]!.highestCursor).toBeUndefined();
    expect(await filesIn(root)).toEqual([]);
  });

  test("of one nullable column keeps its nulls and its empty texts apart", async () => {
    await source.execute(
      "create table thin (note text); insert into thin values (null), (''), (null), ('null'), ('\\.')",
    );
    const table = postgresTable({ table: "thin", key: [], columns: columns("note: text") });
    const { rows } = await source.extract([table]);
    expect(rows[0]!.map(({ note }) => note)).toEqual([null, "", null, "null", "\\."]);
  });

  test("is read under names that need quotes", async () => {
    await source.execute(
      `create schema "Old ""Shop"""; create table "Old ""Shop"""."order" (id integer, "select" text);
       insert into "Old ""Shop"""."order" values (1, 'x')`,
    );
    const table = postgresTable({
      schema: 'Old "Shop"',
      table: "order",
      key: ["id"],
      columns: columns("id: integer", "select: text"),
    });
    const { rows } = await source.extract([table]);
    expect(rows[0]).toMatchObject([{ id: "1", select: "x" }]);
  });

  test("of wide rows is written in bounded memory, two of them at a time", async () => {
    await source.execute(
      "create view wide as select number as id, repeat(md5(number::text), 250) as text from generate_series(1, 20000) as number",
    );
    const wide = (relation: `raw.${string}`) => ({
      ...postgresTable({
        table: "wide",
        key: ["id"],
        columns: columns("id: integer", "text: text"),
      }),
      relation,
    });
    const { lake } = newLake();
    const extractor = openPostgresExtractor({ url: source.url(), lake });
    const requests = [{ table: wide("raw.wide_1") }, { table: wide("raw.wide_2") }];
    const extracted = await extractor.extract(requests, run);
    await extractor.close();
    expect(extracted.map(({ totals }) => totals.rows)).toEqual([20_000, 20_000]);
  });

  test("with a row of many megabytes is taken whole, and one beyond all measure is refused", async () => {
    await source.execute(
      "create view long as select 1 as id, repeat('x', 9000000) as text; create view too_long as select 1 as id, repeat('x', 17000000) as text",
    );
    const [long, tooLong] = ["long", "too_long"].map((table) =>
      postgresTable({ table, key: ["id"], columns: columns("id: integer", "text: text") }),
    );
    const { rows } = await source.extract([long!]);
    expect(rows[0]![0]!["text"]).toHaveLength(9_000_000);
    const failure = await failureOf(source.extract([tooLong!]));
    expect(failure.diagnostics[0]!.message).toBe("test.too_long: a row is longer than 16 MB.");
  });

  test("of any declared type and any content arrives exactly", async () => {
    const types = {
      id: "integer",
      s: "smallint",
      i: "integer",
      b: "bigint",
      d: "double precision",
      f: "boolean",
      dt: "date",
      ts: "timestamp",
      tz: "timestamptz",
      j: "json",
      dec: "numeric(38,10)",
      small: "numeric(9,2)",
      v: "text",
      c: "varchar(80)",
    };
    const names = Object.keys(types);
    await source.execute(
      `create table every_type (${names.map((name) => `${name} ${types[name as keyof typeof types]}`).join(", ")})`,
    );
    const table = postgresTable({
      table: "every_type",
      key: ["id"],
      columns: columns(...Object.entries(types).map(([name, type]) => `${name}: ${type}`)),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(hostileRow, { maxLength: 60 }), async (rows) => {
        await source.execute("truncate every_type");
        for (const [id, row] of rows.entries()) {
          const values = names.map((name) => (name === "id" ? id : row[name as keyof typeof row]));
          const places = names.map((_, index) => `$${index + 1}`).join(", ");
          await source.query(`insert into every_type values (${places})`, values);
        }
        const texts = names.map((name) => `${name}::text`).join(", ");
        const { rows: expected } = await source.query<Record<string, string | null>>(
          `select ${texts} from every_type order by id`,
        );
        const { rows: found, extracted } = await source.extract([table]);
        expect((found[0] ?? []).map((row) => comparable(row))).toEqual(expected.map(comparable));
        const total = rows.reduce(
          (sum, { dec }) => sum + BigInt((dec ?? "0").replace(".", "")),
          0n,
        );
        expect(BigInt(extracted[0]!.totals.sums["dec"]!.replace(".", ""))).toBe(total);
      }),
      { numRuns: 10 },
    );
  });
});

/** Where DuckDB prints the same value in another form than Postgres. */
function comparable(row: Readonly<Record<string, string | null>>) {
  const others = Object.entries(row).filter(([name]) => name !== "_extracted_at");
  const { d = null } = row;
  return { ...Object.fromEntries(others), d: d === null ? null : sameDouble(d) };
}

/** One text for each double: they write infinity and exponents in different ways, and -0 is not 0. */
function sameDouble(text: string): string {
  const value = Number(text.replace(/inf$/, "Infinity"));
  return Object.is(value, -0) ? "-0" : String(value);
}

const hostileText = fc
  .oneof(
    fc.string({ unit: "binary", maxLength: 20 }),
    fc.constantFrom(
      "",
      "\\.",
      "\\N",
      "null",
      '"',
      '""',
      ",",
      "a\r\nb",
      "\n\n",
      "é'é",
      '👩‍🚀,"\n',
      " x ",
    ),
  )
  .map((text) => text.replaceAll("\0", ""));
const digits = (least: number, most: number) =>
  fc
    .array(fc.integer({ min: 0, max: 9 }), { minLength: least, maxLength: most })
    .map((all) => all.join(""));
const decimal = (whole: number, scale: number) =>
  fc
    .tuple(fc.constantFrom("", "-"), digits(1, whole), digits(scale, scale))
    .map(([sign, head, tail]) => `${sign}${head}.${tail}`);
const day = fc
  .date({
    min: new Date("0001-01-02T00:00:00Z"),
    max: new Date("9999-12-30T00:00:00Z"),
    noInvalidDate: true,
  })
  .map((date) => date.toISOString().slice(0, 10));
const moment = fc
  .tuple(day, fc.integer({ min: 0, max: 86_399 }), digits(6, 6))
  .map(([date, second, fraction]) => {
    const clock = [second / 3600, (second / 60) % 60, second % 60];
    return `${date} ${clock.map((part) => String(Math.floor(part)).padStart(2, "0")).join(":")}.${fraction}`;
  });
const hostileRow = fc.record({
  s: fc.option(fc.integer({ min: -32_768, max: 32_767 })),
  i: fc.option(fc.integer()),
  b: fc.option(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String)),
  d: fc.option(fc.double().map((value) => (Object.is(value, -0) ? "-0" : String(value)))),
  f: fc.option(fc.boolean()),
  dt: fc.option(day),
  ts: fc.option(moment),
  tz: fc.option(moment.map((text) => `${text}+00`)),
  j: fc.option(fc.json()).map((text) => text?.replaceAll("\\u0000", "") ?? null),
  dec: fc.option(decimal(28, 10)),
  small: fc.option(decimal(7, 2)),
  v: fc.option(hostileText),
  c: fc.option(hostileText),
});
