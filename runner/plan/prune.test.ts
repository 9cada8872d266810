import { describe, expect, test } from "@jest/globals";
import { production } from "../core/environment.ts";
import type { RelationName } from "../core/relation.ts";
import { emptyState } from "../core/state.ts";
import type { PublishedRelation, WarehouseState } from "../core/state.ts";
import { failureOf } from "../core/testing/failure-of.ts";
import { graphOf, model } from "../graph/testing/project.ts";
import { planPrune } from "./prune.ts";

const graph = graphOf({
  models: [
    model("gold.sales"),
    model("work.inner", [], { materialization: { type: "ephemeral" } }),
  ],
});

function published(relation: RelationName, rest: Partial<PublishedRelation> = {}) {
  return {
    relation,
    materialization: "table",
    physical: `_physical.${relation.replace(".", "__")}`,
    definition: `select * from _physical.${relation.replace(".", "__")}`,
    columns: [],
    fingerprint: "",
    runId: "run1",
    environment: production,
    ...rest,
  } as const;
}

const view = (relation: RelationName, reads: string, environment = production) =>
  published(relation, {
    materialization: "view",
    physical: undefined,
    definition: `select * from ${reads}`,
    environment,
  });

function stateWith(...relations: readonly PublishedRelation[]): WarehouseState {
  const [environment = production] = relations.map((each) => each.environment);
  const byName = new Map(relations.map((each) => [each.relation, each]));
  return { ...emptyState, environment, published: byName };
}

const table = published("gold.sales");

function prune(state: WarehouseState, ...names: readonly string[]) {
  return planPrune({ graph, state, environments: [], names });
}

async function refused(attempt: () => unknown) {
  return (await failureOf(Promise.resolve().then(attempt))).diagnostics;
}

test("what readers see and no file of the project makes can go, and nothing else", () => {
  expect(prune(stateWith(table))).toEqual([]);
  const state = stateWith(table, published("gold.old"), published("raw.gone"));
  expect(prune(state)).toEqual(["gold.old", "raw.gone"]);
  expect(prune(state, "raw.gone")).toEqual(["raw.gone"]);
});

test("what was published of a model that is ephemeral now can go", () => {
  expect(prune(stateWith(published("work.inner")))).toEqual(["work.inner"]);
});

describe("nothing goes", () => {
  test("that a build would make again", async () => {
    const [diagnostic] = await refused(() => prune(stateWith(table), "gold.sales"));
    expect(diagnostic).toMatchObject({
      code: "CLI_USAGE",
      message: expect.stringContaining("gold.sales is part of the project"),
    });
  });

  test("under a name that was misspelt, even when others could go", async () => {
    const [diagnostic] = await refused(() => prune(stateWith(published("gold.old")), "gold.odl"));
    expect(diagnostic).toMatchObject({
      code: "SELECT_NOTHING",
      hint: 'Did you mean "gold.old"?',
    });
  });

  test("that a published view still reads, of production or of an environment", async () => {
    const state = stateWith(view("gold.sales", "gold.old"), published("gold.old"));
    expect(await refused(() => prune(state))).toMatchObject([
      {
        code: "STILL_READ",
        message: "The published view gold.sales reads gold.old.",
        hint: "Publish it as the project has it now: runner build --select gold.sales",
      },
    ]);
    const alice = stateWith(view("gold.draft", "gold.old", "alice"));
    const inAlice = () =>
      planPrune({
        graph,
        state: stateWith(table, published("gold.old")),
        environments: [alice],
        names: [],
      });
    expect(await refused(inAlice)).toMatchObject([
      {
        code: "STILL_READ",
        message: "The published view gold__alice.draft of the environment alice reads gold.old.",
      },
    ]);
  });

  test("without the view that reads it and goes too", async () => {
    const state = stateWith(view("gold.newer", "gold.old"), published("gold.old"));
    expect(prune(state)).toEqual(["gold.newer", "gold.old"]);
    expect(await refused(() => prune(state, "gold.old"))).toMatchObject([
      { code: "STILL_READ", hint: "Take it away too: runner prune gold.old gold.newer" },
    ]);
  });
});
