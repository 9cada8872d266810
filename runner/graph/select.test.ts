import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { NodeId } from "../core/node.ts";
import type { Graph } from "./graph.ts";
import { select, testsOf } from "./select.ts";
import { dataTest, graphOf, model, projects, seed, sourceTable } from "./testing/project.ts";

const shop = graphOf({
  sources: [sourceTable("customer"), sourceTable("order", { source: "shop" })],
  seeds: [seed("raw.category")],
  models: [
    model("cleaned.customer", ["raw.customer"], { tags: ["pii", "daily"] }),
    model("cleaned.order", ["raw.order"], { tags: ["daily"] }),
    model("gold.customer", ["cleaned.customer"]),
    model("gold.sales", ["cleaned.order", "gold.customer"]),
    model("gold.report", ["gold.sales"]),
  ],
  tests: [
    dataTest("sales_add_up", ["gold.sales", "cleaned.order"]),
    dataTest("report_adds_up", ["gold.report", "gold.sales"]),
  ],
});
const pick = (selectors: readonly string[], exclude: readonly string[] = [], graph: Graph = shop) =>
  [...select(graph, selectors, exclude).selected].sort();
const relationsOf = (graph: Graph): NodeId[] =>
  [...graph.nodes.keys()].filter((id) => !id.startsWith("test."));

describe("selecting", () => {
  test.each<[string, readonly string[]]>([
    ["sales", ["gold.sales"]],
    ["customer", ["cleaned.customer", "gold.customer"]],
    ["raw.customer", ["raw.customer"]],
    ["category", ["raw.category"]],
    ["gold.*", ["gold.customer", "gold.report", "gold.sales"]],
    ["*.order", ["cleaned.order", "raw.order"]],
    ["sales_*", ["test.sales_add_up"]],
    ["tag:daily", ["cleaned.customer", "cleaned.order"]],
    ["tag:daily,tag:pii", ["cleaned.customer"]],
    ["source:shop", ["raw.order"]],
    ["source:oltp.customer+1", ["cleaned.customer", "raw.customer"]],
    ["path:models/cleaned", ["cleaned.customer", "cleaned.order"]],
    ["path:models/gold/sales.sql", ["gold.sales"]],
    ["type:seed", ["raw.category"]],
    ["1+sales", ["cleaned.order", "gold.customer", "gold.sales"]],
    ["report sales", ["gold.report", "gold.sales"]],
    ["gold.*,+sales", ["gold.customer", "gold.sales"]],
  ])("%s takes what dbt's users expect", (selector, expected) => {
    expect(pick([selector])).toEqual(expected);
    expect(select(shop, [selector]).diagnostics).toEqual([]);
  });

  test("nothing means everything, and exclusion takes away from that", () => {
    expect(pick([])).toHaveLength(shop.nodes.size);
    expect(pick([], ["type:test", "raw.*"])).toEqual(
      pick([]).filter((id) => !id.startsWith("test.") && !id.startsWith("raw.")),
    );
  });

  test.each([
    ["slaes", "SELECT_NOTHING", 'Did you mean "sales"?'],
    ["gold.sale", "SELECT_NOTHING", 'Did you mean "gold.sales"?'],
    ["tag:dayly", "SELECT_NOTHING", 'Did you mean "daily"?'],
    ["source:oltpp", "SELECT_NOTHING", 'Did you mean "oltp"?'],
    ["tags:daily", "CLI_USAGE", 'Did you mean "tag"?'],
    ["sales++", "CLI_USAGE", "Write a name"],
    ["sales,", "CLI_USAGE", "Write a name"],
    ["+", "CLI_USAGE", "Write a name"],
    ["sales,customer", "SELECT_NOTHING", "with a space between"],
  ])("%s is an error with a way out, not an empty run", (selector, code, hint) => {
    expect(select(shop, [selector]).diagnostics).toMatchObject([
      { code, hint: expect.stringContaining(hint) },
    ]);
  });

  test("a selector among sound ones that matches nothing is still reported", () => {
    expect(select(shop, ["sales", "nothing_like_it"]).diagnostics).toHaveLength(1);
    expect(select(shop, ["sales"], ["salez"]).diagnostics).toHaveLength(1);
  });

  test("excluding all that is selected is reported instead of building nothing", () => {
    expect(select(shop, ["sales"], ["gold.*"]).diagnostics).toMatchObject([
      { code: "SELECT_NOTHING" },
    ]);
  });
});

describe("selecting by owner and by type", () => {
  const owned = graphOf({
    sources: [sourceTable("order")],
    models: [
      model("cleaned.order", ["raw.order"], { owner: "data" }),
      model("gold.sales", ["cleaned.order"], {
        owner: "analysts",
        materialization: {
          type: "incremental",
          strategy: "append",
          cursor: "id",
          onSchemaChange: "fail",
          fullRefresh: "allow",
        },
      }),
    ],
    tests: [dataTest("sales_add_up", ["gold.sales"])],
  });

  test.each<[string, readonly string[]]>([
    ["owner:analysts", ["gold.sales"]],
    ["owner:*a*", ["cleaned.order", "gold.sales"]],
    ["type:incremental", ["gold.sales"]],
    ["type:table", ["cleaned.order"]],
    ["resource_type:source", ["raw.order"]],
    ["config.materialized:incremental", ["gold.sales"]],
    ["test_type:singular", ["test.sales_add_up"]],
    ["owner:data+1", ["cleaned.order", "gold.sales"]],
  ])("%s", (selector, expected) => {
    expect(pick([selector], [], owned)).toEqual(expected);
  });

  test.each([
    ["owner:analyst", 'Did you mean "analysts"?'],
    ["type:incrementel", 'Did you mean "incremental"?'],
    ["path:models/glod", 'Did you mean "models/gold"?'],
    ["tag:data", 'Did you mean "owner:data"?'],
    ["incremental", 'Did you mean "type:incremental"?'],
    ["selector:nightly", "runner ls lists what there is."],
  ])("%s says what was meant", (selector, hint) => {
    expect(select(owned, [selector]).diagnostics).toMatchObject([{ code: "SELECT_NOTHING", hint }]);
  });
});

describe("selecting by what earlier runs left", () => {
  const version = (own: string, parents: readonly string[] = [], contract = "c") => ({
    own,
    parts: { body: own, config: "x", contract, macros: "x", vars: "x" },
    parents,
  });
  const before = new Map([
    ["cleaned.customer", version("1", ["raw.customer"], "old")],
    ["gold.customer", version("2", ["cleaned.customer"])],
    ["gold.sales", version("3", ["cleaned.order", "gold.customer"])],
    ["gold.gone", version("9")],
  ]);
  const now = new Map<NodeId, ReturnType<typeof version>>([
    ["cleaned.customer", version("1b", ["raw.customer"], "new")],
    ["gold.customer", version("2", ["cleaned.customer"])],
    ["gold.sales", version("3", ["cleaned.order", "gold.customer"])],
    ["gold.report", version("4", ["gold.sales"])],
  ]);
  const context = {
    state: { from: "an earlier manifest", value: { before, now } },
    results: {
      from: "an earlier run",
      value: new Map([
        ["gold.sales", "error" as const],
        ["gold.report", "skipped" as const],
        ["test.sales_add_up", "fail" as const],
        ["test.report_adds_up", "pass" as const],
        ["extract.oltp", "success" as const],
      ]),
    },
    fresher: { from: "sources.json", value: new Set(["raw.order"]) },
  };
  const answer = (selector: string) => select(shop, [selector], [], context);

  test.each<[string, readonly string[]]>([
    ["state:new", ["gold.report"]],
    ["state:old", ["cleaned.customer", "gold.customer", "gold.sales"]],
    ["state:modified.upstream_schema", ["gold.customer", "gold.report"]],
    ["state:modified.contract", ["cleaned.customer", "gold.report"]],
    ["state:modified.configs", ["gold.report"]],
    ["state:modified", ["cleaned.customer", "gold.customer", "gold.report"]],
    ["state:unmodified", ["gold.sales"]],
    ["state:modified,cleaned.*", ["cleaned.customer"]],
    ["result:error", ["gold.sales"]],
    [
      "result:error+ result:fail",
      ["gold.report", "gold.sales", "test.report_adds_up", "test.sales_add_up"],
    ],
    ["result:success", ["raw.customer", "test.report_adds_up"]],
    ["result:pass", ["test.report_adds_up"]],
    ["source_status:fresher+1", ["cleaned.order", "raw.order"]],
  ])("%s takes what dbt's users expect", (selector, expected) => {
    expect([...answer(selector).selected].sort()).toEqual(expected);
    expect(answer(selector).diagnostics).toEqual([]);
  });

  test("that nothing failed is an answer and no mistake", () => {
    expect(answer("result:warn")).toMatchObject({
      diagnostics: [],
      notes: [expect.stringMatching(/result:warn matches nothing, compared with an earlier run/)],
    });
    expect(answer("result:warn,gold.*").diagnostics).toEqual([]);
  });

  test.each([
    ["state:modifed", 'Did you mean "modified"?'],
    ["result:failed", 'Did you mean "fail"?'],
    ["source_status:fresh", 'Did you mean "fresher"?'],
  ])("%s is a misspelling and no empty answer", (selector, hint) => {
    expect(answer(selector).diagnostics).toMatchObject([{ code: "CLI_USAGE", hint }]);
  });
});

describe("the laws of selection, on any graph", () => {
  /** What is reached from a node, by walking the edges one by one: slow and plainly right. */
  function walk(id: NodeId, edges: Graph["parents"], depth: number): Set<NodeId> {
    if (depth === 0) return new Set([id]);
    const further = (edges.get(id) ?? []).flatMap((next) => [...walk(next, edges, depth - 1)]);
    return new Set([id, ...further]);
  }
  const union = (...sets: readonly Iterable<NodeId>[]) =>
    [...new Set(sets.flatMap((set) => [...set]))].sort();
  const graphs = projects.map(graphOf);
  const graphAndTwo = fc.tuple(graphs, fc.nat(), fc.nat()).map(([graph, first, second]) => {
    const relations = relationsOf(graph);
    const at = (index: number): NodeId => relations[index % relations.length]!;
    return { graph, a: at(first), b: at(second) };
  });
  const law = (check: (given: { graph: Graph; a: NodeId; b: NodeId }) => void) => {
    fc.assert(fc.property(graphAndTwo, check));
  };

  test("+x is x and its ancestors, x+ is x and its descendants", () => {
    law(({ graph, a }) => {
      expect(pick([`+${a}`], [], graph)).toEqual([...walk(a, graph.parents, Infinity)].sort());
      expect(pick([`${a}+`], [], graph)).toEqual([...walk(a, graph.children, Infinity)].sort());
    });
  });

  test("2+x+1 goes two steps up and one down", () => {
    law(({ graph, a }) => {
      expect(pick([`2+${a}+1`], [], graph)).toEqual(
        union(walk(a, graph.parents, 2), walk(a, graph.children, 1)),
      );
    });
  });

  test("@x is x, its descendants, and all that any of them needs", () => {
    law(({ graph, a }) => {
      const needed = [...walk(a, graph.children, Infinity)].map((id) =>
        walk(id, graph.parents, Infinity),
      );
      expect(pick([`@${a}`], [], graph)).toEqual(union(...needed));
    });
  });

  test("a space is union, a comma intersection, and exclusion takes away", () => {
    law(({ graph, a, b }) => {
      const left = pick([`+${a}`], [], graph);
      const right = pick([`${b}+`], [], graph);
      expect(pick([`+${a} ${b}+`], [], graph)).toEqual(union(left, right));
      expect(pick([`+${a}`, `${b}+`], [], graph)).toEqual(union(left, right));
      expect(pick([`+${a},${b}+`], [], graph)).toEqual(left.filter((id) => right.includes(id)));
      expect(pick([`+${a}`], [`${b}+`], graph)).toEqual(left.filter((id) => !right.includes(id)));
    });
  });

  test("a selection keeps the graph's order, so that parents come first", () => {
    law(({ graph, a }) => {
      const order = [...graph.nodes.keys()];
      const selected = [...select(graph, [`@${a}`]).selected];
      expect(selected).toEqual(order.filter((id) => selected.includes(id)));
    });
  });
});

describe("the tests that go with a selection", () => {
  const withTests = (...ids: NodeId[]) => [...testsOf(shop, new Set(ids))];

  test("are those that read it, unless they also read what goes stale by it", () => {
    expect(withTests("gold.sales")).toEqual(["test.sales_add_up"]);
    expect(withTests("gold.sales", "gold.report")).toEqual([
      "test.report_adds_up",
      "test.sales_add_up",
    ]);
    expect(withTests("cleaned.order")).toEqual([]);
    expect(withTests("gold.customer")).toEqual([]);
  });

  test("are those that were selected by themselves too, where nothing they read goes stale", () => {
    const also = (...ids: NodeId[]) => [...testsOf(shop, new Set(["gold.report"]), new Set(ids))];
    expect(also("gold.report", "test.sales_add_up")).toEqual([
      "test.report_adds_up",
      "test.sales_add_up",
    ]);
    const stale = testsOf(shop, new Set(["cleaned.order"]), new Set(["test.report_adds_up"]));
    expect([...stale]).toEqual([]);
    expect([...testsOf(shop, new Set(), new Set(["test.report_adds_up"]))]).toEqual([
      "test.report_adds_up",
    ]);
  });
});
