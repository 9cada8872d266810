import { describe, expect, test } from "@jest/globals";
import { printColumnType } from "../core/column-type.ts";
import fc from "fast-check";
import { compile } from "../compile/compile.ts";
import type { Incremental } from "../core/materialization.ts";
import { production } from "../core/environment.ts";
import type { GenericTest } from "../core/data-test.ts";
import type { Model, NodeId } from "../core/node.ts";
import type { RelationName } from "../core/relation.ts";
import { emptyState } from "../core/state.ts";
import type { PublishedRelation, WarehouseState } from "../core/state.ts";
import { duckdbDialect } from "../dialect/duckdb/dialect.ts";
import type { Graph } from "../graph/graph.ts";
import { dataTest, graphOf, model, projects, seed, sourceTable } from "../graph/testing/project.ts";
import { plan } from "./plan.ts";
import type { PlanResult } from "./plan.ts";
import type { PlanRequest } from "./request.ts";
import type { Step, WriteStep } from "./step.ts";

const run = { id: "r1", startedAt: "2025-03-17T00:00:00.000Z" };

function planOf(graph: Graph, given: Partial<PlanRequest> = {}): PlanResult {
  const compiled = compile(graph, {
    partials: new Map(),
    helpers: new Map(),
    helperChecksums: new Map(),
    vars: {},
    env: {},
  });
  return plan({
    compiled,
    selected: new Set(graph.nodes.keys()),
    state: emptyState,
    dialect: duckdbDialect,
    run,
    fullRefresh: false,
    ...given,
  });
}

function stepsOf(graph: Graph, given: Partial<PlanRequest> = {}): readonly Step[] {
  const { plan: planned, diagnostics } = planOf(graph, given);
  expect(diagnostics).toEqual([]);
  return planned.steps;
}

function written(steps: readonly Step[], relation: RelationName): WriteStep {
  const step = steps.find((each) => each.id === relation);
  if (step === undefined || (step.kind !== "model" && step.kind !== "seed"))
    throw new Error(relation);
  return step;
}

function published(
  relation: RelationName,
  rest: Partial<PublishedRelation> = {},
): [RelationName, PublishedRelation] {
  const columns = [{ name: "id", type: "integer" }];
  const known = { relation, definition: "", fingerprint: "", environment: production };
  return [relation, { ...known, materialization: "table", columns, runId: "r0", ...rest }];
}

const stateWith = (...relations: [RelationName, PublishedRelation][]): WarehouseState => ({
  ...emptyState,
  published: new Map(relations),
});

describe("the order of steps", () => {
  const anyProject = fc.tuple(projects, fc.array(fc.boolean(), { maxLength: 20 }));

  test("lets every step wait for earlier ones only, whatever tests there are, so that none waits for ever", () => {
    fc.assert(
      fc.property(anyProject, ({ 0: nodes, 1: leftOut }) => {
        const graph = graphOf(nodes);
        const ids = [...graph.nodes.keys()];
        const selected = new Set(ids.filter((_, index) => leftOut[index] !== true));
        const state = stateWith(...nodes.models.map(({ relation }) => published(relation)));
        const done = new Set<string>();
        const scheduled = new Set(ids.filter((id) => selected.has(id)) as string[]);
        const steps = stepsOf(graph, { selected, state });
        expect(new Set(steps.map(({ id }) => id))).toEqual(scheduled);
        for (const step of steps) {
          for (const id of step.after) expect(done).toContain(id);
          done.add(step.id);
        }
      }),
      { numRuns: 300 },
    );
  });

  test("is the same for the same project, whatever order its files came in", () => {
    fc.assert(
      fc.property(projects, ({ models, tests }) => {
        const reversed = { models: [...models].reverse(), tests: [...tests].reverse() };
        expect(planOf(graphOf(reversed))).toEqual(planOf(graphOf({ models, tests })));
      }),
    );
  });

  test("holds readers back until the error tests of what they read have passed, and not for a warning", () => {
    const graph = graphOf({
      models: [model("gold.a"), model("gold.b", ["gold.a"])],
      tests: [dataTest("strict", ["gold.a"]), dataTest("lenient", ["gold.a"], "warn")],
    });
    const steps = stepsOf(graph);
    expect(steps.map(({ id }) => id)).toEqual(["gold.a", "test.lenient", "test.strict", "gold.b"]);
    expect(written(steps, "gold.b").after).toEqual(["gold.a", "test.strict"]);
  });

  test("does not let a test hold back what it reads itself", () => {
    const graph = graphOf({
      models: [model("gold.a"), model("gold.b", ["gold.a"])],
      tests: [dataTest("both", ["gold.a", "gold.b"])],
    });
    const steps = stepsOf(graph);
    expect(written(steps, "gold.b").after).toEqual(["gold.a"]);
    expect(steps.at(-1)).toMatchObject({ id: "test.both", guards: ["gold.a", "gold.b"] });
  });

  test("extracts the wanted tables of one source in one step, before all that reads any of them", () => {
    const graph = graphOf({
      sources: [sourceTable("customer"), sourceTable("order")],
      models: [model("cleaned.customer", ["raw.customer"])],
    });
    const steps = stepsOf(graph);
    expect(steps[0]).toMatchObject({
      id: "extract.oltp",
      tables: [{ table: { table: "customer" } }, { table: { table: "order" } }],
    });
    expect(written(steps, "cleaned.customer").after).toEqual(["extract.oltp"]);
  });

  test("has a relationship test guard the relation that refers, not the one referred to", () => {
    const relationship: GenericTest = {
      ...dataTest("relationships.gold.b.id", []),
      form: "generic",
      relation: "gold.b",
      assertion: { type: "relationships", column: "id", to: "gold.a", field: "id" },
    };
    const graph = graphOf({ models: [model("gold.a"), model("gold.b")], tests: [relationship] });
    expect(stepsOf(graph).at(-1)).toMatchObject({
      guards: ["gold.b"],
      after: ["gold.b", "gold.a"],
    });
  });
});

describe("what is read and written", () => {
  const graph = graphOf({ models: [model("gold.a"), model("gold.b", ["gold.a"])] });
  const only = (...ids: NodeId[]) => new Set(ids);

  test("a relation of the run is read as this run's candidate, any other as it is published", () => {
    expect(written(stepsOf(graph), "gold.b").query).toBe("_physical.gold__a__r1");
    const steps = stepsOf(graph, {
      selected: only("gold.b"),
      state: stateWith(published("gold.a")),
    });
    expect(written(steps, "gold.b").query).toBe("gold.a");
  });

  test("what was never built is named, with the command that builds it", () => {
    const { diagnostics } = planOf(graph, { selected: only("gold.b") });
    expect(diagnostics).toMatchObject([
      {
        code: "UPSTREAM_MISSING",
        message: "gold.b reads gold.a, which has never been built.",
        hint: "Build what it needs with it: runner build --select +gold.b",
      },
    ]);
  });

  test("several that a model needs and that were never built are told together", () => {
    const needy = graphOf({
      models: [model("gold.a"), model("gold.b"), model("gold.c", ["gold.a", "gold.b"])],
    });
    expect(planOf(needy, { selected: only("gold.c") }).diagnostics).toMatchObject([
      { message: "gold.c reads gold.a, gold.b, which were never built." },
    ]);
  });

  test("a test of what was never built is set aside, neither run nor passed", () => {
    const tested = graphOf({ models: [model("gold.a")], tests: [dataTest("t", ["gold.a"])] });
    const { plan: planned, diagnostics } = planOf(tested, { selected: only("test.t") });
    expect(diagnostics).toEqual([]);
    expect(planned.steps).toEqual([]);
    expect(planned.untestable).toMatchObject([{ test: { name: "t" }, missing: ["gold.a"] }]);
  });

  test("a table becomes public by its view, and not before it is published", () => {
    const step = written(stepsOf(graph), "gold.a");
    expect(step.write).toEqual(["create table _physical.gold__a__r1 as\n"]);
    expect(step.publish).toEqual([
      "create or replace view gold.a as\nselect id from _physical.gold__a__r1",
    ]);
    expect(step.discard).toEqual(["drop table if exists _physical.gold__a__r1"]);
  });

  test("a view is audited over candidates and published over public names, so that it follows later publishes", () => {
    const view = model("gold.b", ["gold.a"], { materialization: { type: "view" } });
    const step = written(stepsOf(graphOf({ models: [model("gold.a"), view] })), "gold.b");
    expect(step.write).toEqual(["create view _physical.gold__b__r1 as\n_physical.gold__a__r1"]);
    expect(step.publish).toEqual([
      "create or replace view gold.b as\ngold.a",
      "drop view if exists _physical.gold__b__r1",
    ]);
  });

  test("a seed's values are literals of their declared types", () => {
    const step = written(stepsOf(graphOf({ seeds: [seed("raw.category")] })), "raw.category");
    expect(step.write[1]).toBe(
      "insert into _physical.raw__category__r1 values\n    (cast('1' as integer))",
    );
  });
});

describe("an incremental model", () => {
  const text = "{{#incremental}}delta {{since}} {{until}} {{this}}{{else}}all{{/incremental}}";
  const at = { name: "at", type: { kind: "timestamp" as const }, nullable: false, description: "" };
  const place = { file: "models/gold/a.sql", line: 1, column: 1 };
  const merge: Incremental = {
    type: "incremental",
    strategy: "merge",
    key: ["id"],
    cursor: "at",
    onSchemaChange: "fail",
    fullRefresh: "allow",
  };
  const incremental: Model = model("gold.a", [], {
    template: { file: place.file, text, refs: [] },
    materialization: merge,
    columns: [...model("gold.a").columns, { ...at, place }],
  });
  const graph = graphOf({ models: [incremental] });
  const columns = [
    { name: "id", type: "integer" },
    { name: "at", type: "timestamp" },
  ];
  const before = published("gold.a", {
    materialization: "incremental",
    physical: "_physical.gold__a__r0",
    columns,
  });
  const state: WarehouseState = {
    ...stateWith(before),
    watermarks: new Map([["gold.a", "2025-03-16 00:00:00"]]),
  };
  const build = (given: Partial<PlanRequest> = {}) => written(stepsOf(graph, given), "gold.a");

  test("is built wholly the first time, and remembers its cursor", () => {
    expect(build()).toMatchObject({ mode: "table", query: "all", watermark: "max(at)" });
  });

  test("later adds the rows between watermark and run to what is published, under its old physical name", () => {
    const step = build({ state });
    expect(step).toMatchObject({
      mode: "delta",
      query:
        "delta cast('2025-03-16 00:00:00' as timestamp) cast('2025-03-17T00:00:00.000Z' as timestamp) gold.a",
      counted: "_physical.gold__a__r1__delta",
      // Old rows that are written again, because a late dimension healed them, do not take it back.
      watermark: "greatest(max(at), cast('2025-03-16 00:00:00' as timestamp))",
      published: { physical: "_physical.gold__a__r0", runId: "r1" },
    });
    expect(step.publish.join("\n")).toContain(
      "insert into _physical.gold__a__r0 (id, at, _run_id)",
    );
    expect(step.discard).toEqual([
      "drop view if exists _physical.gold__a__r1",
      "drop table if exists _physical.gold__a__r1__delta",
    ]);
  });

  test("is built wholly again on request, when it was no incremental table, and when nothing says where to go on", () => {
    const wasTable = published("gold.a", { columns, physical: "_physical.gold__a__r0" });
    for (const given of [
      { state, fullRefresh: true },
      { state: { ...state, published: new Map([wasTable]) } },
      { state: { ...state, watermarks: new Map() } },
    ]) {
      expect(build(given)).toMatchObject({ mode: "table", query: "all" });
    }
  });

  test("with other columns than the published table is refused, with what to run instead", () => {
    const [relation, old] = before;
    const changed = {
      ...state,
      published: new Map([[relation, { ...old, columns: columns.slice(0, 1) }]]),
    };
    expect(planOf(graph, { state: changed }).diagnostics).toMatchObject([
      {
        code: "CONTRACT_MISMATCH",
        cause: "Published: id integer. Declared: id integer, at timestamp.",
        hint: "Let it follow: on_schema_change: add. Or build it from nothing: runner build --select gold.a --full-refresh",
      },
    ]);
    expect(build({ state: changed, fullRefresh: true }).mode).toBe("table");
  });
});

describe("an incremental extraction", () => {
  const table = {
    ...sourceTable("customer"),
    extract: { mode: "incremental" as const, cursor: "updated_at", lookbackSeconds: 3600 },
  };
  const graph = graphOf({ sources: [table] });
  const file = { key: "raw/customer/0", bytes: 1, rows: 1, sha256: "", runId: "r0" };
  const kept = table.columns.map(({ name, type }) => ({ name, type: printColumnType(type) }));
  const state: WarehouseState = {
    ...emptyState,
    watermarks: new Map([["raw.customer", "2025-03-17T02:02:51.257332Z"]]),
    manifests: new Map([
      [
        "raw.customer",
        { relation: "raw.customer", runId: "r0", publishedAt: "", columns: kept, files: [file] },
      ],
    ]),
  };
  const tables = (given: Partial<PlanRequest>) => {
    const [step] = stepsOf(graph, given);
    return step?.kind === "extract" ? step.tables : [];
  };

  test("begins its lookback before the watermark and keeps what it has", () => {
    expect(tables({ state })).toMatchObject([
      { since: "2025-03-17T01:02:51.257Z", keptFiles: [file] },
    ]);
  });

  test.each([
    ["bigint", "id was bigint and is declared as integer now", false],
    ["varchar", "id was varchar and is declared as integer now", true],
    [undefined, "its rows have no id, which is never null", true],
  ])(
    "goes on with rows whose id is kept as %s only where they can be rows of the table",
    (type, because, isAgain) => {
      const own = type === undefined ? [] : [{ name: "id", type }];
      const columns = [...own, ...kept.filter(({ name }) => name !== "id")];
      const [[relation, manifest] = []] = state.manifests;
      if (relation === undefined || manifest === undefined) throw new Error("nothing is kept");
      const changed = { ...state, manifests: new Map([[relation, { ...manifest, columns }]]) };
      const { plan: planned } = planOf(graph, { state: changed });
      const again = `raw.customer is read again from the beginning: ${because}.`;
      expect(planned.notes).toEqual(isAgain ? [again] : []);
      const [only] = tables({ state: changed });
      expect(only?.since === undefined).toBe(isAgain);
    },
  );

  test("reads everything and keeps nothing at first and on a full refresh", () => {
    for (const given of [{}, { state, fullRefresh: true }]) {
      const [only] = tables(given);
      expect(only?.since).toBeUndefined();
      expect(only?.keptFiles).toEqual([]);
    }
  });
});

test("levels grow along every edge, and a test stands between what it reads and what may wait for it", async () => {
  const { levels } = await import("./levels.ts");
  fc.assert(
    fc.property(projects, (nodes) => {
      const graph = graphOf(nodes);
      const level = levels(graph);
      for (const [id, node] of graph.nodes) {
        for (const parent of graph.parents.get(id) ?? [])
          expect(level(parent)).toBeLessThan(level(id));
        expect(Number.isInteger(level(id))).toBe(node.kind !== "test");
      }
    }),
  );
});
