import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { parseColumnType } from "../core/column-type.ts";
import type { Column, SourceTable } from "../core/node.ts";
import type { Engine, LiveColumn } from "../core/ports.ts";
import { duckdbDialect } from "../dialect/duckdb/dialect.ts";
import { openDuckDb } from "../engine/duckdb/engine.ts";
import { compareWithContract } from "./model-contract.ts";
import { compareWithSource } from "./source-contract.ts";
import { sourceTable } from "./testing/steps.ts";

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

describe("a source's contract", () => {
  const live = (name: string, type: string | undefined): LiveColumn => ({
    name,
    ...(type === undefined ? {} : { type: parseColumnType(type)! }),
    nativeType: type ?? "tsvector",
    nullable: true,
  });
  const declare = (...texts: string[]): SourceTable => ({
    ...sourceTable("raw.customer"),
    columns: texts.map((text, index) => column(text, index + 10)),
  });

  const fitting: readonly [string, string][] = [
    ["integer", "smallint"],
    ["bigint", "integer"],
    ["numeric(18,2)", "numeric(10,2)"],
    ["varchar", "varchar(20)"],
    ["varchar(20)", "varchar(20)"],
    ["timestamptz", "timestamptz"],
  ];
  test.each(fitting)("declared %s holds every %s", (declared, found) => {
    expect(compareWithSource(declare(`a: ${declared}`), [live("a", found)])).toEqual([]);
  });

  const narrowing: readonly [string, string][] = [
    ["integer", "bigint"],
    ["integer", "varchar"],
    ["numeric(10,2)", "numeric(10,3)"],
    ["numeric(10,2)", "numeric(11,2)"],
    ["numeric(10,4)", "numeric(10,2)"],
    ["varchar(20)", "varchar(21)"],
    ["varchar(20)", "varchar"],
    ["timestamp", "timestamptz"],
    ["double", "numeric(10,2)"],
  ];
  test.each(narrowing)("declared %s is refused for %s", (declared, found) => {
    const [diagnostic, ...others] = compareWithSource(declare(`a: ${declared}`), [
      live("a", found),
    ]);
    expect(others).toEqual([]);
    expect(diagnostic).toMatchObject({ code: "SOURCE_CONTRACT", place: { line: 10 } });
    expect(diagnostic?.message).toContain(`the source has ${found}`);
  });

  test("names every missing column at its own place, and what it may be called now", () => {
    const table = declare("id: integer", "emial: text", "gone: text");
    const found = compareWithSource(table, [live("id", "integer"), live("email", "text")]);
    expect(found.map(({ place }) => place?.line)).toEqual([11, 12]);
    expect(found[0]?.hint).toBe('Did you mean "email"?');
    expect(found[1]?.hint).toContain("dropped on purpose");
  });

  test("leaves alone what is not declared, not typed, or not typed at all", () => {
    const more = [live("a", "text"), live("undeclared", "json")];
    expect(compareWithSource(declare("a: text"), more)).toEqual([]);
    expect(compareWithSource(declare("a: text"), [live("a", undefined)])).toEqual([]);
    expect(compareWithSource(declare("a: text"), "untyped")).toEqual([]);
  });

  test("says when the table itself is missing", () => {
    const [found] = compareWithSource(declare("a: text"), undefined);
    expect(found?.message).toBe("The source has no table for oltp.customer.");
  });
});
