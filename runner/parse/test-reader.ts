import type { z } from "zod";
import { didYouMean } from "../core/closest.ts";
import type { Diagnostic } from "../core/diagnostic.ts";
import type { Assertion, TestSettings } from "../core/data-test.ts";
import type { RelationName } from "../core/relation.ts";
import { explainIssue } from "./schema-problem.ts";
import type { testModifiersSchema } from "./schema/tests.ts";
import type { TestMacro } from "./test-macros.ts";
import type { YamlFile } from "./yaml-file.ts";
import type { YamlPath } from "./yaml-path.ts";

export type TestEntry = string | Record<string, Record<string, unknown>>;

export interface TestReader {
  readonly yaml: YamlFile<unknown>;
  readonly relation: RelationName;
  readonly columnNames: readonly string[];
  readonly tags: readonly string[];
  /** The project's own generic tests by name. */
  readonly macros: ReadonlyMap<string, TestMacro>;
  readonly diagnostics: Diagnostic[];
}

type Modifiers = Partial<z.output<typeof testModifiersSchema>>;

/** A test's settings as its YAML gives them. The ages of a freshness test say what is an error and what a warning. */
export function testSettings(options: Modifiers, assertion?: Assertion): TestSettings {
  const isOnlyWarned = assertion?.type === "freshness" && assertion.errorAfterSeconds === undefined;
  return {
    severity: options.severity ?? (isOnlyWarned ? "warn" : "error"),
    where: options.where,
    warnIf: options.warn_if,
    errorIf: options.error_if,
    limit: options.limit,
    storeFailures: options.store_failures,
    newRowsOnly: options.new_rows_only,
  };
}

/** Holds the settings of one entry against a schema and reports what does not fit at its own place. */
export function checkSettings<Schema extends z.ZodType>(
  reader: TestReader,
  schema: Schema,
  entry: { readonly type: string; readonly settings: unknown; readonly path: YamlPath },
): z.output<Schema> | undefined {
  const { type, settings, path } = entry;
  const checked = schema.safeParse(settings);
  if (checked.success) return checked.data;
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

/** Reports the columns that a relation does not declare. */
export function checkColumns(reader: TestReader, columns: readonly string[], path: YamlPath): void {
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
