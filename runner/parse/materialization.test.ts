import { describe, expect, test } from "@jest/globals";
import { parseModels } from "./models.ts";

const macros = { helpers: new Set<string>(), partials: new Map() };
const columns =
  "columns:\n  - { name: id, type: integer }\n  - { name: part, type: varchar(10) }\n  - { name: sold_at, type: timestamp }\n  - { name: day, type: date }\n";

function parse(settings: string, folderDefaults = {}) {
  return parseModels(
    [{ file: "models/gold/sales.sql", text: "select 1" }],
    [{ file: "models/gold/sales.yml", text: `grain: one row\n${columns}${settings}` }],
    { macros, folderDefaults },
  );
}

function materializationOf(settings: string) {
  const { models, diagnostics } = parse(settings);
  expect(diagnostics).toEqual([]);
  return models[0]?.materialization;
}

const problems = (settings: string) =>
  parse(settings).diagnostics.map(({ message, hint, place }) => ({
    message,
    hint,
    line: (place?.line ?? 0) - 6,
  }));

describe("the settings of a materialization", () => {
  const incremental = { type: "incremental", onSchemaChange: "fail", fullRefresh: "allow" };
  const snapshot = { type: "snapshot", onSchemaChange: "fail", fullRefresh: "keep" };
  test.each([
    ["materialized: ephemeral", { type: "ephemeral" }],
    [
      "materialized: incremental\nkey: [id]\ncursor: sold_at",
      { ...incremental, strategy: "merge", key: ["id"], cursor: "sold_at" },
    ],
    [
      "materialized: incremental\nstrategy: append\ncursor: sold_at\non_schema_change: sync\nfull_refresh: never",
      {
        ...{ type: "incremental", strategy: "append", cursor: "sold_at" },
        ...{ onSchemaChange: "sync", fullRefresh: "never" },
      },
    ],
    [
      "materialized: incremental\nstrategy: delete_insert\ncursor: sold_at\nkey: [id]",
      { ...incremental, strategy: "delete_insert", replace: ["id"], cursor: "sold_at" },
    ],
    [
      "materialized: incremental\nstrategy: delete_insert\ncursor: sold_at\nkey: [id]\nreplace: [part]",
      { ...incremental, strategy: "delete_insert", replace: ["part"], cursor: "sold_at" },
    ],
    [
      "materialized: incremental\nstrategy: by_interval\ncursor: day\ninterval: week\nbegin: 2026-03-01",
      {
        ...{ ...incremental, strategy: "by_interval", cursor: "day" },
        ...{ interval: "week", begin: "2026-03-01T00:00:00.000Z", lookback: 1 },
      },
    ],
    [
      "materialized: snapshot\nkey: [id]\ncursor: sold_at",
      { ...snapshot, strategy: "timestamp", key: ["id"], cursor: "sold_at", deletes: "close" },
    ],
    [
      "materialized: snapshot\nkey: [id]\ncheck: all\ndeletes: keep",
      {
        ...{ ...snapshot, strategy: "check", key: ["id"], deletes: "keep" },
        columns: ["part", "sold_at", "day"],
      },
    ],
  ])("are read as they are meant (%#)", (settings, expected) => {
    expect(materializationOf(settings)).toEqual(expected);
  });

  test.each([
    [
      "materialized: incremental\nstrategy: by_interval\ncursor: day",
      "An incremental model with the strategy by_interval needs its interval and begin.",
      1,
    ],
    [
      "materialized: incremental\nstrategy: delete_insert\ncursor: day",
      "An incremental model with the strategy delete_insert needs its replace.",
      1,
    ],
    ["materialized: snapshot\nkey: [id]", "A snapshot needs a strategy.", 1],
    [
      "materialized: snapshot\nstrategy: merge\nkey: [id]\ncursor: day",
      'A snapshot model has no strategy "merge".',
      2,
    ],
    [
      "materialized: incremental\nstrategy: check\ncheck: all\nkey: [id]",
      'An incremental model has no strategy "check".',
      2,
    ],
    [
      "materialized: incremental\nkey: [id]\ncursor: day\nlookback: 3",
      "The strategy merge has no lookback.",
      4,
    ],
    [
      "materialized: snapshot\nkey: [id]\ncheck: all\non_schema_change: rebuild",
      "A snapshot is not built from nothing when its columns change.",
      4,
    ],
    [
      "materialized: incremental\nstrategy: append\ncursor: day\nfull_refresh: never\non_schema_change: rebuild",
      "A model with full_refresh: never is not built from nothing when its columns change.",
      5,
    ],
    ["materialized: table\ndeletes: keep", "A table model has no deletes.", 2],
    ["materialized: view\nfull_refresh: never", "A view model has no full_refresh.", 2],
    [
      "materialized: incremental\nstrategy: delete_insert\ncursor: day\nreplace: [prat]",
      'There is no column "prat" to replace rows by.',
      4,
    ],
    [
      "materialized: snapshot\nkey: [idd]\ncheck: [prat]",
      'There is no column "prat" to be checked.',
      3,
    ],
    [
      "materialized: snapshot\nkey: [id]\ncursor: part",
      "A snapshot's cursor is a timestamp or a date, and part is a varchar.",
      3,
    ],
    [
      "materialized: incremental\nstrategy: by_interval\ncursor: day\ninterval: hour\nbegin: 2026-03-01",
      "Dates have no hours.",
      4,
    ],
    [
      "materialized: incremental\nstrategy: by_interval\ncursor: id\ninterval: day\nbegin: 2026-03-01",
      "The cursor of intervals is a date or a timestamp, and id is neither.",
      3,
    ],
    [
      "materialized: incremental\nstrategy: by_interval\ncursor: day\ninterval: day\nbegin: 2026-02-30",
      "begin: must be a date, such as 2026-01-31",
      5,
    ],
  ])("that do not fit are refused at their place (%#)", (settings, message, line) => {
    expect(problems(settings)).toContainEqual(
      expect.objectContaining({ message: expect.stringContaining(message), line }),
    );
  });
});

describe("a snapshot", () => {
  const yaml = "materialized: snapshot\nkey: [id, part]\ncheck: all";

  test("has its own columns behind the declared ones, and is known by its version's id", () => {
    const [model] = parse(yaml).models;
    expect(model?.key).toEqual(["snapshot_id"]);
    expect(model?.columns.slice(-3).map(({ name, nullable }) => [name, nullable])).toEqual([
      ["snapshot_id", false],
      ["valid_from", false],
      ["valid_to", true],
    ]);
    // A null in the key is a value like others.
    expect(model?.columns.slice(0, 2).every(({ nullable }) => nullable)).toBe(true);
  });

  test("is tested without being asked", () => {
    expect(parse(yaml).tests.map(({ name }) => name)).toEqual([
      "unique.gold.sales.snapshot_id",
      "not_null.gold.sales.snapshot_id",
      "snapshot_versions.gold.sales",
      "contract.gold.sales",
    ]);
  });

  test("that declares a column which it adds itself is refused", () => {
    const declared =
      "columns:\n  - { name: id, type: integer }\n  - { name: valid_to, type: timestamp }\n";
    const { diagnostics } = parseModels(
      [{ file: "models/gold/s.sql", text: "select 1" }],
      [
        {
          file: "models/gold/s.yml",
          text: `grain: x\n${declared}materialized: snapshot\nkey: [id]\ncheck: all`,
        },
      ],
      { macros, folderDefaults: {} },
    );
    expect(diagnostics).toMatchObject([
      { message: "A snapshot adds valid_to itself.", place: { line: 4 } },
    ]);
  });
});
