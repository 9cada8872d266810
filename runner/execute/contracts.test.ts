import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { parseColumnType } from "../core/column-type.ts";
import type { Column } from "../core/node-base.ts";
import type { Engine } from "../core/ports.ts";
import { duckdbDialect } from "../dialect/duckdb/dialect.ts";
import { openDuckDb } from "../engine/duckdb/engine.ts";
import { compareWithContract } from "./model-contract.ts";

let engine: Engine;

beforeAll(async () => {
  engine = await openDuckDb({ file: ":memory:", threads: 1 });
});

afterAll(() => engine.close());

function column(text: string, line = 1): Column {
  const [name = "", type = ""] = text.split(": ");
  const place = { file: "models/gold/sales.yml", line, column: 5 };
  return { name, type: parseColumnType(type)!, nullable: true, description: "", place };
}

describe("a model's contract", () => {
  const contract = [
    "id: integer",
    "price: numeric(10,2)",
    "name: varchar(20)",
    "at: timestamptz",
  ].map((text, index) => column(text, index + 1));
  const compare = async (query: string) =>
    compareWithContract("gold.sales", contract, await engine.describe(query), duckdbDialect);

  test("holds when names, order and types are as declared", async () => {
    const query = "select 1::integer as id, 1::decimal(10,2) as price, 'x' as name, now() as at";
    expect(await compare(query)).toBeUndefined();
  });

  test("is shown beside what the query yields, each difference called by its name", async () => {
    const found = await compare(
      "select 1::integer as id, 'x' as nmae, now() as at, 1::decimal(12,2) as price",
    );
    expect(found).toMatchObject({ code: "CONTRACT_MISMATCH", place: { line: 1 } });
    expect(found?.message).toBe(
      "gold.sales yields other columns than its YAML declares: 1 missing, 1 extra, 1 of another type, 1 out of order.",
    );
    expect(found?.frame?.split("\n")).toEqual([
      "  declared                    | yields",
      "  id integer                  | id integer",
      "> -                           | nmae varchar                | extra",
      "> price decimal(10,2)         | price decimal(12,2)         | type",
      "> name varchar                | -                           | missing",
      "> at timestamp with time zone | at timestamp with time zone | order (column 3 of the query)",
    ]);
    expect(found?.hint).toBe(
      'Is "nmae" in the query what the YAML calls "name"? Cast in the model\'s last CTE, ' +
        "or take over what the query yields: runner contract infer gold.sales --write",
    );
  });

  test("leaves out of a wide table what is far from any difference", async () => {
    const names = Array.from({ length: 60 }, (_, index) => `c${index}`);
    const wide = names.map((name) => column(`${name}: integer`));
    const query = `select ${names.map((name) => `1::${name === "c30" ? "bigint" : "integer"} as ${name}`).join(", ")}`;
    const found = compareWithContract(
      "gold.sales",
      wide,
      await engine.describe(query),
      duckdbDialect,
    );
    expect(found?.frame?.split("\n").slice(1)).toEqual([
      "  …",
      "  c29 integer | c29 integer",
      "> c30 integer | c30 bigint  | type",
      "  c31 integer | c31 integer",
      "  …",
    ]);
  });
});
