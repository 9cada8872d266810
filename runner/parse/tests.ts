import type { z } from "zod";
import { didYouMean } from "../core/closest.ts";
import type { Assertion, GenericTest, TestSettings } from "../core/data-test.ts";
import { parseRelationName } from "../core/relation.ts";
import { columnAssertion, tableAssertion } from "./assertions.ts";
import type { ReadTest } from "./assertions.ts";
import { DistinctTests } from "./distinct-tests.ts";
import { readMacroTest } from "./macro-test.ts";
import { columnTests, tableTests } from "./schema/tests.ts";
import { checkColumns, checkSettings, testSettings } from "./test-reader.ts";
import type { TestEntry, TestReader } from "./test-reader.ts";
import type { YamlPath } from "./yaml-path.ts";

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
  reader: TestReader,
  declared: TestDeclarations,
  path: YamlPath,
): readonly GenericTest[] {
  const tests = new DistinctTests(reader.relation, reader.tags);
  const add = (assertion: Assertion, settings: TestSettings, at: YamlPath) => {
    tests.add(assertion, settings, reader.yaml.place(at));
  };
  const keyPath = [...path, "key"];
  checkColumns(reader, declared.key, keyPath);
  const always: TestSettings = { severity: "error" };
  if (declared.key.length > 0) add({ type: "unique", columns: declared.key }, always, keyPath);
  for (const column of declared.key) add({ type: "not_null", column }, always, keyPath);
  if (declared.versions !== undefined) {
    add({ type: "snapshot_versions", key: declared.versions }, always, keyPath);
  }

  declared.columns.forEach((column, columnIndex) => {
    column.tests.forEach((entry, index) => {
      const testPath = [...path, "columns", columnIndex, "tests", index];
      const own = readMacroTest(reader, entry, testPath, column.name);
      if (own !== undefined) {
        if (own.assertion !== undefined) add(own.assertion, own.settings, testPath);
        return;
      }
      const read = readEntry(reader, entry, columnTests, testPath);
      if (read === undefined) return;
      const assertion = columnAssertion(read, column.name);
      add(assertion, testSettings(read.options, assertion), testPath);
    });
  });
  declared.tests.forEach((entry, index) => {
    const testPath = [...path, "tests", index];
    const own = readMacroTest(reader, entry, testPath);
    if (own !== undefined) {
      if (own.assertion !== undefined) add(own.assertion, own.settings, testPath);
      return;
    }
    const read = readEntry(reader, entry, tableTests, testPath);
    if (read === undefined) return;
    const assertion = tableAssertion(read);
    if (assertion.type === "unique") checkColumns(reader, assertion.columns, testPath);
    add(assertion, testSettings(read.options, assertion), testPath);
  });
  const all = tests.all();
  for (const test of all) checkTarget(reader, test);
  return all;
}

function readEntry<Known extends Record<string, z.ZodType>>(
  reader: TestReader,
  entry: TestEntry,
  known: Known,
  path: YamlPath,
): ReadTest<Known> | undefined {
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
    const names = [...Object.keys(known), ...reader.macros.keys()];
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
  const checked = checkSettings(reader, schema, { type, settings, path });
  return checked === undefined ? undefined : ({ type, options: checked } as ReadTest<Known>);
}

function checkTarget(reader: TestReader, test: GenericTest): void {
  if (test.assertion.type !== "relationships") return;
  if (parseRelationName(test.assertion.to) !== undefined) return;
  reader.diagnostics.push({
    code: "REF_UNKNOWN",
    message: `"${test.assertion.to}" is no relation.`,
    place: test.place,
    hint: 'Write "zone.name", such as gold.customer.',
  });
}
