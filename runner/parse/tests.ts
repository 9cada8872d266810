import { z } from "zod";
import { didYouMean } from "../core/closest.ts";
import type { Diagnostic } from "../core/diagnostic.ts";
import type { Assertion, GenericTest } from "../core/node.ts";
import { parseRelationName } from "../core/relation.ts";
import type { RelationName } from "../core/relation.ts";
import { explainIssue } from "./schema-problem.ts";
import { columnTests, tableTests } from "./schema/tests.ts";
import type { YamlFile } from "./yaml-file.ts";
import type { YamlPath } from "./yaml-path.ts";

type TestEntry = string | Record<string, Record<string, unknown>>;

interface Reader {
  readonly yaml: YamlFile<unknown>;
  readonly relation: RelationName;
  readonly columnNames: readonly string[];
  readonly tags: readonly string[];
  readonly diagnostics: Diagnostic[];
}

/** A relation's declarations of tests: those of each column, those of the table, and its key. */
export interface TestDeclarations {
  readonly key: readonly string[];
  readonly columns: readonly { readonly name: string; readonly tests: readonly TestEntry[] }[];
  readonly tests: readonly TestEntry[];
  /** What tells one row of a snapshot's query from another: its versions are tested without being asked. */
  readonly versions?: readonly string[];
}

/**
 * The generic tests of one relation. A key is tested without being asked: unique as a whole and not null
 * in each column. The same assertion about the same rows declared twice is one test, as strict as the stricter.
 */
export function readGenericTests(
  reader: Reader,
  declared: TestDeclarations,
  path: YamlPath,
): readonly GenericTest[] {
  const tests = new DistinctTests(reader);
  const keyPath = [...path, "key"];
  checkColumns(reader, declared.key, keyPath);
  const always: TestOptions = { severity: "error" };
  if (declared.key.length > 0) {
    tests.add({ type: "unique", columns: declared.key }, always, keyPath);
  }
  for (const column of declared.key) tests.add({ type: "not_null", column }, always, keyPath);
  if (declared.versions !== undefined) {
    tests.add({ type: "snapshot_versions", key: declared.versions }, always, keyPath);
  }

  declared.columns.forEach((column, columnIndex) => {
    column.tests.forEach((entry, index) => {
      const testPath = [...path, "columns", columnIndex, "tests", index];
      const read = readEntry(reader, entry, columnTests, testPath);
      if (read !== undefined) tests.add(columnAssertion(read, column.name), read.options, testPath);
    });
  });
  declared.tests.forEach((entry, index) => {
    const testPath = [...path, "tests", index];
    const read = readEntry(reader, entry, tableTests, testPath);
    if (read === undefined) return;
    const assertion = tableAssertion(read);
    if (assertion.type === "unique") checkColumns(reader, assertion.columns, testPath);
    tests.add(assertion, read.options, testPath);
  });
  const all = tests.all();
  for (const test of all) checkTarget(reader, test);
  return all;
}

/** Tests of one relation, each under a name of its own. */
class DistinctTests {
  readonly #reader: Reader;
  readonly #byMeaning = new Map<string, GenericTest>();
  readonly #names = new Set<string>();

  constructor(reader: Reader) {
    this.#reader = reader;
  }

  add(assertion: Assertion, { severity, where }: TestOptions, path: YamlPath): void {
    const meaning = JSON.stringify([assertion, where]);
    const same = this.#byMeaning.get(meaning);
    if (same !== undefined) {
      if (severity === "error") this.#byMeaning.set(meaning, { ...same, severity });
      return;
    }
    const { relation, tags, yaml } = this.#reader;
    this.#byMeaning.set(meaning, {
      kind: "test",
      form: "generic",
      name: this.#freeName(testName(relation, assertion)),
      description: "",
      tags,
      place: yaml.place(path),
      relation,
      assertion,
      severity,
      where,
    });
  }

  all(): readonly GenericTest[] {
    return [...this.#byMeaning.values()];
  }

  /** Tests that differ only in an operator or a condition have one name by their words; the later ones get a number. */
  #freeName(wanted: string): string {
    let name = wanted;
    for (let number = 2; this.#names.has(name); number += 1) name = `${wanted}.${number}`;
    this.#names.add(name);
    return name;
  }
}

interface TestOptions {
  readonly severity: "error" | "warn";
  readonly where?: string;
}

type Read<Known extends Record<string, z.ZodType>> = {
  [Name in keyof Known]: { readonly type: Name; readonly options: z.output<Known[Name]> };
}[keyof Known];

function readEntry<Known extends Record<string, z.ZodType>>(
  reader: Reader,
  entry: TestEntry,
  known: Known,
  path: YamlPath,
): Read<Known> | undefined {
  const pairs = typeof entry === "string" ? [[entry, {}] as const] : Object.entries(entry);
  const [pair, ...others] = pairs;
  if (pair === undefined || others.length > 0) {
    reader.diagnostics.push(
      reader.yaml.diagnostic(
        "YAML_SCHEMA",
        path,
        "A test is one name, or one name with its settings.",
      ),
    );
    return undefined;
  }
  const [type, settings] = pair;
  const schema = Object.hasOwn(known, type) ? known[type] : undefined;
  if (schema === undefined) {
    const names = Object.keys(known);
    reader.diagnostics.push(
      reader.yaml.diagnostic(
        "TEST_UNKNOWN",
        path,
        `Unknown data test "${type}".`,
        didYouMean(type, names, `Known here: ${names.join(", ")}.`),
      ),
    );
    return undefined;
  }
  const checked = schema.safeParse(settings);
  if (!checked.success) {
    const problems = checked.error.issues.flatMap((issue) =>
      explainIssue(issue, schema, settings, type),
    );
    for (const problem of problems) {
      const place: YamlPath = [...path, type, ...problem.path];
      const { message: cause } = problem;
      const message = cause.startsWith(type) ? cause : `${type}: ${cause}`;
      reader.diagnostics.push(reader.yaml.diagnostic("YAML_SCHEMA", place, message, problem.hint));
    }
    return undefined;
  }
  return { type, options: checked.data } as Read<Known>;
}

function columnAssertion(read: Read<typeof columnTests>, column: string): Assertion {
  switch (read.type) {
    case "not_null":
      return { type: "not_null", column };
    case "unique":
      return { type: "unique", columns: [column] };
    case "accepted_values":
      return { type: "accepted_values", column, values: read.options.values };
    case "relationships":
      return {
        type: "relationships",
        column,
        to: read.options.to as RelationName,
        field: read.options.field,
      };
    case "not_empty_string":
      return { type: "not_empty_string", column };
    case "range":
      return { type: "range", column, minimum: read.options.min, maximum: read.options.max };
  }
}

function tableAssertion(read: Read<typeof tableTests>): Assertion {
  switch (read.type) {
    case "unique":
      return { type: "unique", columns: read.options.columns };
    case "expression":
      return { type: "expression", expression: read.options.sql };
    case "row_count":
      return { type: "row_count", minimum: read.options.min, maximum: read.options.max };
  }
}

/** Reports the columns that a relation does not declare. */
export function checkColumns(reader: Reader, columns: readonly string[], path: YamlPath): void {
  for (const column of columns) {
    if (reader.columnNames.includes(column)) continue;
    reader.diagnostics.push(
      reader.yaml.diagnostic(
        "YAML_SCHEMA",
        path,
        `${reader.relation} declares no column "${column}".`,
        didYouMean(column, reader.columnNames),
      ),
    );
  }
}

function checkTarget(reader: Reader, test: GenericTest): void {
  if (test.assertion.type !== "relationships") return;
  if (parseRelationName(test.assertion.to) !== undefined) return;
  reader.diagnostics.push({
    code: "REF_UNKNOWN",
    message: `"${test.assertion.to}" is no relation.`,
    place: test.place,
    hint: 'Write "zone.name", such as gold.customer.',
  });
}

/** A test's name tells what it asserts; expressions, which may be long, are told apart by their text's beginning. */
function testName(relation: RelationName, assertion: Assertion): string {
  switch (assertion.type) {
    case "not_null":
    case "accepted_values":
    case "not_empty_string":
    case "range":
      return `${assertion.type}.${relation}.${assertion.column}`;
    case "unique":
      return `unique.${relation}.${assertion.columns.join("_and_")}`;
    case "relationships":
      return `relationships.${relation}.${assertion.column}`;
    case "expression": {
      const words = assertion.expression.toLowerCase().match(/[a-z0-9_]+/g) ?? [];
      return `expression.${relation}.${words.join("_").slice(0, 80)}`;
    }
    case "row_count":
    case "contract":
    case "snapshot_versions":
      return `${assertion.type}.${relation}`;
  }
}
