import { readFile } from "node:fs/promises";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import Handlebars from "handlebars";
import rowKey from "./row_key.ts";
import { rowsOf } from "../tests/testing/duckdb.ts";

interface Extracted {
  readonly id: number | null;
  readonly name: string | null;
  readonly updated: number;
  readonly extracted: number;
}

async function latestVersions(rows: readonly Extracted[]): Promise<(string | null)[][]> {
  const handlebars = Handlebars.create();
  handlebars.registerPartial(
    "latest_version",
    await readFile(new URL("latest_version.hbs", import.meta.url), "utf8"),
  );
  handlebars.registerHelper("row_key", (key: string, content: string) =>
    rowKey({ dialect: "duckdb" }, key, content),
  );
  const template =
    '{{> latest_version rows="source" key="id" version="updated_at" content="name"}}';
  const latest = handlebars.compile(template, { noEscape: true })({});
  const values = rows.map(
    ({ id, name, updated, extracted }) =>
      `(${String(id)}, ${name === null ? "null" : `'${name}'`}, make_timestamp(${updated}), make_timestamp(${extracted}))`,
  );
  return rowsOf(
    "create table source (id integer, name varchar, updated_at timestamp, _extracted_at timestamp)",
    `insert into source values ${values.join(", ")}`,
    `select id, name, epoch_us(_extracted_at) from (${latest}) order by all`,
  );
}

describe("latest_version", () => {
  test("keeps the newest version by the source's own time, not the one that was extracted last", async () => {
    const rows = [
      { id: 1, name: "new", updated: 20, extracted: 100 },
      { id: 1, name: "old", updated: 10, extracted: 200 },
    ];
    expect(await latestVersions(rows)).toEqual([["1", "new", "100"]]);
  });

  test("keeps the first extraction of one version, so that extracting it again changes nothing", async () => {
    const once = { id: 1, name: "Ann", updated: 10, extracted: 100 };
    expect(await latestVersions([{ ...once, extracted: 200 }, once])).toEqual([
      ["1", "Ann", "100"],
    ]);
  });

  test("keeps every different row that has no key", async () => {
    const keyless = { id: null, updated: 10, extracted: 100 };
    const rows = [
      { ...keyless, name: "Ann" },
      { ...keyless, name: "Ann" },
      { ...keyless, name: "Bob" },
    ];
    expect(await latestVersions(rows)).toEqual([
      [null, "Ann", "100"],
      [null, "Bob", "100"],
    ]);
  });

  test("does not depend on the order of the rows or on copies of them", async () => {
    const row = fc.record({
      id: fc.option(fc.integer({ min: 1, max: 3 })),
      name: fc.option(fc.constantFrom("Ann", "Bob", "Eve")),
      updated: fc.integer({ min: 1, max: 3 }),
      extracted: fc.integer({ min: 1, max: 3 }),
    });
    const extract = fc
      .array(row, { minLength: 1, maxLength: 12 })
      .chain((rows) =>
        fc.tuple(fc.constant(rows), fc.shuffledSubarray([...rows, ...rows], { minLength: 0 })),
      );
    await fc.assert(
      fc.asyncProperty(extract, async ([rows, copies]) => {
        expect(await latestVersions([...copies, ...rows].reverse())).toEqual(
          await latestVersions(rows),
        );
      }),
      { numRuns: 25 },
    );
  });
});
