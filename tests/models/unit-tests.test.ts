import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { compile } from "../../runner/compile/compile.ts";
import type { CompiledProject } from "../../runner/compile/compile.ts";
import type { NodeId, ProjectNode } from "../../runner/core/node.ts";
import type { Engine } from "../../runner/core/ports.ts";
import { duckdbDialect as dialect } from "../../runner/dialect/duckdb/dialect.ts";
import { openDuckDb } from "../../runner/engine/duckdb/engine.ts";
import { runUnitTestStep } from "../../runner/execute/unit-test-step.ts";
import { planUnitTest } from "../../runner/plan/test-steps.ts";
import { compileProject } from "../testing/warehouse.ts";

let engine: Engine;
let project: CompiledProject;

beforeAll(async () => {
  engine = await openDuckDb({ file: ":memory:", threads: 1 });
  project = await compileProject();
});
afterAll(() => engine.close());

/** The names of the unit tests that fail. */
async function failing(compiled: CompiledProject, reader: "model" | "query"): Promise<string[]> {
  const failed: string[] = [];
  for (const node of compiled.graph.nodes.values()) {
    if (node.kind !== "unit_test" || node.subject.kind !== reader) continue;
    const step = planUnitTest(node, new Set(), { compiled, dialect });
    if ((await runUnitTestStep(step, engine)) !== undefined) failed.push(node.name);
  }
  return failed;
}

test("the unit tests of this project's models and macros hold", async () => {
  expect(await failing(project, "model")).toEqual([]);
  expect(await failing(project, "query")).toEqual([]);
});

test.each([
  [
    "work.sale_line",
    "coalesce(items.item_id, -1)",
    "items.item_id",
    "work.sale_line.a_sale_is_never_lost_to_a_late_member",
  ],
  [
    "work.sale_line",
    "left join transactions",
    "inner join transactions",
    "work.sale_line.a_sale_is_never_lost_to_a_late_member",
  ],
  [
    "gold.sales",
    "or unsettled.transaction_id is not null",
    "",
    "gold.sales.a_late_member_heals_its_sales",
  ],
  [
    "gold.sales",
    "where sale_lines.loaded_at > {{since}}",
    "where sale_lines.loaded_at >= {{since}}",
    "gold.sales.a_late_member_heals_its_sales",
  ],
] as const)(
  "a unit test notices when %s loses a rule: %s",
  async (relation, rule, broken, name) => {
    const nodes = new Map<NodeId, ProjectNode>(project.graph.nodes);
    const model = nodes.get(relation);
    if (model?.kind !== "model") throw new Error(relation);
    expect(model.template.text).toContain(rule);
    const text = model.template.text.replace(rule, broken);
    nodes.set(relation, { ...model, template: { ...model.template, text } });
    // No macro is in the lines that matter, and none is needed to tell the difference.
    const changed = compile(
      { ...project.graph, nodes },
      {
        partials: new Map(),
        helpers: new Map([["date_id", () => "20260101"]]),
        vars: { date_start: "2020-01-01", date_end: "2035-12-31" },
        env: {},
        helperChecksums: new Map(),
      },
    );
    expect(await failing(changed, "model")).toEqual([name]);
  },
);
