import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Engine } from "../core/ports.ts";
import { StatementFailure } from "../core/statement-failure.ts";
import { openDuckDb } from "../engine/duckdb/engine.ts";
import { findInTemplate } from "./template-place.ts";

let engine: Engine;

beforeAll(async () => {
  engine = await openDuckDb({ file: ":memory:", threads: 1 });
  await engine.execute("create table sale as select 1 as id, 2 as qty");
});

afterAll(() => engine.close());

/** What a model's user sees when the engine refuses what the template was rendered to. */
async function seen(text: string, query: string) {
  const failure = await engine.describe(query).catch((error: unknown) => error);
  if (!(failure instanceof StatementFailure)) throw new Error("the query was not refused");
  const { place, frame } = findInTemplate(failure, { file: "models/a.sql", text, refs: [] }, query);
  const marked = frame?.split("\n").find((line) => line.startsWith(">"));
  return { at: `${place?.line ?? "?"}:${place?.column ?? "?"}`, marked, frame };
}

describe("an error in a model's SQL stands at its place in the model's file", () => {
  test("when its line is the only one of its kind, whatever became of the lines above it", async () => {
    const text = '{{> head}}\nselect\n    id,\n    quantity\nfrom {{ref "gold.sale"}}\n';
    const query = "-- one\n-- two\nselect\n    id,\n    quantity\nfrom sale";
    expect(await seen(text, query)).toMatchObject({ at: "4:5", marked: "> 4 |     quantity" });
  });

  test("when the line was rendered, and the template has as many lines", async () => {
    const text = '\nselect id\nfrom {{ref "gold.sale"}} where quantity > 1\n';
    const query = "select id\nfrom sale where quantity > 1";
    expect((await seen(text, query)).at).toBe("3:32");
    const macro = 'select {{cast "quantity"}} as id from {{ref "gold.sale"}}';
    expect((await seen(macro, "select quantity as id from sale")).at).toBe("1:8");
  });

  test("when a line stands there twice, and the template has as many lines", async () => {
    const text =
      "select id from sale\nunion all\nselect\nquantity from sale\nunion all\nselect id from sale";
    expect((await seen(text, text)).at).toBe("4:1");
    const twice = "select nothing\nunion all\nselect nothing";
    expect((await seen(twice, twice)).at).toMatch(/^[13]:8$/);
  });

  test("also in a line so long that the engine shows only a part of it", async () => {
    const text = `select ${"id, ".repeat(60)}quantity, ${"id, ".repeat(60)}id from sale`;
    expect((await seen(text, text)).at).toBe(`1:${text.indexOf("quantity") + 1}`);
  });
});

test("an error whose line nobody can know is shown in the compiled SQL, which says so", async () => {
  const text = '{{> column}}\nfrom {{ref "gold.sale"}}';
  const { at, frame } = await seen(text, "select\n    quantity\nfrom sale");
  expect(at).toBe("?:?");
  expect(frame).toContain("compiled SQL:\n");
  expect(frame).toContain("> 2 |     quantity");
});
