import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { ColumnConstraint, GenericTest } from "../core/data-test.ts";
import type { Engine } from "../core/ports.ts";
import { openDuckDb } from "../engine/duckdb/engine.ts";
import { emptyFindings } from "../execute/context.ts";
import { runTestStep } from "../execute/test-step.ts";
import { testStep } from "../execute/testing/steps.ts";
import { assertionQuery } from "./assertion-query.ts";
import { contractQuery } from "./contract-query.ts";

let engine: Engine;

beforeAll(async () => {
  engine = await openDuckDb({ file: ":memory:", threads: 1 });
  await engine.execute("create table shop (id integer, name varchar, city varchar)");
});

afterAll(() => engine.close());

const constraints: readonly ColumnConstraint[] = [
  { type: "not_null", column: "id" },
  { type: "length", column: "name", bytes: 4 },
  { type: "not_null", column: "city" },
  { type: "length", column: "city", bytes: 3 },
];

interface Shop {
  readonly id: number | null;
  readonly name: string | null;
  readonly city: string | null;
}

async function fill(rows: readonly Shop[]): Promise<void> {
  const text = (value: string | null) =>
    value === null ? "null" : `'${value.replaceAll("'", "''")}'`;
  const values = rows.map(({ id, name, city }) => `(${id}, ${text(name)}, ${text(city)})`);
  await engine.execute("delete from shop");
  if (rows.length > 0) await engine.execute(`insert into shop values ${values.join(", ")}`);
}

describe("the test that comes with a contract", () => {
  test("finds every null and every text too long in bytes, whatever alphabet it is in, and nothing else", async () => {
    const text = fc.option(
      fc.string({ unit: fc.constantFrom("a", "é", "日", "🛒"), maxLength: 5 }),
    );
    const row = fc.record({ id: fc.option(fc.nat(9)), name: text, city: text });
    const bytes = (value: string | null) => Buffer.byteLength(value ?? "");
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 6 }), async (rows) => {
        await fill(rows);
        const longest = (values: readonly (string | null)[]) => Math.max(...values.map(bytes));
        const expected = [
          { column_name: "id", broken: rows.filter(({ id }) => id === null), longest: null },
          {
            column_name: "name",
            broken: rows.filter(({ name }) => bytes(name) > 4),
            longest: longest(rows.map(({ name }) => name)),
          },
          { column_name: "city", broken: rows.filter(({ city }) => city === null), longest: null },
          {
            column_name: "city",
            broken: rows.filter(({ city }) => bytes(city) > 3),
            longest: longest(rows.map(({ city }) => city)),
          },
        ].filter(({ broken }) => broken.length > 0);
        const found = await engine.query(contractQuery(constraints, "shop", "duckdb"));
        expect(
          found.rows.map(({ column_name, row_count, longest_bytes }) => [
            column_name,
            row_count,
            longest_bytes,
          ]),
        ).toEqual(
          expected.map(({ column_name, broken, longest: most }) => [
            column_name,
            broken.length,
            most,
          ]),
        );
      }),
      { numRuns: 40 },
    );
  });

  test("says what is wrong by column and reason, with the number of rows", async () => {
    await fill([
      { id: 1, name: "Zoé", city: null },
      { id: 2, name: "Zoéé", city: "日本" },
      { id: null, name: "Renée 🛒", city: null },
    ]);
    const generic: GenericTest = {
      kind: "test",
      form: "generic",
      name: "contract.gold.shop",
      description: "",
      tags: [],
      place: { file: "models/gold/shop.yml", line: 3, column: 1 },
      relation: "gold.shop",
      assertion: { type: "contract", constraints },
      severity: "error",
    };
    const query = assertionQuery(generic, { dialect: "duckdb", resolve: () => "shop" });
    const step = { ...testStep("t", []), test: generic, query };
    const run = { id: "run1", startedAt: "2026-03-01T00:00:00.000Z" };
    const context = { engine, run, emit: () => Promise.resolve() };
    const { failures, diagnostic } = await runTestStep(step, context, emptyFindings());
    expect(failures).toBe(6);
    expect(diagnostic?.message).toBe(
      "contract.gold.shop: id is null in 1 row; " +
        "name is longer than varchar(4) in 2 rows (the longest takes 11 bytes); " +
        "city is null in 2 rows; city is longer than varchar(3) in 1 row (the longest takes 6 bytes).",
    );
  });

  test("reads the relation once, however many columns it has", () => {
    const query = contractQuery(constraints, "gold.shop", "redshift");
    expect(query.match(/gold\.shop/g)).toHaveLength(1);
    expect(query).toContain("octet_length(name) > 4");
  });
});
