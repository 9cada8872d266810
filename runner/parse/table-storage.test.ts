import { describe, expect, test } from "@jest/globals";
import type { PipelinesFile } from "./schema/pipelines.ts";
import { parseModels } from "./models.ts";

const macros = { helpers: new Set<string>(), partials: new Map() };
const header = `grain: one row
columns:
  - { name: id, type: integer }
  - { name: name, type: varchar(10) }
  - { name: sold_at, type: timestamp }
materialized: `;
const lines = header.split("\n").length;

function parse(settings: string, folderDefaults: PipelinesFile["models"] = {}) {
  return parseModels(
    [{ file: "models/gold/sales.sql", text: "select 1" }],
    [{ file: "models/gold/sales.yml", text: `${header}${settings}` }],
    { macros, folderDefaults },
  );
}

function storageOf(settings: string, folderDefaults: PipelinesFile["models"] = {}) {
  const { models, diagnostics } = parse(settings, folderDefaults);
  expect(diagnostics).toEqual([]);
  return models[0]?.redshift;
}

describe("how Redshift stores a model's table", () => {
  test("is as its YAML says, and Redshift's own business where it says nothing", () => {
    expect(storageOf("table")).toBeUndefined();
    expect(storageOf("table\nredshift: {}")).toBeUndefined();
    expect(
      storageOf(
        "table\nredshift: { distribution: id, sort: [sold_at, id], encode: { name: zstd } }",
      ),
    ).toEqual({
      distribution: { style: "key", column: "id" },
      sort: ["sold_at", "id"],
      encode: { name: "zstd" },
    });
    expect(storageOf("table\nredshift: { distribution: all }")).toMatchObject({
      distribution: { style: "all" },
    });
  });

  test("may name the columns that a snapshot adds", () => {
    const snapshot = "snapshot\nkey: [id]\ncursor: sold_at\nredshift: { sort: [valid_from] }";
    expect(storageOf(snapshot)).toMatchObject({ sort: ["valid_from"] });
  });

  test("comes from the nearest folder, for tables alone, and the model's own distribution wins", () => {
    const folders = {
      gold: { owner: undefined, redshift: { distribution: "all" as const } },
    };
    expect(storageOf("table", folders)).toMatchObject({ distribution: { style: "all" } });
    expect(storageOf("table\nredshift: { sort: [id] }", folders)).toMatchObject({
      distribution: { style: "all" },
      sort: ["id"],
    });
    expect(storageOf("table\nredshift: { distribution: even }", folders)).toMatchObject({
      distribution: { style: "even" },
    });
    expect(storageOf("view", folders)).toBeUndefined();
  });

  test.each([
    ["table\nredshift: { distribution: custmer }", 'no column "custmer"', "It has id"],
    ["table\nredshift: { distribution: al }", 'no column "al"', 'Did you mean "all"?'],
    ["table\nredshift: { sort: [sold_a] }", 'no column "sold_a"', 'Did you mean "sold_at"?'],
    ["table\nredshift: { sort: [id, id] }", '"id" is in the order twice', undefined],
    ["table\nredshift: { encode: { nam: zstd } }", 'no column "nam"', 'Did you mean "name"?'],
    ["table\nredshift: { encode: { id: zst } }", "zst", 'Did you mean "zstd"?'],
    [
      "table\nredshift: { encode: { name: az64 } }",
      "Redshift cannot encode varchar(10) as az64.",
      "For name: bytedict, lzo, text255, text32k, raw, runlength, zstd.",
    ],
    ["view\nredshift: { sort: [id] }", "A view has no table", "materialized: table"],
    ["ephemeral\nredshift: {}", "An ephemeral model has no table", "materialized: table"],
    ["table\nredshift: { sorted: [id] }", "sorted", 'Did you mean "sort"?'],
  ])("%s is refused at its line", (settings, message, hint) => {
    expect(parse(settings).diagnostics).toEqual([
      expect.objectContaining({
        code: "YAML_SCHEMA",
        message: expect.stringContaining(message),
        hint: hint === undefined ? undefined : expect.stringContaining(hint),
        place: expect.objectContaining({ file: "models/gold/sales.yml", line: lines + 1 }),
      }),
    ]);
  });
});
