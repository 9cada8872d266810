import { compile } from "../../compile/compile.ts";
import { production } from "../../core/environment.ts";
import { parseColumnType } from "../../core/column-type.ts";
import type { Diagnostic } from "../../core/diagnostic.ts";
import type { Materialization } from "../../core/materialization.ts";
import { snapshotColumns } from "../../core/materialization.ts";
import type { DataTest } from "../../core/data-test.ts";
import type { Model } from "../../core/node.ts";
import type { Column } from "../../core/node-base.ts";
import type { Row } from "../../core/ports.ts";
import type { RelationName } from "../../core/relation.ts";
import { duckdbDialect } from "../../dialect/duckdb/dialect.ts";
import { graphOf } from "../../graph/testing/project.ts";
import { parseTemplate } from "../../parse/template.ts";
import { plan } from "../../plan/plan.ts";
import type { PlanRequest } from "../../plan/request.ts";
import type { Plan, WriteStep } from "../../plan/step.ts";
import type { ExecutionResult } from "../execute.ts";
import { openTestWarehouse } from "./warehouse.ts";
import type { TestWarehouse } from "./warehouse.ts";

/** A model whose columns are given as `name type, …`. */
export function modelOf(
  relation: RelationName,
  materialization: Materialization,
  columns: string,
  text: string,
): Model {
  const place = { file: `models/${relation.replace(".", "/")}.sql`, line: 1, column: 1 };
  const declared = columns.split(/, (?![0-9])/).map((entry): Column => {
    const [name = "", ...type] = entry.split(" ");
    const parsed = parseColumnType(type.join(" "));
    if (parsed === undefined) throw new Error(entry);
    return { name, type: parsed, nullable: true, description: "", place };
  });
  const added = snapshotColumns.map((column): Column => ({ ...column, place }));
  const isSnapshot = materialization.type === "snapshot";
  const { template } = parseTemplate(
    { file: place.file, text },
    { helpers: new Set(), partials: new Map() },
  );
  return {
    kind: "model",
    relation,
    description: "",
    grain: "one row",
    key: isSnapshot ? ["snapshot_id"] : [],
    tags: [],
    place,
    template,
    materialization,
    columns: isSnapshot ? [...declared, ...added] : declared,
  };
}

export interface Built extends ExecutionResult {
  readonly plan: Plan;
  /** What the failed steps said. */
  readonly problems: readonly Diagnostic[];
}

/** A warehouse in memory in which models are planned and built as a run would, over tables that a test fills. */
export class TestModels {
  readonly warehouse: TestWarehouse;

  private constructor(warehouse: TestWarehouse) {
    this.warehouse = warehouse;
  }

  static async open(...setup: readonly string[]): Promise<TestModels> {
    const warehouse = await openTestWarehouse();
    for (const statement of setup) await warehouse.engine.execute(statement);
    return new TestModels(warehouse);
  }

  /** Plans the run `run<number>` on the day of that number of March 2026. */
  async plan(
    number: number,
    models: readonly Model[],
    given: Partial<PlanRequest> & { readonly tests?: readonly DataTest[] } = {},
  ): Promise<ReturnType<typeof plan>> {
    const { tests = [], ...request } = given;
    const graph = graphOf({ models, tests });
    const compiled = compile(graph, {
      partials: new Map(),
      helpers: new Map(),
      vars: {},
      env: {},
      helperChecksums: new Map(),
    });
    return plan({
      compiled,
      selected: new Set(graph.nodes.keys()),
      state: await this.warehouse.ledger.state(production),
      dialect: duckdbDialect,
      run: { id: `run${number}`, startedAt: `2026-03-0${number}T00:00:00.000Z` },
      fullRefresh: false,
      ...request,
    });
  }

  async build(...given: Parameters<TestModels["plan"]>): Promise<Built> {
    const { plan: planned, diagnostics } = await this.plan(...given);
    if (diagnostics.length > 0) throw new Error(JSON.stringify(diagnostics));
    const { state } = given[2] ?? {};
    const more = state === undefined ? {} : { state };
    const result = await this.warehouse.execute(given[0], planned.steps, more);
    const problems = result.outcomes.flatMap(({ diagnostic }) => diagnostic ?? []);
    return { ...result, plan: planned, problems };
  }

  rows(query: string): Promise<readonly Row[]> {
    return this.warehouse.rows(query);
  }

  /** The table behind a relation, with its hidden column, row for row. */
  async physicalRows(relation: RelationName): Promise<readonly Row[]> {
    const physical = (await this.warehouse.ledger.state(production)).published.get(
      relation,
    )?.physical;
    return this.rows(`select * from ${physical ?? ""} order by all`);
  }

  execute(...statements: readonly string[]): Promise<void> {
    return this.warehouse.engine.transaction(statements);
  }

  close(): Promise<void> {
    return this.warehouse.close();
  }
}

export function writeStepOf({ steps }: Plan, relation: RelationName): WriteStep {
  const step = steps.find(({ id }) => id === relation);
  if (step?.kind !== "model") throw new Error(`${relation} is not written`);
  return step;
}
