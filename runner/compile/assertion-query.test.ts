import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Assertion } from "../core/data-test.ts";
import type { Engine } from "../core/ports.ts";
import { openDuckDb } from "../engine/duckdb/engine.ts";
import { assertionQuery } from "./assertion-query.ts";

let engine: Engine;

beforeAll(async () => {
  engine = await openDuckDb({ file: ":memory:", threads: 1 });
  await engine.transaction([
    "create schema gold",
    "create table gold.item (id integer, kind varchar, price decimal(10,2), vendor integer, note varchar)",
    `insert into gold.item values
      (1, 'book', 2.50, 10, 'a'), (2, 'o''clock', -1.00, 10, ''), (2, null, null, 11, '  '), (null, 'pen', 0.00, null, null)`,
    "create table gold.vendor (id integer)",
    "insert into gold.vendor values (10), (10), (null)",
    "create table gold.nothing (id integer)",
  ]);
});

afterAll(async () => {
  await engine.close();
});

async function failing(
  assertion: Assertion,
  where?: string,
  relation: "gold.item" | "gold.nothing" = "gold.item",
): Promise<number> {
  const query = assertionQuery(
    { relation, assertion, where },
    { dialect: "duckdb", resolve: (name) => name },
  );
  return (await engine.query(query)).rows.length;
}

describe("the query of a data test returns the rows that break it, and none when it holds", () => {
  const cases: readonly (readonly [string, Assertion, string | undefined, number])[] = [
    ["a null", { type: "not_null", column: "id" }, undefined, 1],
    ["a null outside of the condition", { type: "not_null", column: "id" }, "kind <> 'pen'", 0],
    ["a key twice, but not two nulls", { type: "unique", columns: ["id"] }, undefined, 1],
    ["a pair twice", { type: "unique", columns: ["id", "vendor"] }, undefined, 0],
    [
      "a value that is not accepted",
      { type: "accepted_values", column: "kind", values: ["book", "pen"] },
      undefined,
      1,
    ],
    [
      "accepted values with a quote",
      { type: "accepted_values", column: "kind", values: ["book", "o'clock", "pen"] },
      undefined,
      0,
    ],
    [
      "accepted numbers",
      { type: "accepted_values", column: "vendor", values: [10, 11] },
      undefined,
      0,
    ],
    [
      "a child without its parent, a null child aside",
      { type: "relationships", column: "vendor", to: "gold.vendor", field: "id" },
      undefined,
      1,
    ],
    [
      "children with their parent",
      { type: "relationships", column: "vendor", to: "gold.vendor", field: "id" },
      "vendor = 10",
      0,
    ],
    ["a number below a range", { type: "range", column: "price", minimum: 0 }, undefined, 1],
    ["a number above a range", { type: "range", column: "price", maximum: "2.49" }, undefined, 1],
    [
      "numbers on the bounds of a range, nulls aside",
      { type: "range", column: "price", minimum: -1, maximum: 2.5 },
      undefined,
      0,
    ],
    ["a blank text, nulls aside", { type: "not_empty_string", column: "note" }, undefined, 2],
    [
      "an expression that is false or unknown",
      { type: "expression", expression: "price >= 0" },
      undefined,
      2,
    ],
    [
      "an expression that holds",
      { type: "expression", expression: "price >= 0 or id = 2" },
      undefined,
      0,
    ],
    [
      "an expression with or, under a condition with or",
      { type: "expression", expression: "id = 1 or id = 2" },
      "id = 1 or id = 2",
      0,
    ],
    ["too few rows", { type: "row_count", minimum: 5 }, undefined, 1],
    ["too many rows", { type: "row_count", maximum: 3 }, undefined, 1],
    ["enough rows", { type: "row_count", minimum: 4, maximum: 4 }, undefined, 0],
    ["too few rows under a condition", { type: "row_count", minimum: 2 }, "id = 1", 1],
  ];

  test.each(cases)("%s", async (_, assertion, where, count) => {
    expect(await failing(assertion, where)).toBe(count);
  });

  test("an empty relation has too few rows, and breaks nothing else", async () => {
    expect(await failing({ type: "row_count", minimum: 1 }, undefined, "gold.nothing")).toBe(1);
    expect(await failing({ type: "not_null", column: "id" }, undefined, "gold.nothing")).toBe(0);
    expect(await failing({ type: "unique", columns: ["id"] }, undefined, "gold.nothing")).toBe(0);
  });

  test("the conditions of a test bind as one, whatever is written in them", async () => {
    const comment: Assertion = { type: "expression", expression: "id > 0 -- always" };
    expect(await failing(comment, "id = 1 -- the first")).toBe(0);
  });
});
