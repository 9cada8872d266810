import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { differenceOf, sumOf } from "../../core/scaled-decimal.ts";
import {
  columns,
  failureOf,
  filesIn,
  newLake,
  postgresTable,
  readRows,
  run,
} from "../testing/fixtures.ts";
import { usePostgres } from "../testing/postgres-source.ts";
import { openPostgresExtractor } from "./postgres-extractor.ts";

const source = usePostgres();

const measure = (rejectShare: number | undefined) => ({
  ...postgresTable({
    table: "measure",
    key: ["id"],
    columns: columns(
      "id: integer not null",
      "price: numeric(6,2)",
      "code: varchar(3)",
      "note: text not null",
    ),
  }),
  ...(rejectShare === undefined ? {} : { rejectShare }),
});

/** Fills the table with rows of SQL values behind their ids, and extracts it. */
async function fill(rows: readonly string[]): Promise<void> {
  await source.execute(`
    drop table if exists measure;
    create table measure (id integer, price numeric, code text, note text);
    ${rows.length === 0 ? "" : `insert into measure values ${rows.join(", ")}`}`);
}

async function extract(rejectShare: number | undefined) {
  const { lake, root } = newLake();
  const extractor = openPostgresExtractor({ url: source.url(), lake });
  try {
    const [extracted] = await extractor.extract([{ table: measure(rejectShare) }], run);
    if (extracted === undefined) throw new Error("nothing was extracted");
    const accepted = await readRows(lake, extracted.files);
    const rejected = await readRows(lake, extracted.rejected?.files ?? []);
    return { extracted, accepted, rejected, root };
  } finally {
    await extractor.close();
  }
}

async function refused(rejectShare: number | undefined) {
  const { lake, root } = newLake();
  const extractor = openPostgresExtractor({ url: source.url(), lake });
  const failure = await failureOf(extractor.extract([{ table: measure(rejectShare) }], run));
  await extractor.close();
  expect(await filesIn(root)).toEqual([]);
  return failure.diagnostics[0];
}

describe("rows with a value that does not fit", () => {
  const misfits = [
    ["(1, 'NaN', 'a', 'x')", "price", "NaN", "not_a_number"],
    ["(1, 'Infinity', 'a', 'x')", "price", "Infinity", "out_of_range"],
    ["(1, 1.005, 'a', 'x')", "price", "1.005", "too_precise"],
    ["(1, -10000, 'a', 'x')", "price", "-10000", "out_of_range"],
    ["(1, 1, 'ééé', 'x')", "code", "ééé", "too_long"],
    ["(1, 1, 'a', null)", "note", null, "null"],
    ["(1, 'NaN', 'long', null)", "price", "NaN", "not_a_number"],
  ] as const;

  test.each(misfits)(
    "%s go to the quarantine whole: %s %s is %s",
    async (row, column, value, why) => {
      await fill([row, `(2, 0.1, 'b', 'quo"te,\n\\ and ''')`]);
      const { accepted, rejected, extracted } = await extract(0.5);
      expect(accepted.map(({ id, price }) => [id, price])).toEqual([["2", "0.10"]]);
      expect(rejected).toMatchObject([
        {
          row_key: "id 1",
          column_name: column,
          value,
          reason: why,
          _extracted_at: expect.anything(),
        },
      ]);
      const whole = JSON.parse(rejected[0]?.["source_row"] ?? "") as Record<string, string | null>;
      expect(Object.keys(whole)).toEqual(["id", "price", "code", "note"]);
      expect(whole[column]).toBe(value);
      expect(extracted.totals).toEqual({ rows: 1, sums: { price: "0.10" } });
      expect(extracted.rejected).toMatchObject({ rows: 1 });
    },
  );

  test("are as many as declared at most, and above that nothing is committed", async () => {
    const sound = Array.from({ length: 993 }, (_, index) => `(${index + 10}, 1, 'a', 'x')`);
    await fill([...sound, ...Array.from({ length: 7 }, (_, id) => `(${id}, 'NaN', 'a', 'x')`)]);
    expect((await extract(0.007)).rejected).toHaveLength(7);
    const diagnostic = await refused(0.006);
    expect(diagnostic?.code).toBe("EXTRACT_FAILED");
    expect(diagnostic?.message).toBe(
      "test.measure: 7 rows of 1,000 do not fit (0.7%), and rejects allows 0.6%.",
    );
    expect(diagnostic?.cause).toContain('id 0: price is "NaN" (not_a_number)');
    expect((await refused(0))?.message).toContain("rejects allows 0%");
    expect((await refused(undefined))?.message).toContain('column price holds "NaN"');
  });

  test("may be all rows, which leaves a raw relation without a file", async () => {
    await fill(["(1, 'NaN', 'a', 'x')", "(2, 1, 'long', 'x')"]);
    const { extracted, rejected } = await extract(1);
    expect(extracted.files).toEqual([]);
    expect(rejected.map(({ reason }) => reason)).toEqual(["not_a_number", "too_long"]);
  });

  test("and rows that fit add up to what the source says, to the last digit, whatever the rows hold", async () => {
    const price = fc.oneof(
      fc.bigInt({ min: -99_999_999n, max: 99_999_999n }).map((cents) => `${cents}e-2`),
      fc.constantFrom("'NaN'", "'-Infinity'", "1.2345", "99999.9950", "null", "123456.7"),
    );
    const row = fc.tuple(price, fc.constantFrom("'a'", "'long'", "null"));
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 12 }), async (rows) => {
        await fill(rows.map(([value, code], id) => `(${id}, ${value}, ${code}, 'x')`));
        const { extracted, accepted, rejected } = await extract(1);
        expect(accepted.length + rejected.length).toBe(rows.length);
        const [sent] = (
          await source.query<{ sum: string }>(
            "select coalesce(sum(price) filter (where price::text not in ('NaN', '-Infinity')), 0)::text as sum from measure",
          )
        ).rows;
        const parts = [extracted.totals.sums["price"], extracted.rejected?.sums["price"]];
        const sum = sumOf(parts.map((part) => part ?? "0")) ?? "";
        expect(differenceOf(sum, sent?.sum ?? "")).toMatch(/^0(\.0*)?$/);
      }),
      { numRuns: 15 },
    );
  }, 60_000);
});
