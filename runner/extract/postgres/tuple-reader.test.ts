import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import pg from "pg";
import { columns } from "../testing/fixtures.ts";
import { usePostgres } from "../testing/postgres-source.ts";
import { CopyOut } from "./copy-out.ts";
import { Misfit, NotUtf8, RowTooLong } from "./read-problem.ts";
import { longestRow, TupleReader } from "./tuple-reader.ts";
import { textColumn, wireColumn } from "./wire-column.ts";

const source = usePostgres();
const int4 = 23;
const numeric = 1700;
const text = 25;

async function copyOf(query: string): Promise<Buffer> {
  const client = new pg.Client({ connectionString: source.url() });
  await client.connect();
  try {
    const copy = client.query(new CopyOut(`copy (${query}) to stdout (format binary)`));
    const chunks: Buffer[] = [];
    for await (const chunk of copy) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  } finally {
    await client.end();
  }
}

const declared = columns("id: integer", "price: numeric(20,2)", "note: text");
const wires = declared.map((column, index) =>
  wireColumn(column, [int4, numeric, text][index]!, index),
);

function read(bytes: Buffer, cuts: readonly number[], reader = new TupleReader(wires)) {
  let from = 0;
  for (const cut of [...cuts, bytes.length]) {
    // A copy, as the bytes of a socket are.
    reader.push(Buffer.from(bytes.subarray(from, Math.max(from, cut))));
    from = Math.max(from, cut);
  }
  return {
    rows: reader.rows,
    isEnded: reader.isEnded,
    pages: reader.buffers.map((buffer) => Buffer.concat(buffer.page()).toString("hex")),
  };
}

test("rows are read the same wherever the bytes are cut, long rows and nulls among them", async () => {
  const bytes = await copyOf(`
    select case when n % 5 > 0 then n end, case when n % 3 > 0 then n * 1234567890.01 end,
      case when n % 4 > 0 then repeat('é', n * n) end
    from generate_series(0, 40) as n`);
  const whole = read(bytes, []);
  expect(whole).toMatchObject({ rows: 41, isEnded: true });
  fc.assert(
    fc.property(fc.array(fc.nat(bytes.length), { maxLength: 30 }), (cuts) => {
      expect(
        read(
          bytes,
          cuts.toSorted((one, other) => one - other),
        ),
      ).toEqual(whole);
    }),
  );
  expect(read(bytes, [...bytes.keys()])).toEqual(whole);
});

test("bytes that stop early are never taken for the end", async () => {
  const bytes = await copyOf("select 1, 2.5, 'x' from generate_series(1, 3)");
  for (let length = 0; length < bytes.length; length += 1) {
    expect(read(bytes.subarray(0, length), []).isEnded).toBe(false);
  }
});

describe("what is refused", () => {
  test("a row beyond all measure, before its bytes are gathered", () => {
    const head = Buffer.concat([
      Buffer.from("PGCOPY\n\xff\r\n\0", "latin1"),
      Buffer.alloc(8),
      Buffer.from([0, 3, 0, 0, 0, 4, 0, 0, 0, 1, 255, 255, 255, 255]),
    ]);
    const size = Buffer.alloc(4);
    size.writeInt32BE(longestRow + 1);
    expect(() => read(Buffer.concat([head, size]), [])).toThrow(RowTooLong);
  });

  test("another number of fields, and what is no binary copy", async () => {
    const bytes = await copyOf("select 1, 2.5");
    expect(() => read(bytes, [])).toThrow("a row of 2 fields came where 3 were asked for");
    expect(() => read(Buffer.from("1,2.5,x\n".repeat(9)), [])).toThrow("binary COPY");
  });

  test("null where none is declared, and a text that is too long", async () => {
    const strict = columns("id: integer not null", "price: numeric(20,2)", "note: varchar(3)");
    const strictWires = strict.map((column, index) =>
      wireColumn(column, [int4, numeric, text][index]!, index),
    );
    for (const row of ["null::int, 1.0, 'x'", "1, 1.0, 'éé'"]) {
      const bytes = await copyOf(`select ${row}`);
      expect(() => read(bytes, [], new TupleReader(strictWires))).toThrow(Misfit);
    }
    expect(read(await copyOf("select 1, 1.0, 'éx'"), [], new TupleReader(strictWires)).rows).toBe(
      1,
    );
  });

  test("bytes that are no UTF-8, where Postgres does not look at them", async () => {
    const texts = declared.map((column, index) => textColumn(column, text, index));
    const bytes = await copyOf("select '1'::bytea, '2'::bytea, '\\x6ce9'::bytea");
    expect(() => read(bytes, [], new TupleReader(texts, { checksUtf8: true }))).toThrow(NotUtf8);
    expect(read(bytes, [], new TupleReader(texts)).rows).toBe(1);
  });
});
