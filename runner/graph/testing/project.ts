import fc from "fast-check";
import type { SingularTest } from "../../core/data-test.ts";
import type { Model, Seed } from "../../core/node.ts";
import type { SourceTable } from "../../core/source-table.ts";
import type { TemplateRef } from "../../core/template.ts";
import type { RelationName } from "../../core/relation.ts";
import { baseName } from "../../core/relation.ts";
import type { Graph } from "../graph.ts";
import { link } from "../link.ts";

const column = (name: string, file: string) => ({
  name,
  type: { kind: "integer" as const },
  nullable: false,
  description: "",
  place: { file, line: 3, column: 5 },
});

function template(file: string, refs: readonly string[]) {
  const found = refs.map((name, index): TemplateRef => {
    return { kind: "ref", name, place: { file, line: index + 1, column: 1 } };
  });
  return { file, text: refs.map((name) => `{{ref "${name}"}}`).join("\n"), refs: found };
}

/** A model that reads `refs`. */
export function model(
  relation: RelationName,
  refs: readonly string[] = [],
  rest: Partial<Model> = {},
): Model {
  const file = `models/${relation.replace(".", "/")}.sql`;
  return {
    kind: "model",
    relation,
    description: "",
    grain: "one row",
    key: ["id"],
    tags: [],
    place: { file, line: 1, column: 1 },
    template: template(file, refs),
    materialization: { type: "table" },
    columns: [column("id", file)],
    ...rest,
  };
}

export function sourceTable(table: string, rest: { readonly source?: string } = {}): SourceTable {
  const file = "sources/oltp.yml";
  return {
    kind: "source",
    relation: `raw.${table}`,
    source: rest.source ?? "oltp",
    table,
    description: "",
    tags: [],
    place: { file, line: 1, column: 1 },
    key: ["id"],
    columns: [column("id", file)],
    extract: { mode: "full" },
    connection: "oltp",
    connector: "postgres",
    schema: "public",
  };
}

export function seed(relation: RelationName): Seed {
  const file = `seeds/${baseName(relation)}.csv`;
  return {
    kind: "seed",
    relation,
    file,
    description: "",
    tags: [],
    place: { file, line: 1, column: 1 },
    key: ["id"],
    columns: [column("id", file)],
    rows: [["1"]],
    checksum: "",
  };
}

/** A query in `tests/` over `refs`. */
export function dataTest(
  name: string,
  refs: readonly string[],
  severity: "error" | "warn" = "error",
): SingularTest {
  const file = `tests/${name}.sql`;
  return {
    kind: "test",
    form: "singular",
    name,
    description: "",
    tags: [],
    severity,
    place: { file, line: 1, column: 1 },
    template: template(file, refs),
  };
}

/** Projects without a cycle: each model reads some of those before it, and tests read any of them. */
export const projects: fc.Arbitrary<{
  readonly models: readonly Model[];
  readonly tests: readonly SingularTest[];
}> = fc
  .record({
    reads: fc.array(fc.array(fc.nat(), { maxLength: 3 }), { minLength: 1, maxLength: 12 }),
    tested: fc.array(fc.array(fc.nat(), { minLength: 1, maxLength: 3 }), { maxLength: 8 }),
  })
  .map(({ reads, tested }) => {
    const name = (index: number): RelationName => `gold.m${String(index).padStart(2, "0")}`;
    const distinct = (indexes: readonly number[], below: number) => [
      ...new Set(below === 0 ? [] : indexes.map((index) => name(index % below))),
    ];
    return {
      models: reads.map((indexes, index) => model(name(index), distinct(indexes, index))),
      tests: tested.map((indexes, index) => dataTest(`t${index}`, distinct(indexes, reads.length))),
    };
  });

/** Links a project that is known to be sound. */
export function graphOf(nodes: Partial<Parameters<typeof link>[0]>): Graph {
  const { graph, diagnostics } = link({ sources: [], seeds: [], models: [], tests: [], ...nodes });
  if (diagnostics.length > 0) throw new Error(diagnostics.map(({ message }) => message).join("\n"));
  return graph;
}
