import { describe, expect, test } from "@jest/globals";
import { pipelinesSchema } from "../parse/schema/pipelines.ts";
import { readYaml } from "../parse/yaml-file.ts";
import { readNamedSelectors } from "./named-selectors.ts";
import { select } from "./select.ts";
import { graphOf, model, seed } from "./testing/project.ts";

const shop = graphOf({
  seeds: [seed("raw.category")],
  models: [
    model("cleaned.customer", ["raw.category"], { tags: ["daily"], owner: "data" }),
    model("gold.customer", ["cleaned.customer"], { owner: "analysts" }),
    model("gold.report", ["gold.customer"], { tags: ["slow"] }),
  ],
});

function read(selectors: string) {
  const text = `project: shop\ndefault_target: local\ntargets: {}\nselectors:\n${selectors}`;
  const yaml = readYaml({ file: "pipelines.yaml", text }, pipelinesSchema);
  if (yaml.value === undefined)
    return { yaml, selectors: new Map(), diagnostics: yaml.diagnostics };
  return { yaml, ...readNamedSelectors(yaml.value) };
}

function pick(selectors: string, ...texts: readonly string[]) {
  const named = read(selectors);
  expect(named.diagnostics).toEqual([]);
  const { selected, diagnostics } = select(shop, texts, [], { named: named.selectors });
  return { selected: [...selected].sort(), diagnostics };
}

describe("selectors with a name", () => {
  test.each<[string, string, readonly string[]]>([
    [
      "a text as on the command line",
      '"tag:daily+ category"',
      ["cleaned.customer", "gold.customer", "gold.report", "raw.category"],
    ],
    ["a union", "{ union: [tag:daily, gold.report] }", ["cleaned.customer", "gold.report"]],
    ["an intersection", '{ intersection: ["gold.*", tag:slow] }', ["gold.report"]],
    [
      "a union without what it excludes",
      '{ union: ["gold.*", tag:daily, { exclude: [tag:slow] }] }',
      ["cleaned.customer", "gold.customer"],
    ],
    [
      "one inside another",
      '{ intersection: [{ union: [tag:daily, tag:slow] }, "cleaned.*"] }',
      ["cleaned.customer"],
    ],
    [
      "dbt's spelt-out method",
      "{ method: owner, value: data, children: true, children_depth: 1 }",
      ["cleaned.customer", "gold.customer"],
    ],
    ["dbt's resource_type", "{ method: resource_type, value: seed }", ["raw.category"]],
  ])("%s", (_, definition, expected) => {
    expect(pick(`  - { name: it, definition: ${definition} }\n`, "selector:it")).toEqual({
      selected: expected,
      diagnostics: [],
    });
  });

  test("one may name another, and be walked around like any other term", () => {
    const selectors = `  - { name: base, definition: tag:daily }
  - { name: more, definition: { union: [selector:base, gold.report] } }
`;
    expect(pick(selectors, "selector:more").selected).toEqual(["cleaned.customer", "gold.report"]);
    expect(pick(selectors, "selector:base+1").selected).toEqual([
      "cleaned.customer",
      "gold.customer",
    ]);
    expect(pick(selectors, "selector:more,gold.*").selected).toEqual(["gold.report"]);
  });

  test("an entry that matches nothing is told with the selector that it stands in", () => {
    expect(
      pick("  - { name: it, definition: tag:dayly }\n", "selector:it").diagnostics,
    ).toMatchObject([
      {
        message: expect.stringContaining('In the selector it: The selector "tag:dayly"'),
        hint: 'Did you mean "daily"?',
      },
    ]);
  });

  test.each<[string, string, string, string]>([
    [
      "a circle",
      "  - { name: a, definition: selector:b }\n  - { name: b, definition: selector:a+ }\n",
      "GRAPH_CYCLE",
      "in a circle: a, b",
    ],
    ["itself", "  - { name: a, definition: tag:x selector:a }\n", "GRAPH_CYCLE", "in a circle: a"],
    [
      "a name that there is not",
      "  - { name: nightly, definition: tag:x }\n  - { name: b, definition: selector:nightli }\n",
      "SELECT_NOTHING",
      "selector:nightli",
    ],
    [
      "a method that there is not",
      "  - { name: a, definition: tags:x }\n",
      "CLI_USAGE",
      "Unknown selector method",
    ],
    [
      "an exclude of nothing",
      "  - { name: a, definition: { exclude: [tag:x] } }\n",
      "YAML_SCHEMA",
      "nothing that exclude takes away from",
    ],
    [
      "a name twice",
      "  - { name: a, definition: x }\n  - { name: a, definition: y }\n",
      "YAML_SCHEMA",
      "Two selectors",
    ],
    [
      "two forms at once",
      "  - { name: a, definition: { union: [x], method: tag, value: y } }\n",
      "YAML_SCHEMA",
      "needs one of",
    ],
    [
      "a method without its value",
      "  - { name: a, definition: { method: tag } }\n",
      "YAML_SCHEMA",
      "needs a value",
    ],
  ])("%s is an error at its line of pipelines.yaml", (_, selectors, code, message) => {
    expect(read(selectors).diagnostics).toMatchObject([
      {
        code,
        message: expect.stringContaining(message),
        place: { file: "pipelines.yaml", line: expect.any(Number) },
      },
    ]);
    expect((read(selectors).diagnostics[0]?.place as { line: number }).line).toBeGreaterThanOrEqual(
      5,
    );
  });

  test("a misspelt setting deep inside names the one that was meant", () => {
    expect(
      read("  - name: a\n    definition:\n      union:\n        - { metod: tag, value: x }\n")
        .diagnostics,
    ).toMatchObject(
      expect.arrayContaining([expect.objectContaining({ hint: 'Did you mean "method"?' })]),
    );
  });
});
