import { describe, expect, test } from "@jest/globals";
import type { z } from "zod";
import { modelSchema } from "./schema/model.ts";
import { pipelinesSchema } from "./schema/pipelines.ts";
import { sourceSchema } from "./schema/source.ts";
import { readYaml } from "./yaml-file.ts";

const model = "grain: One row.\ncolumns:\n  - name: id\n    type: integer\n";

function problems(text: string, schema: z.ZodType = modelSchema): unknown[] {
  return readYaml({ file: "models/gold/sales.yml", text }, schema).diagnostics.map(
    ({ code, message, place, hint }) => ({
      code,
      message,
      at: `${place?.line ?? 0}:${place?.column ?? 0}`,
      hint,
    }),
  );
}

describe("YAML that cannot be read", () => {
  test.each([
    ["a tab", "grain: x\ncolumns:\n\t- name: id", "3:1", "A tab cannot indent YAML."],
    ["a setting twice", `${model}grain: y\n`, "5:1", "This setting stands here twice."],
    ["two documents", `${model}---\na: 1\n`, "5:1", "A file holds one YAML document."],
    ["an unknown anchor", "grain: *nothing\n", "1:8", "The anchor &nothing is not set"],
    ["an unknown tag", "grain: !text x\n", "1:8", "Unresolved tag: !text."],
    ["a list as a name", "? [a]\n: 1\n", "1:3", "A setting's name must be a text."],
  ])("%s is reported at its place", (_, text, at, message) => {
    expect(problems(text)).toMatchObject([
      { code: "YAML_SYNTAX", at, message: expect.stringContaining(message) },
    ]);
  });

  test("aliases that would blow up memory are refused", () => {
    const levels = Array.from({ length: 12 }, (_, level) =>
      level === 0 ? "a0: &a0 [x, x]" : `a${level}: &a${level} [${`*a${level - 1}, `.repeat(9)}]`,
    );
    expect(problems(levels.join("\n"))).toMatchObject([
      { message: expect.stringContaining("Excessive alias count") },
    ]);
  });

  test.each([
    ["a list", "- name: id\n"],
    ["a text", "# models\nsales\n"],
    ["a number", "12\n"],
  ])("a file that is %s gets one clear error", (_, text) => {
    expect(problems(text)).toMatchObject([
      { code: "YAML_SCHEMA", message: "The file must be a mapping of settings." },
    ]);
  });
});

describe("YAML that says something wrong", () => {
  test("an empty file, or one of comments only, is told what it lacks", () => {
    for (const text of ["", "# nothing yet\n", "---\n"]) {
      expect(problems(text)).toMatchObject([
        { message: "columns is missing; it is a list." },
        { message: "grain is missing; it is a text." },
      ]);
    }
  });

  test("an unknown setting is reported at its name, with what was meant", () => {
    expect(problems(`${model}    tpye: x\nmaterialised: table\n`)).toEqual([
      {
        code: "YAML_SCHEMA",
        message: 'Unknown setting "tpye" in columns[0].',
        at: "5:5",
        hint: 'Did you mean "type"?',
      },
      {
        code: "YAML_SCHEMA",
        message: 'Unknown setting "materialised".',
        at: "6:1",
        hint: 'Did you mean "materialized"?',
      },
    ]);
  });

  test("an unknown setting that resembles none lists those there are", () => {
    expect(problems(`${model}colour: red\n`)).toMatchObject([
      {
        hint: expect.stringMatching(
          /^Known here: description, tags, owner, key, .*materialized, strategy/,
        ),
      },
    ]);
  });

  test("suggestions reach into lists, named entries and the forms of a connector", () => {
    const source = `source: shop\nconnection: shop\nconnector: dynamodb\ndynamodb_table: t\ntables:\n  - name: cart\n    key: [id]\n    sort_key_prefix: CART\n    sort_key_prefx: CART\n    columns:\n      - { name: id, type: bigint, form: sk }\n`;
    expect(problems(source, sourceSchema)).toMatchObject([
      { hint: 'Did you mean "sort_key_prefix"?', at: "9:5" },
      {
        message: 'Unknown setting "form" in tables[0].columns[0].',
        hint: 'Did you mean "from"?',
        at: "11:35",
      },
    ]);
    const pipelines = `project: p\ndefault_target: local\ntargets:\n  local:\n    engine: duckdb\n    warehouse: w\n    lake: l\n    thread: 2\n    connections:\n      oltp: { connector: postgres, url: x, ulr: y }\nmodels:\n  gold: { materialised: table }\n`;
    expect(problems(pipelines, pipelinesSchema)).toMatchObject([
      { hint: 'Did you mean "threads"?', at: "8:5" },
      { hint: 'Did you mean "url"?', at: "10:44" },
      { hint: 'Did you mean "materialized"?', at: "12:11" },
    ]);
  });

  test("a target's setting with a broken template is reported at the setting", () => {
    const text = `project: p\ndefault_target: a\ntargets:\n  a:\n    engine: duckdb\n    lake: l\n    warehouse: '{{env "HOME"'\n`;
    expect(problems(text, pipelinesSchema)).toMatchObject([
      {
        message: expect.stringContaining("targets.a.warehouse: The template breaks off"),
        at: "7:16",
      },
    ]);
  });

  test("a value of the wrong kind is reported at the value, with what it should be", () => {
    expect(problems("grain: 3\ncolumns: id\ntags: [a, 1]\nkey: []\n")).toMatchObject([
      { message: "grain must be a text, not the number 3.", at: "1:8" },
      { message: 'columns must be a list, not "id".', at: "2:10" },
      { message: "tags[1] must be a text, not the number 1.", at: "3:11" },
      { message: "key must not be empty.", at: "4:6" },
    ]);
  });

  test("a value that is none of those allowed is told which they are", () => {
    expect(problems(`${model}materialized: tabel\n`)).toMatchObject([
      {
        message:
          'materialized must be one of table, view, ephemeral, incremental, snapshot, not "tabel".',
        hint: 'Did you mean "table"?',
        at: "5:15",
      },
    ]);
    expect(
      problems("source: a\nconnection: b\nconnector: postgre\ntables: []\n", sourceSchema),
    ).toMatchObject([
      {
        message: 'connector must be one of postgres, dynamodb, dynamodb_export, not "postgre".',
        at: "3:12",
      },
    ]);
  });

  test("a type that is none, and a name that Redshift would fold, are reported at their places", () => {
    expect(problems("grain: x\ncolumns:\n  - { name: Id, type: 'numeric(40,2)' }\n")).toMatchObject(
      [
        { message: expect.stringContaining("must be lower snake case"), at: "3:13" },
        { message: expect.stringContaining('"numeric(40,2)" is no column type'), at: "3:23" },
      ],
    );
  });

  test("a test that is neither a name nor a mapping says what it may be", () => {
    expect(problems(`${model}tests: [3]\n`)).toMatchObject([
      { message: "tests[0] must be a text or a mapping of settings, not the number 3.", at: "5:9" },
    ]);
  });
});

test("Windows line ends change neither values nor places", () => {
  const text = `${model}materialised: table\n`.replaceAll("\n", "\r\n");
  expect(problems(text)).toMatchObject([{ at: "5:1" }]);
  const read = readYaml({ file: "m.yml", text: model.replaceAll("\n", "\r\n") }, modelSchema);
  expect(read.value?.value).toMatchObject({ grain: "One row.", columns: [{ name: "id" }] });
});
