import { z } from "zod";
import { didYouMean } from "../core/closest.ts";
import type { Diagnostic } from "../core/diagnostic.ts";
import type { Assertion, GenericTest } from "../core/node.ts";
import { parseRelationName } from "../core/relation.ts";
import type { RelationName } from "../core/relation.ts";
import { columnTests, tableTests } from "./schema/tests.ts";
import type { YamlFile, YamlPath } from "./yaml_file.ts";

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
}

/**
 * The generic tests of one relation. A key is tested without being asked: unique as a whole and not null
 * in each column. The same assertion declared twice is one test.
 */
export function readGenericTests(
  reader: Reader,
  declared: TestDeclarations,
  path: YamlPath,
): readonly GenericTest[] {
  const tests = new Map<string, GenericTest>();
  const add = (assertion: Assertion, options: TestOptions, testPath: YamlPath) => {
    const name = testName(reader.relation, assertion);
    const previous = tests.get(name);
    if (previous !== undefined && previous.severity === "error") return;
    tests.set(name, {
      kind: "test",
      form: "generic",
      name,
      description: "",
      tags: reader.tags,
      place: reader.yaml.place(testPath),
      relation: reader.relation,
      assertion,
      severity: options.severity,
      where: options.where,
    });
  };

  declared.columns.forEach((column, columnIndex) => {
    column.tests.forEach((entry, index) => {
      const testPath = [...path, "columns", columnIndex, "tests", index];
      const read = readEntry(reader, entry, columnTests, testPath);
      if (read !== undefined) add(columnAssertion(read, column.name), read.options, testPath);
    });
  });
  declared.tests.forEach((entry, index) => {
    const testPath = [...path, "tests", index];
    const read = readEntry(reader, entry, tableTests, testPath);
    if (read === undefined) return;
    const assertion = tableAssertion(read);
    if (assertion.type === "unique") checkColumns(reader, assertion.columns, testPath);
    add(assertion, read.options, testPath);
  });

  const keyPath = [...path, "key"];
  checkColumns(reader, declared.key, keyPath);
  const always: TestOptions = { severity: "error" };
  if (declared.key.length > 0) add({ type: "unique", columns: declared.key }, always, keyPath);
  for (const column of declared.key) add({ type: "not_null", column }, always, keyPath);

  for (const test of tests.values()) checkTarget(reader, test);
  return [...tests.values()];
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
  const schema = known[type];
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
    for (const issue of checked.error.issues) {
      reader.diagnostics.push(
        reader.yaml.diagnostic("YAML_SCHEMA", path, `${type}: ${issue.message}.`),
      );
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

function checkColumns(reader: Reader, columns: readonly string[], path: YamlPath): void {
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
      return `row_count.${relation}`;
  }
}
