import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { spawnSync } from "node:child_process";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import pg from "pg";
import { openTestServices } from "../../../local/testing.ts";
import type { PostgresSourceTable } from "../../core/node.ts";
import {
  failureOf,
  columns,
  filesIn,
  newLake,
  postgresTable,
  readRows,
  run,
} from "../testing/fixtures.ts";
import { openPostgresExtractor } from "./postgres_extractor.ts";

let services: Awaited<ReturnType<typeof openTestServices>>;
let client: pg.Client;
beforeAll(async () => {
  services = await openTestServices();
  client = new pg.Client({ connectionString: services.postgresUrl });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await services.close();
});

async function extract(tables: readonly PostgresSourceTable[], since?: string) {
  const { lake, root } = newLake();
  const extractor = openPostgresExtractor({ url: services.postgresUrl, lake });
  try {
    const requests = tables.map((table) => ({ table, ...(since === undefined ? {} : { since }) }));
    const extracted = await extractor.extract(requests, run);
    const rows = await Promise.all(extracted.map(({ files }) => readRows(lake, files)));
    return { lake, root, extracted: extracted, rows };
  } finally {
    await extractor.close();
  }
}

describe("a Postgres table", () => {
  test("arrives whole, described and measured, with when it was read", async () => {
    await client.query(`
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
    const { extracted, rows, root } = await extract([table]);
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
      files: [{ key: "raw/item/run=run1/part-00000.parquet", rows: 2, runId: "run1" }],
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
    await client.query("create table nothing (id integer, price numeric(10,2))");
    const table = postgresTable({
      table: "nothing",
      key: ["id"],
      columns: columns("id: integer", "price: numeric(10,2)"),
    });
    const { extracted, root } = await extract([table]);
    expect(extracted[0]).toMatchObject({ files: [], totals: { rows: 0, sums: { price: "0.00" } } });
    expect(extracted[0]!.columns).toHaveLength(3);
    expect(extracted[0]!.highestCursor).toBeUndefined();
    expect(await filesIn(root)).toEqual([]);
  });

  test("of one nullable column keeps its nulls and its empty texts apart", async () => {
    await client.query(
      "create table thin (note text); insert into thin values (null), (''), (null), ('null'), ('\\.')",
    );
    const table = postgresTable({ table: "thin", key: [], columns: columns("note: text") });
    const { rows } = await extract([table]);
    expect(rows[0]!.map(({ note }) => note)).toEqual([null, "", null, "null", "\\."]);
  });

  test("is read under names that need quotes", async () => {
    await client.query(
      `create schema "Old ""Shop"""; create table "Old ""Shop"""."order" (id integer, "select" text);
       insert into "Old ""Shop"""."order" values (1, 'x')`,
    );
    const table = postgresTable({
      schema: 'Old "Shop"',
      table: "order",
      key: ["id"],
      columns: columns("id: integer", "select: text"),
    });
    const { rows } = await extract([table]);
    expect(rows[0]).toMatchObject([{ id: "1", select: "x" }]);
  });

  test("of wide rows is written in bounded memory, two of them at a time", async () => {
    await client.query(
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
    const extractor = openPostgresExtractor({ url: services.postgresUrl, lake });
    const requests = [{ table: wide("raw.wide_1") }, { table: wide("raw.wide_2") }];
    const extracted = await extractor.extract(requests, run);
    await extractor.close();
    expect(extracted.map(({ totals }) => totals.rows)).toEqual([20_000, 20_000]);
  });

  test("with a row of many megabytes is taken whole, and one beyond all measure is refused", async () => {
    await client.query(
      "create view long as select 1 as id, repeat('x', 9000000) as text; create view too_long as select 1 as id, repeat('x', 17000000) as text",
    );
    const [long, tooLong] = ["long", "too_long"].map((table) =>
      postgresTable({ table, key: ["id"], columns: columns("id: integer", "text: text") }),
    );
    const { rows } = await extract([long!]);
    expect(rows[0]![0]!["text"]).toHaveLength(9_000_000);
    const failure = await failureOf(extract([tooLong!]));
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
    await client.query(
      `create table every_type (${names.map((name) => `${name} ${types[name as keyof typeof types]}`).join(", ")})`,
    );
    const table = postgresTable({
      table: "every_type",
      key: ["id"],
      columns: columns(...Object.entries(types).map(([name, type]) => `${name}: ${type}`)),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(hostileRow, { maxLength: 60 }), async (rows) => {
        await client.query("truncate every_type");
        for (const [id, row] of rows.entries()) {
          const values = names.map((name) => (name === "id" ? id : row[name as keyof typeof row]));
          const places = names.map((_, index) => `$${index + 1}`).join(", ");
          await client.query(`insert into every_type values (${places})`, values);
        }
        const texts = names.map((name) => `${name}::text`).join(", ");
        const { rows: expected } = await client.query<Record<string, string | null>>(
          `select ${texts} from every_type order by id`,
        );
        const { rows: found, extracted } = await extract([table]);
        expect((found[0] ?? []).map((row) => comparable(row))).toEqual(expected.map(comparable));
        const total = rows.reduce(
          (sum, { dec }) => sum + BigInt((dec ?? "0").replace(".", "")),
          0n,
        );
        expect(BigInt(extracted[0]!.totals.sums["dec"]!.replace(".", ""))).toBe(total);
      }),
      { numRuns: 12 },
    );
  });
});

/** Where DuckDB prints the same value in another form than Postgres. */
function comparable(row: Readonly<Record<string, string | null>>) {
  const { d = null } = row;
  const others = Object.entries(row).filter(([name]) => name !== "_extracted_at");
  return {
    ...Object.fromEntries(others),
    d: d === null ? null : Object.is(Number(d), -0) ? "-0" : String(Number(d)),
  };
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
  d: fc.option(fc.double().map(String)),
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

describe("a value that does not fit its declared type", () => {
  test.each([
    { what: "NaN", native: "numeric", literal: "'NaN'", declared: "numeric(10,2)", shown: '"NaN"' },
    {
      what: "infinity in a decimal",
      native: "numeric",
      literal: "'-Infinity'",
      declared: "numeric(10,2)",
      shown: '"-Infinity"',
    },
    {
      what: "more decimals than declared",
      native: "numeric",
      literal: "1.005",
      declared: "numeric(10,2)",
      shown: '"1.005"',
    },
    {
      what: "more digits than declared",
      native: "numeric",
      literal: "123456789.00",
      declared: "numeric(10,2)",
      shown: '"123456789.00"',
    },
    {
      what: "a fraction in an integer",
      native: "numeric",
      literal: "1.5",
      declared: "integer",
      shown: '"1.5"',
    },
    {
      what: "a number above its type",
      native: "integer",
      literal: "32768",
      declared: "smallint",
      shown: '"32768"',
    },
    {
      what: "more bytes than declared",
      native: "text",
      literal: "'ééé'",
      declared: "varchar(5)",
      shown: '"ééé"',
    },
    {
      what: "an infinite time",
      native: "timestamptz",
      literal: "'infinity'",
      declared: "timestamptz",
      shown: '"infinity"',
    },
    {
      what: "a date before our era",
      native: "date",
      literal: "'0044-03-15 BC'",
      declared: "date",
      shown: '"0044-03-15 BC"',
    },
    {
      what: "a time without a zone",
      native: "timestamp",
      literal: "'2026-01-01'",
      declared: "timestamptz",
      shown: '"2026-01-01 00:00:00"',
    },
    {
      what: "a text that is no number",
      native: "text",
      literal: "'twelve'",
      declared: "bigint",
      shown: '"twelve"',
    },
    { what: "a null", native: "text", literal: "null", declared: "text not null", shown: "null" },
  ])(
    "such as $what is refused by name, and nothing is left behind",
    async ({ native, literal, declared, shown }) => {
      await client.query(
        `drop table if exists misfit; create table misfit (id integer, value ${native});
       insert into misfit (id) values (1); update misfit set value = ${native === "text" ? "''" : "null"};
       insert into misfit values (2, ${literal})`,
      );
      if (!declared.endsWith("not null"))
        await client.query("update misfit set value = null where id = 1");
      const table = postgresTable({
        table: "misfit",
        key: ["id"],
        columns: columns("id: integer", `value: ${declared}`),
      });
      const { lake, root } = newLake();
      const extractor = openPostgresExtractor({ url: services.postgresUrl, lake });
      const failure = await failureOf(extractor.extract([{ table }], run));
      await extractor.close();
      expect(failure.exitCode).toBe(1);
      expect(failure.diagnostics).toHaveLength(1);
      const [diagnostic] = failure.diagnostics;
      expect(diagnostic).toMatchObject({ code: "EXTRACT_FAILED" });
      expect(diagnostic!.message).toMatch(/^test\.misfit: column value .*\(row id 2\)\.$/);
      expect(diagnostic!.message).toContain(shown);
      expect(await filesIn(root)).toEqual([]);
    },
  );

  test("is reported for every table that has one, while the others are read", async () => {
    await client.query(`
      create table bad_1 (id integer, value text); insert into bad_1 values (1, 'x');
      create table bad_2 (id integer, value text); insert into bad_2 values (1, 'y')`);
    const bad = ["bad_1", "bad_2", "absent"].map((table) =>
      postgresTable({ table, key: ["id"], columns: columns("id: integer", "value: integer") }),
    );
    const { lake } = newLake();
    const extractor = openPostgresExtractor({ url: services.postgresUrl, lake });
    const failure = await failureOf(
      extractor.extract(
        bad.map((table) => ({ table })),
        run,
      ),
    );
    await extractor.close();
    expect(
      failure.diagnostics.map(({ code, message }) => [code, message.split(":")[0]]).toSorted(),
    ).toEqual([
      ["EXTRACT_FAILED", "test.bad_1"],
      ["EXTRACT_FAILED", "test.bad_2"],
      ["SOURCE_CONTRACT", "test.absent"],
    ]);
  });
});

describe("an increment", () => {
  const table = postgresTable({
    table: "change",
    key: ["id"],
    cursor: "updated_at",
    columns: columns("id: integer", "updated_at: timestamptz"),
  });
  const ids = (rows: readonly { id?: string | null }[]) =>
    rows.map(({ id }) => Number(id)).toSorted();

  test("holds the rows from its first moment on, and those that tell no time", async () => {
    await client.query(`
      create table change (id integer, updated_at timestamptz);
      insert into change values
        (1, '2026-01-01 00:00:00.000000Z'), (2, '2026-01-01 00:00:00.000001Z'), (3, '2026-01-02Z'), (4, null)`);
    const { rows, extracted } = await extract([table], "2026-01-01T00:00:00.000001Z");
    expect(ids(rows[0]!)).toEqual([2, 3, 4]);
    expect(extracted[0]).toMatchObject({
      highestCursor: "2026-01-02T00:00:00.000000Z",
      totals: { rows: 3 },
    });
  });

  test.each([
    ["timestamp", "2026-01-02 00:00:00.5"],
    ["date", "2026-01-02"],
  ])("goes by a %s as well, taken as UTC", async (type, value) => {
    await client.query(`
      create table change_${type} (id integer, updated_at ${type});
      insert into change_${type} values (1, '2026-01-01'), (2, '${value}')`);
    const byType = postgresTable({
      table: `change_${type}`,
      key: ["id"],
      cursor: "updated_at",
      columns: columns("id: integer", `updated_at: ${type}`),
    });
    const { rows, extracted } = await extract([byType], "2026-01-02T00:00:00.000000Z");
    expect(ids(rows[0]!)).toEqual([2]);
    expect(extracted[0]!.highestCursor).toMatch(/^2026-01-02T00:00:00\.\d00000Z$/);
  });

  test("with a lookback finds a row that was stamped before and committed after the last extraction", async () => {
    await client.query("truncate change");
    const late = new pg.Client({ connectionString: services.postgresUrl });
    await late.connect();
    try {
      await late.query("begin; insert into change values (10, '2026-02-01 09:59:00Z')");
      await client.query("insert into change values (11, '2026-02-01 10:00:00Z')");
      const first = await extract([table]);
      expect(ids(first.rows[0]!)).toEqual([11]);
      expect(first.extracted[0]!.highestCursor).toBe("2026-02-01T10:00:00.000000Z");
      await late.query("commit");
    } finally {
      await late.end();
    }
    const { rows } = await extract([table], "2026-02-01T09:00:00.000000Z");
    expect(ids(rows[0]!)).toEqual([10, 11]);
  });

  test("by a column that holds no time is refused before anything is read", async () => {
    const wrong = postgresTable({
      table: "change",
      key: ["id"],
      cursor: "id",
      columns: columns("id: integer"),
    });
    const { lake } = newLake();
    const extractor = openPostgresExtractor({ url: services.postgresUrl, lake });
    const failure = await failureOf(
      extractor.extract([{ table: wrong, since: "2026-01-01T00:00:00Z" }], run),
    );
    await extractor.close();
    expect(failure.diagnostics[0]).toMatchObject({ code: "SOURCE_CONTRACT" });
  });
});

describe("a source", () => {
  test("is seen at one moment, whatever is committed while its tables are read", async () => {
    await client.query("create table left_side (id integer); create table right_side (id integer)");
    const writer = new pg.Client({ connectionString: services.postgresUrl });
    await writer.connect();
    const progress = { done: false, written: 0 };
    const writing = (async () => {
      while (!progress.done) {
        await writer.query(
          "begin; insert into left_side select 1 from generate_series(1, 500); insert into right_side select 1 from generate_series(1, 500); commit",
        );
        progress.written += 500;
      }
    })();
    const tables = ["left_side", "right_side", "left_side_again"].map((table) =>
      postgresTable({ table, key: ["id"], columns: columns("id: integer") }),
    );
    await client.query("create view left_side_again as select * from left_side");
    while (progress.written < 2_000) await new Promise((resolve) => setTimeout(resolve, 5));
    const before = progress.written;
    const { extracted } = await extract(tables);
    const after = progress.written;
    progress.done = true;
    await writing;
    await writer.end();
    const [first, ...others] = extracted.map(({ totals }) => totals.rows);
    expect(others).toEqual([first, first]);
    expect(first).toBeGreaterThanOrEqual(before);
    expect(after).toBeGreaterThan(first!);
  });

  test("says what identifies it: its own table's word, or else the cluster's", async () => {
    const identity = async () => {
      const extractor = openPostgresExtractor({ url: services.postgresUrl, lake: newLake().lake });
      try {
        return await extractor.identity();
      } finally {
        await extractor.close();
      }
    };
    const cluster = await identity();
    expect(cluster).toMatch(/^\d+\/\d+$/);
    expect(await identity()).toBe(cluster);
    await client.query("create table database_identity (identity uuid)");
    expect(await identity()).toBe(cluster);
    await client.query(
      "insert into database_identity values ('6a0b1a2e-58a5-4a5e-8f8a-0d4f3f6f1c11')",
    );
    expect(await identity()).toBe("6a0b1a2e-58a5-4a5e-8f8a-0d4f3f6f1c11");
  });

  test("describes a table's live columns, and knows what is no table", async () => {
    await client.query(`
      create domain money_amount as numeric(12,2);
      create table described (
        a integer not null, b varchar(20), c numeric, d money_amount, e timestamp(3), f timestamptz,
        g jsonb, h real, i uuid, j text[], k char(3), dropped integer);
      alter table described drop column dropped`);
    const extractor = openPostgresExtractor({ url: services.postgresUrl, lake: newLake().lake });
    const table = postgresTable({ table: "described", key: [], columns: [] });
    expect(await extractor.liveColumns(table)).toEqual([
      { name: "a", type: { kind: "integer" }, nativeType: "integer", nullable: false },
      {
        name: "b",
        type: { kind: "varchar", length: 20 },
        nativeType: "character varying(20)",
        nullable: true,
      },
      { name: "c", nativeType: "numeric", nullable: true },
      {
        name: "d",
        type: { kind: "decimal", precision: 12, scale: 2 },
        nativeType: "money_amount",
        nullable: true,
      },
      {
        name: "e",
        type: { kind: "timestamp" },
        nativeType: "timestamp(3) without time zone",
        nullable: true,
      },
      {
        name: "f",
        type: { kind: "timestamptz" },
        nativeType: "timestamp with time zone",
        nullable: true,
      },
      { name: "g", type: { kind: "json" }, nativeType: "jsonb", nullable: true },
      { name: "h", type: { kind: "double" }, nativeType: "real", nullable: true },
      { name: "i", type: { kind: "varchar", length: 36 }, nativeType: "uuid", nullable: true },
      { name: "j", type: { kind: "varchar" }, nativeType: "text[]", nullable: true },
      {
        name: "k",
        type: { kind: "varchar", length: 3 },
        nativeType: "character(3)",
        nullable: true,
      },
    ]);
    expect(
      await extractor.liveColumns(postgresTable({ table: "absent", key: [], columns: [] })),
    ).toBeUndefined();
    await extractor.close();
  });
});

describe("a server that", () => {
  async function refusal(url: string) {
    const extractor = openPostgresExtractor({ url, lake: newLake().lake });
    const failure = await failureOf(extractor.identity());
    await extractor.close();
    const [diagnostic] = failure.diagnostics;
    expect(diagnostic).toMatchObject({ code: "SOURCE_UNREACHABLE" });
    expect(diagnostic!.cause).toBeTruthy();
    expect(JSON.stringify(failure.diagnostics)).not.toContain("hunter2");
    return diagnostic!;
  }

  test("does not listen is named without the password", async () => {
    const diagnostic = await refusal("postgres://shop:hunter2@127.0.0.1:1/shop");
    expect(diagnostic.message).toContain("127.0.0.1:1");
    expect(diagnostic.hint).toContain("npm run services");
  });

  test("has no such database is named as well", async () => {
    const url = new URL(services.postgresUrl);
    url.pathname = "/absent";
    const diagnostic = await refusal(url.href);
    expect(diagnostic.cause).toContain("absent");
  });

  test("has a url that cannot be read is told apart", async () => {
    await refusal("hunter2:not a url");
  });

  test("is no Postgres is left, with no socket kept open", async () => {
    const opened = { count: 0 };
    const server = createServer((socket) => {
      socket.resume();
      opened.count += 1;
      socket.on("error", () => undefined);
      socket.end("HTTP/1.1 400 Bad Request\r\n\r\n");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" ? address?.port : undefined;
    await refusal(`postgres://shop:hunter2@127.0.0.1:${port ?? 0}/shop`);
    // Resolves only when no connection is left.
    await new Promise((resolve) => server.close(resolve));
    expect(opened.count).toBe(1);
  });

  test("goes away in the middle of a table fails that table, and leaves nothing half written", async () => {
    await client.query(
      "create view slow as select number as id, pg_sleep(0.02)::text as nothing, repeat('x', 10000) as ballast from generate_series(1, 500) as number",
    );
    const table = postgresTable({
      table: "slow",
      key: ["id"],
      columns: columns("id: integer", "ballast: text"),
    });
    const { lake, root } = newLake();
    const extractor = openPostgresExtractor({ url: services.postgresUrl, lake });
    const failing = failureOf(extractor.extract([{ table }], run));
    for (let ended = 0; ended === 0;) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      const { rows } = await client.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'mercado extract' and query like 'copy%'",
      );
      ended = rows.length;
    }
    const failure = await failing;
    await extractor.close();
    expect(failure.diagnostics[0]).toMatchObject({ code: "EXTRACT_FAILED" });
    expect(failure.diagnostics[0]!.cause).toMatch(/terminat/);
    expect(await filesIn(root)).toEqual([]);
  });
});

describe("an extraction killed", () => {
  const child = fileURLToPath(new URL("../testing/extract_until_killed.ts", import.meta.url));

  test.each(["before-extract-part", "before-part-put", "after-extract-part"])(
    "at %s is forgotten with its run, and can be repeated under the same id",
    async (killAt) => {
      await client.query("create table if not exists survivor as select 1 as id");
      const { lake, root } = newLake();
      const killed = spawnSync(
        process.execPath,
        ["--import", "tsx", child, services.postgresUrl, root, killAt],
        { encoding: "utf8" },
      );
      expect(killed.signal).toBe("SIGKILL");
      expect(await lake.readManifest("raw.survivor")).toBeUndefined();
      const extractor = openPostgresExtractor({ url: services.postgresUrl, lake });
      const table = postgresTable({
        table: "survivor",
        key: ["id"],
        columns: columns("id: integer"),
      });
      const [again] = await extractor.extract([{ table }], run);
      await extractor.close();
      expect(await readRows(lake, again!.files)).toMatchObject([{ id: "1" }]);
      expect(await filesIn(root)).toEqual(["part-00000.parquet"]);
      await lake.removeRun("raw.survivor", run.runId, new Set());
      expect(await filesIn(root)).toEqual([]);
    },
  );
});
