import { fileURLToPath } from "node:url";
import { compile } from "../../runner/compile/compile.ts";
import type { CompiledProject } from "../../runner/compile/compile.ts";
import type { SnapshotRules } from "../../runner/core/dialect.ts";
import type { DataTest } from "../../runner/core/data-test.ts";
import type { Model } from "../../runner/core/node.ts";
import type { Column } from "../../runner/core/node-base.ts";
import type { SourceTable } from "../../runner/core/source-table.ts";
import type { Engine, Row } from "../../runner/core/ports.ts";
import { zoneOf } from "../../runner/core/relation.ts";
import type { RelationName, Zone } from "../../runner/core/relation.ts";
import { duckdbDialect as dialect } from "../../runner/dialect/duckdb/dialect.ts";
import { openDuckDb } from "../../runner/engine/duckdb/engine.ts";
import { link } from "../../runner/graph/link.ts";
import { loadHelpers } from "../../runner/load/helpers.ts";
import { loadProjectFiles } from "../../runner/load/project-files.ts";
import { snapshotRules } from "../../runner/core/snapshot-rules.ts";
import { parseProject } from "../../runner/parse/project.ts";

export type RawRow = Readonly<Record<string, string | number | null>>;

const resolve = (relation: RelationName) => relation;

async function readProject(root: string): Promise<CompiledProject> {
  const { project, diagnostics } = parseProject(loadProjectFiles(root));
  if (project === undefined || diagnostics.length > 0) throw new Error(JSON.stringify(diagnostics));
  const linked = link(project);
  const loaded = await loadHelpers(root, project.macros.helperFiles);
  if (linked.diagnostics.length + loaded.diagnostics.length > 0) {
    throw new Error(JSON.stringify([...linked.diagnostics, ...loaded.diagnostics]));
  }
  return compile(linked.graph, {
    partials: project.macros.partials,
    helpers: loaded.helpers,
    helperChecksums: loaded.checksums,
    vars: project.pipelines.value.vars,
    env: {},
  });
}

let compiled: Promise<CompiledProject> | undefined;

/** This project, read from its files once for each test file. */
export function compileProject(): Promise<CompiledProject> {
  compiled ??= readProject(fileURLToPath(new URL("../..", import.meta.url)));
  return compiled;
}

/** This project's models over raw rows that a test writes by hand; built in place, with nothing else of a run. */
export class Warehouse {
  readonly #project: CompiledProject;
  readonly #engine: Engine;

  private constructor(project: CompiledProject, engine: Engine) {
    this.#project = project;
    this.#engine = engine;
  }

  static async open(): Promise<Warehouse> {
    const project = await compileProject();
    const warehouse = new Warehouse(project, await openDuckDb({ file: ":memory:", threads: 1 }));
    for (const zone of ["raw", "cleaned", "work", "gold"]) {
      await warehouse.execute(`create schema if not exists ${zone}`);
    }
    for (const node of project.graph.nodes.values()) {
      if (node.kind === "source") {
        await warehouse.execute(dialect.createTable(node.relation, rawColumns(node)));
      } else if (node.kind === "seed") {
        await warehouse.execute(dialect.createTable(node.relation, node.columns));
        const rows = node.rows.map((row) =>
          node.columns.map(({ type }, index) => dialect.literal(row[index] ?? null, type)),
        );
        for (const insert of dialect.insertRows(node.relation, rows))
          await warehouse.execute(insert);
      }
    }
    return warehouse;
  }

  execute(statement: string): Promise<void> {
    return this.#engine.execute(statement);
  }

  async query(statement: string): Promise<readonly Row[]> {
    return (await this.#engine.query(statement)).rows;
  }

  /** Adds rows as if they had been extracted at that moment; columns that a row leaves out are null. */
  async extract(
    extractedAt: string,
    tables: Readonly<Record<string, readonly RawRow[]>>,
  ): Promise<void> {
    for (const [name, rows] of Object.entries(tables)) {
      const node = this.#project.graph.nodes.get(`raw.${name}`);
      if (node?.kind !== "source") throw new Error(`raw.${name} is no source table`);
      const values = rows.map((row) =>
        rawColumns(node).map((column) => {
          const value = column.name === "_extracted_at" ? extractedAt : (row[column.name] ?? null);
          return dialect.literal(value === null ? null : String(value), column.type);
        }),
      );
      for (const insert of dialect.insertRows(node.relation, values)) await this.execute(insert);
    }
  }

  /** Builds all models, or those of one zone. */
  async build(
    options: { readonly fullRefresh?: boolean; readonly zone?: Zone } = {},
  ): Promise<void> {
    const { fullRefresh = false, zone } = options;
    for (const node of this.#project.graph.nodes.values()) {
      if (node.kind !== "model" || (zone !== undefined && zoneOf(node.relation) !== zone)) continue;
      await this.#buildModel(node, fullRefresh);
    }
  }

  async #buildModel(model: Model, fullRefresh: boolean): Promise<void> {
    const { relation, materialization } = model;
    const context = { dialect: dialect.name, resolve, self: relation };
    const query = this.#project.modelQuery(model, context);
    if (materialization.type === "view") {
      return this.execute(`create or replace view ${relation} as ${query}`);
    }
    const since = fullRefresh ? undefined : await this.#highestCursor(model);
    const isMerged = materialization.type === "incremental" && materialization.strategy === "merge";
    if (!isMerged || since === undefined) {
      return this.execute(
        `create or replace table ${relation} as ${firstVersions(model, query) ?? query}`,
      );
    }
    const increment = { since: `cast('${since}' as timestamp)`, until: "cast(null as timestamp)" };
    const changes = this.#project.modelQuery(model, { ...context, increment });
    const key = model.columns.filter(({ name }) => materialization.key.includes(name));
    const merged = dialect.mergedQuery({
      published: relation,
      delta: "increment",
      replace: {
        by: "values",
        columns: key.map(({ name, type }) => ({ name, type, nullable: false })),
      },
      columns: model.columns.map((column) => column.name),
    });
    await this.execute(`create or replace table increment as ${changes}`);
    await this.execute(`create or replace table merged as ${merged}`);
    await this.execute(`create or replace table ${relation} as select * from merged`);
  }

  async #highestCursor({ relation, materialization }: Model): Promise<string | undefined> {
    const [zone, name] = relation.split(".");
    const known = await this.query(
      `select 1 from information_schema.tables where table_schema = '${zone}' and table_name = '${name}'`,
    );
    if (known.length === 0 || materialization.type !== "incremental") return undefined;
    const [row] = await this.query(
      `select cast(max(${materialization.cursor}) as varchar) as highest from ${relation}`,
    );
    return typeof row?.highest === "string" ? row.highest : undefined;
  }

  /** The names of the data tests that return rows, among those that `only` lists. */
  async failing(
    severity: DataTest["severity"] = "error",
    only?: readonly string[],
  ): Promise<string[]> {
    const names: string[] = [];
    for (const node of this.#project.graph.nodes.values()) {
      if (node.kind !== "test" || node.severity !== severity || isAboutExtraction(node)) continue;
      if (only !== undefined && !only.includes(node.name)) continue;
      const rows = await this.query(
        this.#project.testQuery(node, { dialect: dialect.name, resolve }),
      );
      if (rows.length > 0) names.push(node.name);
    }
    return names;
  }

  /** What the tests that hold a relation against its source would compare, by the test's name. */
  async sourceTotals(relation: RelationName): Promise<Readonly<Record<string, string>>> {
    const totals: Record<string, string> = {};
    for (const node of this.#project.graph.nodes.values()) {
      if (node.kind !== "test" || node.form !== "generic" || node.relation !== relation) continue;
      if (!isAboutExtraction(node)) continue;
      const query = this.#project.testQuery(node, { dialect: dialect.name, resolve });
      totals[node.name] = JSON.stringify(await this.query(query), (_, value: unknown) =>
        typeof value === "bigint" ? String(value) : value,
      );
    }
    return totals;
  }

  close(): Promise<void> {
    return this.#engine.close();
  }
}

/** How a snapshot finds versions in a run of that day; undefined for any other model. */
export function rulesOf(model: Model, day: string): SnapshotRules | undefined {
  const { materialization } = model;
  if (materialization.type !== "snapshot") return undefined;
  const now = dialect.literal(`${day} 00:00:00`, { kind: "timestamp" });
  return snapshotRules({ ...model, materialization }, now);
}

/** A snapshot's first versions, in words that every engine reads alike; undefined for any other model. */
export function firstVersions(model: Model, query: string): string | undefined {
  const rules = rulesOf(model, "2026-06-01");
  return rules && dialect.firstVersions(`(${query})`, rules);
}

/** Rows that a test writes by hand were never extracted, so nobody has their control totals. */
export function isAboutExtraction(test: DataTest): boolean {
  if (test.form === "singular" || test.assertion.type !== "equal_totals") return false;
  return test.assertion.with.kind === "source";
}

/** A raw relation's columns: the declared ones and the moment of extraction. */
export function rawColumns(table: SourceTable): readonly Pick<Column, "name" | "type">[] {
  return [...table.columns, { name: "_extracted_at", type: { kind: "timestamptz" } }];
}
