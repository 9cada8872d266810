import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, describe, expect, test } from "@jest/globals";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Failure } from "../../core/diagnostic.ts";
import type { Diagnostic } from "../../core/diagnostic.ts";
import type { LocalEngine } from "../../core/ports.ts";
import { StatementFailure } from "../../core/statement-failure.ts";
import { openDuckDb } from "./engine.ts";
import type { DuckDbOptions } from "./engine.ts";

const folder = mkdtempSync(join(tmpdir(), "mercado-engine-"));
const opened: LocalEngine[] = [];

async function open(options: Partial<DuckDbOptions> = {}): Promise<LocalEngine> {
  const engine = await openDuckDb({ file: ":memory:", threads: 2, ...options });
  opened.push(engine);
  return engine;
}

afterEach(async () => {
  for (const engine of opened.splice(0)) await engine.close();
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

async function diagnosticOf(action: Promise<unknown>): Promise<Diagnostic & { exit: number }> {
  try {
    await action;
  } catch (error) {
    if (error instanceof Failure) return { ...error.diagnostics[0]!, exit: error.exitCode };
    throw error;
  }
  throw new Error("nothing failed");
}

describe("values come back exact", () => {
  const cases: readonly [string, unknown][] = [
    ["cast('99999999999999999999999999999999999.99' as decimal(37,2))", `${"9".repeat(35)}.99`],
    ["cast('-0.07' as decimal(10,2))", "-0.07"],
    ["cast(9223372036854775807 as bigint)", "9223372036854775807"],
    ["sum(9223372036854775807::bigint) over () * 2", "18446744073709551614"],
    ["cast(2147483647 as integer)", 2147483647],
    ["cast(0.1 as double)", 0.1],
    ["true", true],
    ["null", null],
    ["''", ""],
    ["'Zoë ''quoted'' 🛒'", "Zoë 'quoted' 🛒"],
    ["date '2026-02-28'", "2026-02-28"],
    ["timestamp '2026-02-28 23:59:59.999999'", "2026-02-28 23:59:59.999999"],
    ["timestamptz '2026-02-28 23:59:59.000001+08'", "2026-02-28 15:59:59.000001+00"],
    ["[1, 2]", "[1,2]"],
    ["{'a': 1.50}", '{"a":"1.50"}'],
  ];
  test.each(cases)("%s", async (expression, expected) => {
    const engine = await open();
    const { rows } = await engine.query(`select ${expression} as value`);
    expect(rows).toEqual([{ value: expected }]);
  });
});

describe("a statement that fails", () => {
  test("shows where in its text", async () => {
    const engine = await open();
    const found = await diagnosticOf(
      engine.query("select\n    1 as one,\n    missing\nfrom range(3)"),
    );
    expect(found).toMatchObject({ code: "SQL_FAILED", exit: 1 });
    expect(found.message).toContain('"missing" not found');
    expect(found.frame).toBe(
      [
        "  1 | select",
        "  2 |     1 as one,",
        "> 3 |     missing",
        "    |     ^",
        "  4 | from range(3)",
      ].join("\n"),
    );
  });

  test.each(["selec 1", "select (1", "select 'one", "create table"])(
    "says the same of %s whether all rows are asked for or the first ones",
    async (statement) => {
      const engine = await open();
      const all = await diagnosticOf(engine.query(statement));
      expect(all.message).toMatch(/^Parser Error: [^{]+$/);
      expect(all.frame).toContain(`> 1 | ${statement}`);
      expect(await diagnosticOf(engine.query(statement, 5))).toEqual(all);
    },
  );

  test.each([
    ["letters of every width", "select 'é日🛒', quantity from (select 1) as t", 1],
    ["tabs", "select\t1,\t\tquantity from (select 1) as t", 1],
    ["line ends of Windows", "select 1,\r\n  quantity\r\nfrom (select 1) as t", 2],
    ["long lines", `select '${"日".repeat(200)}', quantity, '${"x".repeat(200)}'`, 1],
  ])("shows the very character among %s", async (_, statement, line) => {
    const engine = await open();
    const failure = await engine.execute(statement).catch((error: unknown) => error);
    if (!(failure instanceof StatementFailure)) throw new Error("it was not refused");
    const column = (statement.split("\n")[line - 1] ?? "").indexOf("quantity") + 1;
    expect(failure.position).toEqual({ line, column });
    expect(failure.diagnostics[0]?.message).toMatch(/^Binder Error: Referenced column/);
  });

  test("undoes its whole transaction, and the connection can be used again", async () => {
    const engine = await open({ threads: 1 });
    await engine.execute("create table kept (id integer)");
    const broken = [
      "insert into kept values (1)",
      "create table made (id integer)",
      "select nonsense",
    ];
    await diagnosticOf(engine.transaction(broken));
    await diagnosticOf(engine.transaction(broken));
    expect((await engine.query("select * from kept")).rows).toEqual([]);
    expect((await engine.query("select table_name from information_schema.tables")).rows).toEqual([
      { table_name: "kept" },
    ]);
  });

  test("names a lake file that is gone, with the way out", async () => {
    const engine = await open();
    const path = join(folder, "gone.parquet");
    const found = await diagnosticOf(engine.query(`select * from read_parquet('${path}')`));
    expect(found).toMatchObject({
      code: "LAKE_CORRUPT",
      message: `The lake has lost a file: ${path}`,
    });
    expect(found.hint).toContain("--full-refresh");
  });

  test("leaves no half-written Parquet file", async () => {
    const engine = await open();
    const path = join(folder, "half.parquet");
    const query = "select error('no') as value from range(3)";
    await diagnosticOf(engine.files.writeParquet(query, path));
    expect(existsSync(path)).toBe(false);
    expect(await engine.files.writeParquet("select * from range(3)", path)).toBe(3);
  });

  test("ends at once when it is interrupted", async () => {
    const engine = await open();
    const endless = engine.query(
      "select max(hash(a.range + b.range)) from range(10000000) as a, range(10000000) as b",
    );
    const found = diagnosticOf(endless);
    const isOver = found.then(() => true);
    // What has not begun yet cannot be interrupted.
    while (!(await Promise.race([isOver, sleep(50, false)]))) await engine.interrupt();
    expect((await found).message).toContain("Interrupt");
    expect((await engine.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
  });
});

describe("a warehouse file", () => {
  test("that another process holds is refused with that process's id", async () => {
    const file = join(folder, "held.duckdb");
    const script = `import { DuckDBInstance } from "@duckdb/node-api";
      await DuckDBInstance.create(process.argv[1]); console.log("open"); setInterval(() => {}, 1000);`;
    const holder = spawn(process.execPath, ["--input-type=module", "-e", script, file]);
    try {
      await once(holder.stdout, "data");
      for (const readOnly of [false, true]) {
        const found = await diagnosticOf(open({ file, readOnly }));
        expect(found).toMatchObject({ code: "WAREHOUSE_BUSY", exit: 2 });
        expect(found.message).toContain(`process ${holder.pid!}`);
      }
    } finally {
      holder.kill("SIGKILL");
      await once(holder, "close");
    }
    await (await open({ file })).execute("select 1");
  });

  test("opened by a reader cannot be changed, and is not made when it is missing", async () => {
    const file = join(folder, "new", "read.duckdb");
    await diagnosticOf(open({ file, readOnly: true }));
    expect(existsSync(file)).toBe(false);
    await (await open({ file })).execute("create table kept (id integer)");
    for (const engine of opened.splice(0)) await engine.close();
    const reader = await open({ file, readOnly: true });
    expect(await diagnosticOf(reader.execute("drop table kept"))).toMatchObject({
      code: "SQL_FAILED",
    });
    expect((await reader.query("select * from kept")).rows).toEqual([]);
  });
});

test("more statements than connections wait for their turn", async () => {
  const engine = await open({ threads: 1 });
  const all = Array.from({ length: 20 }, (_, index) => engine.query(`select ${index} as number`));
  const numbers = (await Promise.all(all)).map(({ rows }) => rows[0]?.number);
  expect(numbers).toEqual(Array.from({ length: 20 }, (_, index) => index));
});
