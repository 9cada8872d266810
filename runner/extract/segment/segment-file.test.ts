import { afterAll, expect, test } from "@jest/globals";
import { DuckDBInstance } from "@duckdb/node-api";
import fc from "fast-check";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ColumnBuffer } from "./column-buffer.ts";
import { SegmentFile, type SegmentColumn } from "./segment-file.ts";

const folder = mkdtempSync(join(tmpdir(), "mercado-segment-"));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const columns = [
  { name: "flag", storedAs: "boolean" },
  { name: "small", storedAs: "int32" },
  { name: "large", storedAs: "int64" },
  {
    name: "amount",
    storedAs: "fixed16",
    meaning: { kind: "decimal", precision: 38, scale: 0 },
  },
  { name: "note", storedAs: "bytes", meaning: { kind: "text" } },
] as const satisfies readonly SegmentColumn[];

const row = fc.record({
  flag: fc.option(fc.boolean()),
  small: fc.option(fc.integer()),
  large: fc.option(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
  amount: fc.option(fc.bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n })),
  note: fc.option(fc.string({ unit: "binary", maxLength: 130 })),
});
type Row = typeof row extends fc.Arbitrary<infer Value> ? Value : never;

function fill(buffers: readonly ColumnBuffer[], { flag, small, large, amount, note }: Row): void {
  const values = [flag, small, large, amount, note];
  for (const [index, buffer] of buffers.entries()) {
    const value = values[index];
    if (value === null || value === undefined) buffer.appendNull();
    else if (typeof value === "boolean") buffer.appendByte(value ? 1 : 0);
    else if (typeof value === "number") buffer.appendWord(value);
    else if (typeof value === "string") {
      const bytes = Buffer.from(`<${value}>`);
      buffer.appendBytes(bytes, 1, bytes.length - 2);
    } else if (buffer.storedAs === "fixed16") buffer.appendWide(value);
    else buffer.appendPair(Number(value >> 32n), Number(BigInt.asIntN(32, value)));
  }
}

test("a segment's rows are those that were put in, group by group, nulls among them", async () => {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  const groups = fc.array(fc.array(row, { minLength: 1, maxLength: 40 }), { maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(groups, async (all) => {
      const path = join(folder, "rows.parquet");
      const file = await SegmentFile.open(path, columns);
      const buffers = columns.map(({ storedAs }) => new ColumnBuffer(storedAs));
      for (const rows of all) {
        for (const each of rows) fill(buffers, each);
        await file.writeGroup(buffers);
        for (const buffer of buffers) buffer.clear();
      }
      await file.finish();
      expect(file.rows).toBe(all.flat().length);
      const reader = await connection.runAndReadAll(
        `select * replace (cast(amount as varchar) as amount) from read_parquet('${path}')`,
      );
      const expected = all
        .flat()
        .map((each) => ({ ...each, amount: each.amount === null ? null : String(each.amount) }));
      expect(reader.getRowObjects()).toEqual(expected);
    }),
    { numRuns: 40 },
  );
  connection.closeSync();
  instance.closeSync();
});

test("a group of more rows than a bitmap's first size keeps its nulls apart", async () => {
  const path = join(folder, "long.parquet");
  const file = await SegmentFile.open(path, [{ name: "n", storedAs: "int32" }]);
  const buffer = new ColumnBuffer("int32");
  for (let number = 0; number < 100_000; number += 1) {
    if (number % 7 === 0 && number < 50_000) buffer.appendNull();
    else buffer.appendWord(number);
  }
  await file.writeGroup([buffer]);
  await file.finish();
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  const reader = await connection.runAndReadAll(
    `select count(*) - count(n) as nulls, sum(n)::varchar as sum from read_parquet('${path}')`,
  );
  const numbers = Array.from({ length: 100_000 }, (_, number) => number);
  const present = numbers.filter((number) => number % 7 !== 0 || number >= 50_000);
  expect(reader.getRowObjects()).toEqual([
    {
      nulls: BigInt(100_000 - present.length),
      sum: String(present.reduce((sum, number) => sum + number, 0)),
    },
  ]);
  connection.closeSync();
  instance.closeSync();
});
