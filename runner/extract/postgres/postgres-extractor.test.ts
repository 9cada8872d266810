import { describe, expect, test } from "@jest/globals";
import { createServer } from "node:net";
import pg from "pg";
import { columns, failureOf, filesIn, newLake, postgresTable, run } from "../testing/fixtures.ts";
import { usePostgres } from "../testing/postgres-source.ts";
import { openPostgresExtractor } from "./postgres-extractor.ts";

const source = usePostgres();

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
    await source.execute(`
      create table change (id integer, updated_at timestamptz);
      insert into change values
        (1, '2026-01-01 00:00:00.000000Z'), (2, '2026-01-01 00:00:00.000001Z'), (3, '2026-01-02Z'), (4, null)`);
    const { rows, extracted } = await source.extract([table], "2026-01-01T00:00:00.000001Z");
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
    await source.execute(`
      create table change_${type} (id integer, updated_at ${type});
      insert into change_${type} values (1, '2026-01-01'), (2, '${value}')`);
    const byType = postgresTable({
      table: `change_${type}`,
      key: ["id"],
      cursor: "updated_at",
      columns: columns("id: integer", `updated_at: ${type}`),
    });
    const { rows, extracted } = await source.extract([byType], "2026-01-02T00:00:00.000000Z");
    expect(ids(rows[0]!)).toEqual([2]);
    expect(extracted[0]!.highestCursor).toMatch(/^2026-01-02T00:00:00\.\d00000Z$/);
  });

  test("with a lookback finds a row that was stamped before and committed after the last extraction", async () => {
    await source.execute("truncate change");
    const late = new pg.Client({ connectionString: source.url() });
    await late.connect();
    try {
      await late.query("begin; insert into change values (10, '2026-02-01 09:59:00Z')");
      await source.execute("insert into change values (11, '2026-02-01 10:00:00Z')");
      const first = await source.extract([table]);
      expect(ids(first.rows[0]!)).toEqual([11]);
      expect(first.extracted[0]!.highestCursor).toBe("2026-02-01T10:00:00.000000Z");
      await late.query("commit");
    } finally {
      await late.end();
    }
    const { rows } = await source.extract([table], "2026-02-01T09:00:00.000000Z");
    expect(ids(rows[0]!)).toEqual([10, 11]);
    // A strict watermark would have lost it for good.
    const strict = await source.extract([table], "2026-02-01T10:00:00.000000Z");
    expect(ids(strict.rows[0]!)).toEqual([11]);
  });

  test("by a column that holds no time is refused before anything is read", async () => {
    const wrong = postgresTable({
      table: "change",
      key: ["id"],
      cursor: "id",
      columns: columns("id: integer"),
    });
    const { lake } = newLake();
    const extractor = openPostgresExtractor({ url: source.url(), lake });
    const failure = await failureOf(
      extractor.extract([{ table: wrong, since: "2026-01-01T00:00:00Z" }], run),
    );
    await extractor.close();
    expect(failure.diagnostics[0]).toMatchObject({ code: "SOURCE_CONTRACT" });
  });
});

describe("a source", () => {
  test("is seen at one moment, whatever is committed while its tables are read", async () => {
    await source.execute(
      "create table left_side (id integer); create table right_side (id integer)",
    );
    const writer = new pg.Client({ connectionString: source.url() });
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
    await source.execute("create view left_side_again as select * from left_side");
    while (progress.written < 2_000) await new Promise((resolve) => setTimeout(resolve, 5));
    const before = progress.written;
    const { extracted } = await source.extract(tables);
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
      const extractor = openPostgresExtractor({ url: source.url(), lake: newLake().lake });
      try {
        return await extractor.identity();
      } finally {
        await extractor.close();
      }
    };
    const cluster = await identity();
    expect(cluster).toMatch(/^\d+\/\d+$/);
    expect(await identity()).toBe(cluster);
    await source.execute("create table database_identity (identity uuid)");
    expect(await identity()).toBe(cluster);
    await source.execute(
      "insert into database_identity values ('6a0b1a2e-58a5-4a5e-8f8a-0d4f3f6f1c11')",
    );
    expect(await identity()).toBe("6a0b1a2e-58a5-4a5e-8f8a-0d4f3f6f1c11");
  });

  test("describes a table's live columns, and knows what is no table", async () => {
    await source.execute(`
      create domain money_amount as numeric(12,2);
      create table described (
        a integer not null, b varchar(20), c numeric, d money_amount, e timestamp(3), f timestamptz,
        g jsonb, h real, i uuid, j text[], k char(3), dropped integer);
      alter table described drop column dropped`);
    const extractor = openPostgresExtractor({ url: source.url(), lake: newLake().lake });
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
        precision: 3,
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
      { name: "h", type: { kind: "double" }, precision: 24, nativeType: "real", nullable: true },
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
    const url = new URL(source.url());
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
    await source.execute(
      "create view slow as select number as id, pg_sleep(0.02)::text as nothing, repeat('x', 10000) as ballast from generate_series(1, 500) as number",
    );
    const table = postgresTable({
      table: "slow",
      key: ["id"],
      columns: columns("id: integer", "ballast: text"),
    });
    const { lake, root } = newLake();
    const extractor = openPostgresExtractor({ url: source.url(), lake });
    const failing = failureOf(extractor.extract([{ table }], run));
    for (let ended = 0; ended === 0;) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      const { rows } = await source.execute(
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
