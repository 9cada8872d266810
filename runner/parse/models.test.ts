import { describe, expect, test } from "@jest/globals";
import { parseModels } from "./models.ts";
import { parseSingularTests } from "./singular-tests.ts";
import { parseSources } from "./sources.ts";

const macros = { helpers: new Set<string>(), partials: new Map() };
const columns = "columns:\n  - { name: id, type: integer }\n  - { name: at, type: timestamp }\n";

function parse(yaml: string, folderDefaults = {}, file = "models/gold/sales") {
  return parseModels(
    [{ file: `${file}.sql`, text: "select 1" }],
    [{ file: `${file}.yml`, text: `grain: one row\n${yaml}` }],
    { macros, folderDefaults },
  );
}
const problems = (yaml: string) =>
  parse(yaml).diagnostics.map(({ code, message, place, hint }) => ({
    code,
    message,
    at: `${place?.line ?? 0}:${place?.column ?? 0}`,
    hint,
  }));

describe("a model", () => {
  test("is named by its zone and file, and takes the defaults of the folders around it", () => {
    const defaults = {
      gold: { materialized: "table", tags: ["daily"] },
      "gold/vendors": { materialized: "view" },
    };
    const { models } = parse(`${columns}tags: [pii]`, defaults, "models/gold/vendors/report");
    expect(models).toMatchObject([
      { relation: "gold.report", materialization: { type: "view" }, tags: ["daily", "pii"] },
    ]);
    const own = parse(`${columns}materialized: view`, defaults).models[0];
    expect(own?.materialization).toEqual({ type: "view" });
  });

  test("that is ephemeral has no write for hooks to run around", () => {
    expect(problems(`${columns}materialized: ephemeral\npost_hook: [select 1]\n`)).toMatchObject([
      { message: expect.stringContaining("never written"), at: "6:12" },
    ]);
  });

  test("with a column declared twice is refused at the second", () => {
    expect(problems(`${columns}  - { name: id, type: bigint }\n`)).toMatchObject([
      { message: '"id" is declared twice in columns.', at: "5:13" },
    ]);
  });

  test("with a key or cursor that is no column is refused, with the one that was meant", () => {
    expect(
      problems(`${columns}materialized: incremental\nkey: [idd]\ncursor: att\n`),
    ).toMatchObject([
      { at: "7:9", hint: 'Did you mean "at"?' },
      { at: "6:6", hint: 'Did you mean "id"?' },
    ]);
  });

  test("is tested for what its contract says and no engine enforces, and for nothing that another test finds", () => {
    const yaml = [
      "key: [id]",
      "columns:",
      "  - { name: id, type: integer, nullable: false }",
      "  - { name: a, type: varchar(20), nullable: false }",
      "  - { name: b, type: varchar, nullable: false, tests: [not_null] }",
      "  - { name: c, type: integer, nullable: false, tests: [not_null: { where: id > 1 }] }",
      "  - { name: d, type: integer, nullable: false, tests: [not_null: { severity: warn }] }",
      "  - { name: e, type: varchar(5) }",
    ].join("\n");
    const { tests, models } = parse(yaml);
    const implied = tests.filter(({ assertion }) => assertion.type === "contract");
    expect(implied).toMatchObject([
      {
        name: "contract.gold.sales",
        severity: "error",
        assertion: {
          constraints: [
            { type: "not_null", column: "a" },
            { type: "length", column: "a", bytes: 20 },
            { type: "not_null", column: "c" },
            { type: "not_null", column: "d" },
            { type: "length", column: "e", bytes: 5 },
          ],
        },
      },
    ]);
    expect(models[0]?.columns.map(({ nullable }) => nullable)).toEqual([
      false,
      false,
      false,
      false,
      false,
      true,
    ]);
    expect(parse(columns).tests).toEqual([]);
  });

  test("that is incremental needs a key and a cursor, and no other has a cursor", () => {
    expect(problems(`${columns}materialized: incremental\n`)).toMatchObject([
      { message: "An incremental model needs its key and cursor.", at: "5:15" },
    ]);
    expect(problems(`${columns}cursor: at\n`)).toMatchObject([
      { message: "A view model has no cursor.", at: "5:9" },
    ]);
  });

  test("without its YAML or without its SQL, outside of a zone, or with two YAML files, is reported", () => {
    const text = `grain: x\n${columns}`;
    const { diagnostics } = parseModels(
      [
        { file: "models/gold/a.sql", text: "" },
        { file: "models/silver/b.sql", text: "" },
        { file: "models/gold/d.sql", text: "select 1" },
      ],
      [
        { file: "models/gold/c.yml", text },
        { file: "models/gold/d.yaml", text },
        { file: "models/gold/d.yml", text },
      ],
      { macros, folderDefaults: {} },
    );
    expect(diagnostics.map(({ code, place }) => [code, place?.file])).toEqual([
      ["YAML_SCHEMA", "models/gold/d.yml"],
      ["MODEL_WITHOUT_YAML", "models/gold/a.sql"],
      ["YAML_SCHEMA", "models/silver/b.sql"],
      ["MODEL_WITHOUT_SQL", "models/gold/c.yml"],
    ]);
  });

  test("has the problems of its YAML and of its SQL reported together", () => {
    const { diagnostics } = parseModels(
      [{ file: "models/gold/a.sql", text: "{{nothing}}" }],
      [{ file: "models/gold/a.yml", text: "grain: 1\ncolums: []" }],
      { macros, folderDefaults: {} },
    );
    expect(diagnostics.map(({ code }) => code)).toEqual([
      "YAML_SCHEMA",
      "YAML_SCHEMA",
      "YAML_SCHEMA",
      "TEMPLATE_UNKNOWN_NAME",
    ]);
  });
});

describe("a model's data tests", () => {
  const names = (yaml: string) =>
    parse(yaml).tests.map(({ name, severity, where }) => [name, severity, where]);

  test("a key is unique and not null without being asked", () => {
    expect(names(`${columns}key: [id, at]`).map(([name]) => name)).toEqual([
      "unique.gold.sales.id_and_at",
      "not_null.gold.sales.id",
      "not_null.gold.sales.at",
    ]);
  });

  test("a test with a condition does not take the place of the key's own test", () => {
    const yaml =
      "key: [id]\ncolumns:\n  - name: id\n    type: integer\n    tests:\n      - not_null: { where: id > 5, severity: warn }\n      - not_null\n";
    expect(names(yaml)).toEqual([
      ["unique.gold.sales.id", "error", undefined],
      ["not_null.gold.sales.id", "error", undefined],
      ["not_null.gold.sales.id.2", "warn", "id > 5"],
    ]);
  });

  test("expressions that differ in an operator only are two tests", () => {
    expect(
      names(`${columns}tests:\n  - expression: { sql: id > 0 }\n  - expression: { sql: id < 0 }\n`),
    ).toEqual([
      ["expression.gold.sales.id_0", "error", undefined],
      ["expression.gold.sales.id_0.2", "error", undefined],
    ]);
  });

  test("the same test twice is one, as strict as the stricter", () => {
    const twice = "tests:\n  - row_count: { min: 1, severity: warn }\n  - row_count: { min: 1 }\n";
    expect(names(`${columns}${twice}`)).toEqual([["row_count.gold.sales", "error", undefined]]);
  });

  test("an unknown test is reported at its own line, with the one that was meant", () => {
    expect(
      problems(
        "columns:\n  - name: id\n    type: integer\n    tests:\n      - not_null\n      - uniqe\ntests:\n  - row_cuont: { min: 1 }\n",
      ),
    ).toMatchObject([
      { code: "TEST_UNKNOWN", at: "7:9", hint: 'Did you mean "unique"?' },
      { code: "TEST_UNKNOWN", at: "9:5", hint: 'Did you mean "row_count"?' },
    ]);
  });

  test("a test named like something that every object has is unknown as well", () => {
    expect(problems(`${columns}tests: [constructor]\n`)).toMatchObject([{ code: "TEST_UNKNOWN" }]);
  });

  test("a wrong setting of a test is reported at the setting", () => {
    expect(
      problems(`${columns}tests:\n  - row_count: { max: 2, mni: 1 }\n  - row_count: {}\n`),
    ).toMatchObject([
      { message: 'row_count: Unknown setting "mni".', hint: 'Did you mean "min"?' },
      { message: "row_count: needs min, max or both.", at: "7:16" },
    ]);
    expect(problems(`${columns}tests:\n  - unique: { columns: [idd] }\n`)).toMatchObject([
      { message: 'gold.sales declares no column "idd".', hint: 'Did you mean "id"?' },
    ]);
  });

  test("a relationship to what is no relation's name is reported", () => {
    const yaml =
      "columns:\n  - name: id\n    type: integer\n    tests:\n      - relationships: { to: customer, field: id }\n";
    expect(problems(yaml)).toMatchObject([{ code: "REF_UNKNOWN", at: "6:9" }]);
  });
});

describe("tests in tests/", () => {
  test("need their SQL, and take severity and tags from the YAML beside it", () => {
    const { tests, diagnostics } = parseSingularTests(
      [{ file: "tests/sums.sql", text: "select 1" }],
      [
        { file: "tests/sums.yml", text: "severity: warn\ntags: [money]" },
        { file: "tests/lost.yml", text: "severity: warn" },
      ],
      macros,
    );
    expect(tests).toMatchObject([{ name: "sums", severity: "warn", tags: ["money"] }]);
    expect(diagnostics).toMatchObject([
      { code: "TEST_WITHOUT_SQL", place: { file: "tests/lost.yml" } },
    ]);
  });
});

describe("a source", () => {
  const source = (table: string) =>
    parseSources([
      {
        file: "sources/oltp.yml",
        text: `source: oltp\nconnector: postgres\nconnection: oltp\ntables:\n  - name: customer\n${table}`,
      },
    ]).diagnostics.map(({ message, place }) => `${place?.line ?? 0}: ${message}`);

  test("with a key, cursor or column that contradicts its columns is refused", () => {
    expect(
      source(
        "    key: [idd]\n    extract: incremental\n    cursor: id\n    columns:\n      - { name: id, type: integer }\n      - { name: id, type: text }\n",
      ),
    ).toEqual([
      '8: The cursor "id" is no timestamp.',
      '11: "id" is declared twice in tables[0].columns.',
      '6: raw.customer declares no column "idd".',
    ]);
    expect(
      source(
        "    key: [id]\n    extract: incremental\n    columns: [{ name: id, type: integer }]\n",
      ),
    ).toEqual(["5: customer is extracted incrementally but names no cursor."]);
  });
});
