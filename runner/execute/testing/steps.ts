import { production } from "../../core/environment.ts";
import type { DataTest, TestSeverity } from "../../core/data-test.ts";
import type { SourceTable } from "../../core/source-table.ts";
import { baseName, type RelationName } from "../../core/relation.ts";
import type { PublishedRelation } from "../../core/state.ts";
import type { ExtractStep, HookStep, TestStep, WriteStep } from "../../plan/step.ts";

const place = { file: "models/test.yml", line: 1, column: 1 };

/** A model's step that only matters by its name and by what it waits for, unless a test says more. */
export function writeStep(
  relation: RelationName,
  after: readonly string[] = [],
  more: Partial<WriteStep> = {},
): WriteStep {
  const physical = `_physical.${relation.replace(".", "__")}__run1`;
  return {
    kind: "model",
    id: relation,
    after,
    relation,
    place: { file: `models/${relation}.sql`, line: 1, column: 1 },
    mode: "table",
    contract: [],
    key: [],
    write: [],
    candidate: physical,
    publish: [],
    discard: [`drop table if exists ${physical}`],
    published: publishedTable(relation, physical, "run1"),
    ...more,
  };
}

/** What the ledger knows of a table with the one column `id`, unless told otherwise. */
export function publishedTable(
  relation: RelationName,
  physical: string,
  runId: string,
  more: Partial<PublishedRelation> = {},
): PublishedRelation {
  return {
    relation,
    materialization: "table",
    physical,
    definition: `select id from ${physical}`,
    columns: [{ name: "id", type: "integer" }],
    fingerprint: "",
    runId,
    environment: production,
    ...more,
  };
}

export function sourceTable(relation: RelationName): SourceTable {
  return {
    kind: "source",
    connector: "postgres",
    schema: "public",
    relation,
    source: "oltp",
    table: baseName(relation),
    connection: "oltp",
    description: "",
    tags: [],
    place: { file: "sources/oltp.yml", line: 1, column: 1 },
    key: ["id"],
    columns: [],
    extract: { mode: "full" },
  };
}

export function extractStep(source: string, relations: readonly RelationName[]): ExtractStep {
  return {
    kind: "extract",
    id: `extract.${source}`,
    after: [],
    source,
    connection: source,
    tables: relations.map((relation) => ({
      table: sourceTable(relation),
      keptFiles: [],
      knownColumns: [],
      candidate: `_physical.${relation.replace(".", "__")}__run1`,
      fingerprint: "",
    })),
  };
}

export function testStep(
  name: string,
  guards: readonly RelationName[],
  severity: TestSeverity = "error",
  query = "select 1 as broken where 1 = 0",
): TestStep {
  const test: DataTest = {
    kind: "test",
    form: "singular",
    name,
    description: "",
    tags: [],
    place: { ...place, file: `tests/${name}.sql` },
    template: { file: `tests/${name}.sql`, text: query, refs: [] },
    severity,
  };
  return {
    kind: "test",
    id: `test.${name}`,
    after: [...guards],
    test,
    query,
    guards,
    failuresTable: `_failures.${name}`,
    storesFailures: false,
  };
}

/** A hook, of the run or of a relation, that runs this statement. */
export function hookStep(name: string, statement: string, more: Partial<HookStep> = {}): HookStep {
  const file = "pipelines.yaml";
  return {
    kind: "hook",
    id: `hook.${name}`,
    after: [],
    when: "on_run_end",
    template: { file, text: statement, refs: [] },
    place: { ...place, file },
    statement,
    ...more,
  };
}
