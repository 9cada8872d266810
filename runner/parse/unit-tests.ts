import path from "node:path";
import type { Diagnostic } from "../core/diagnostic.ts";
import type { GivenRows, UnitTest } from "../core/unit-test.ts";
import { parseRelationName } from "../core/relation.ts";
import type { RelationName } from "../core/relation.ts";
import type { TextFile } from "../load/project-files.ts";
import { reportTwice } from "./contract.ts";
import { FixtureReader } from "./fixture-rows.ts";
import type { Fixtures } from "./fixture-rows.ts";
import { unitTestFileSchema } from "./schema/unit-tests.ts";
import type { ModelUnitTest } from "./schema/unit-tests.ts";
import { parseTemplate } from "./template.ts";
import type { MacroNames } from "./template.ts";
import { readYaml } from "./yaml-file.ts";
import type { YamlFile } from "./yaml-file.ts";
import type { YamlPath } from "./yaml-path.ts";

interface ModelReader {
  readonly yaml: YamlFile<{ readonly unit_tests: readonly ModelUnitTest[] }>;
  readonly relation: RelationName;
  readonly tags: readonly string[];
  readonly fixtures: Fixtures;
  readonly diagnostics: Diagnostic[];
}

/** The unit tests in a model's YAML. */
export function readUnitTests(reader: ModelReader): readonly UnitTest[] {
  const { yaml, relation, tags, fixtures, diagnostics } = reader;
  const declared = yaml.value.unit_tests;
  if (declared.length === 0) return [];
  reportTwice(yaml, declared, ["unit_tests"], diagnostics);
  const rows = new FixtureReader(yaml.file, fixtures, diagnostics);
  return declared.map((test, index): UnitTest => {
    const at: YamlPath = ["unit_tests", index];
    return {
      kind: "unit_test",
      name: `${relation}.${test.name}`,
      description: test.description,
      tags: [...new Set([...tags, ...test.tags])],
      place: yaml.place([...at, "name"]),
      subject: { kind: "model", relation },
      given: test.given.map((given, number) => ({
        input: given.this === true ? { kind: "this" } : inputOf(given),
        rows: rows.read(given, [...at, "given", number]),
        place: yaml.place([...at, "given", number]),
      })),
      expected: {
        rows: rows.read(test.expect, [...at, "expect"]),
        place: yaml.place([...at, "expect"]),
      },
      vars: test.vars,
      now: test.now,
      since: test.since,
      until: test.until,
    };
  });
}

/** `ref: oltp.customer` is as clear as `source: oltp.customer`: only a relation begins with a zone. */
function inputOf(given: { readonly ref?: string; readonly source?: string }): GivenRows["input"] {
  const name = given.ref ?? given.source ?? "";
  return { kind: parseRelationName(name) === undefined ? "source" : "ref", name };
}

export interface ParsedUnitTests {
  readonly tests: readonly UnitTest[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Each `tests/unit/<file>.yml` holds tests of queries over given rows: what macros are tested with. */
export function parseUnitTestFiles(
  files: readonly TextFile[],
  macros: MacroNames,
  fixtures: Fixtures,
): ParsedUnitTests {
  const diagnostics: Diagnostic[] = [];
  const tests = files.flatMap((file): readonly UnitTest[] => {
    const parsed = readYaml(file, unitTestFileSchema);
    diagnostics.push(...parsed.diagnostics);
    if (parsed.value === undefined) return [];
    const yaml = parsed.value;
    const { unit_tests: declared, tags } = yaml.value;
    reportTwice(yaml, declared, ["unit_tests"], diagnostics);
    const rows = new FixtureReader(file, fixtures, diagnostics);
    const stem = path.posix.basename(file.file).replace(/\.ya?ml$/, "");
    return declared.map((test, index): UnitTest => {
      const at: YamlPath = ["unit_tests", index];
      const text = rows.textInPlace([...at, "sql"]);
      const parsedSql = parseTemplate({ file: file.file, text }, macros);
      diagnostics.push(...parsedSql.diagnostics);
      return {
        kind: "unit_test",
        name: `${stem}.${test.name}`,
        description: test.description,
        tags: [...new Set([...tags, ...test.tags])],
        place: yaml.place([...at, "name"]),
        subject: {
          kind: "query",
          template: parsedSql.template,
          columns: columnsOf(test.expect.columns),
        },
        given: test.given.map((given, number) => ({
          input:
            given.columns === undefined
              ? inputOf(given)
              : { kind: "inline", name: given.name, columns: columnsOf(given.columns) },
          rows: rows.read(given, [...at, "given", number]),
          place: yaml.place([...at, "given", number]),
        })),
        expected: {
          rows: rows.read(test.expect, [...at, "expect"]),
          place: yaml.place([...at, "expect"]),
        },
        vars: test.vars,
      };
    });
  });
  return { tests, diagnostics };
}

function columnsOf<Type>(columns: Readonly<Record<string, Type>>) {
  return Object.entries(columns).map(([name, type]) => ({ name, type }));
}
