import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { StepStatus } from "../core/event.ts";
import { zoneOf, type RelationName } from "../core/relation.ts";
import type { PublishGroup, Step } from "../plan/step.ts";
import { decidePublication } from "./publication.ts";
import { extractStep, testStep, writeStep } from "./testing/steps.ts";

const line = [
  extractStep("oltp", ["raw.customer", "raw.payment"]),
  writeStep("cleaned.customer", ["extract.oltp"]),
  writeStep("gold.customer", ["cleaned.customer"]),
  writeStep("gold.payment", ["extract.oltp", "gold.customer"]),
  testStep("names", ["cleaned.customer"]),
  testStep("amounts", ["gold.payment"]),
  testStep("all_gold", ["gold.customer", "gold.payment"]),
  testStep("few", ["cleaned.customer"], "warn"),
];

const groups: readonly PublishGroup[] = [
  { name: "gold", relations: new Set(["gold.customer", "gold.payment"]) },
];

function decide(statuses: Readonly<Record<string, StepStatus>>, steps: readonly Step[] = line) {
  const all = new Map(steps.map(({ id }) => [id, statuses[id] ?? "ok"]));
  const { publish, withheld } = decidePublication({ steps, groups }, all);
  return {
    publish: [...publish],
    withheld: withheld.map(({ relation, because }) => `${relation}: ${because}`),
  };
}

const everything = [
  "raw.customer",
  "raw.payment",
  "cleaned.customer",
  "gold.customer",
  "gold.payment",
];

describe("decidePublication", () => {
  const cases: readonly {
    readonly when: string;
    readonly statuses: Readonly<Record<string, StepStatus>>;
    readonly withheld: readonly string[];
  }[] = [
    { when: "all went well", statuses: {}, withheld: [] },
    { when: "a warning was found", statuses: { "test.few": "warned" }, withheld: [] },
    { when: "a warn test could not run", statuses: { "test.few": "failed" }, withheld: [] },
    { when: "a warn test was skipped", statuses: { "test.few": "skipped" }, withheld: [] },
    {
      when: "an error test failed at the end",
      statuses: { "test.amounts": "failed" },
      withheld: [
        "gold.payment: test.amounts failed",
        "gold.customer: gold is published whole, and gold.payment is withheld",
      ],
    },
    {
      when: "an error test did not run",
      statuses: { "test.amounts": "skipped" },
      withheld: [
        "gold.payment: test.amounts did not run",
        "gold.customer: gold is published whole, and gold.payment is withheld",
      ],
    },
    {
      when: "an error test failed in the middle",
      statuses: { "test.names": "failed" },
      withheld: [
        "cleaned.customer: test.names failed",
        "gold.customer: it reads cleaned.customer",
        "gold.payment: it reads gold.customer",
      ],
    },
    {
      when: "a model was not written",
      statuses: { "gold.customer": "failed" },
      withheld: [
        "gold.customer: gold.customer was not built",
        "gold.payment: it reads gold.customer",
      ],
    },
    {
      when: "a test of gold did not run since a model was not written",
      statuses: { "gold.payment": "failed", "test.amounts": "skipped", "test.all_gold": "skipped" },
      withheld: [
        "gold.payment: gold.payment was not built",
        "gold.customer: gold is published whole, and gold.payment was not built",
      ],
    },
    {
      when: "a source was not read",
      statuses: { "extract.oltp": "failed" },
      withheld: [
        "raw.customer: extract.oltp was not built",
        "raw.payment: extract.oltp was not built",
        "cleaned.customer: it reads raw.customer",
        "gold.customer: it reads cleaned.customer",
        "gold.payment: it reads raw.customer",
      ],
    },
  ];
  test.each(cases)("when $when", ({ statuses, withheld }) => {
    const decided = decide(statuses);
    expect(decided.withheld).toEqual(withheld);
    const names = new Set(withheld.map((text) => text.split(":")[0]));
    expect(decided.publish).toEqual(everything.filter((relation) => !names.has(relation)));
  });

  test("tells what was built from what never was", () => {
    const statuses = new Map<string, StepStatus>(line.map(({ id }) => [id, "ok"]));
    statuses.set("gold.payment", "failed").set("test.amounts", "skipped");
    const { withheld } = decidePublication({ steps: line, groups }, statuses);
    expect(withheld.map(({ relation, isBuilt }) => [relation, isBuilt])).toEqual([
      ["gold.payment", false],
      ["gold.customer", true],
    ]);
  });

  test("withholds a step that never ran, as after an interruption", () => {
    const { publish } = decidePublication(
      { steps: line, groups },
      new Map([["extract.oltp", "ok"]]),
    );
    expect([...publish]).toEqual(["raw.customer", "raw.payment"]);
  });
});

/** Models in three zones, each after some of the earlier ones, with tests, and any end for each step. */
const runs = fc
  .array(
    fc.record({
      zone: fc.constantFrom("cleaned" as const, "work" as const, "gold" as const),
      parents: fc.array(fc.nat(), { maxLength: 3 }),
      tests: fc.array(fc.constantFrom("error" as const, "warn" as const), { maxLength: 2 }),
    }),
    { minLength: 1, maxLength: 12 },
  )
  .chain((models) => {
    const ids = models.map(({ zone }, index): RelationName => `${zone}.m${index}`);
    const steps: Step[] = models.map(({ parents }, index) =>
      writeStep(
        ids[index]!,
        index === 0 ? [] : [...new Set(parents.map((parent) => ids[parent % index]!))],
      ),
    );
    models.forEach(({ tests }, index) => {
      tests.forEach((severity, number) => {
        steps.push(testStep(`t${index}_${number}`, [ids[index]!], severity));
      });
    });
    const status = fc.constantFrom<StepStatus>(
      "ok",
      "ok",
      "ok",
      "ok",
      "warned",
      "failed",
      "skipped",
    );
    return fc.record({
      steps: fc.constant(steps),
      statuses: fc.array(status, { minLength: steps.length, maxLength: steps.length }),
    });
  })
  .map(({ steps, statuses }) => ({
    steps,
    statuses: new Map(steps.map(({ id }, index) => [id, statuses[index]!])),
  }));

describe("whatever happened in a run", () => {
  test("nothing is published that was not built, failed an error test, or reads something withheld", () => {
    fc.assert(
      fc.property(runs, ({ steps, statuses }) => {
        const { publish, withheld } = decidePublication({ steps, groups }, statuses);
        const isGood = (id: string) => ["ok", "warned"].includes(statuses.get(id) ?? "");
        for (const step of steps) {
          if (step.kind === "test") {
            if (step.test.severity === "warn" || isGood(step.id)) continue;
            for (const relation of step.guards) expect(publish).not.toContain(relation);
          } else if (step.kind === "model" && publish.has(step.relation)) {
            expect(isGood(step.id)).toBe(true);
            for (const parent of step.after) expect(publish).toContain(parent);
          }
        }
        const written = steps.filter(({ kind }) => kind !== "test").length;
        expect(publish.size + withheld.length).toBe(written);
      }),
    );
  });

  test("gold goes out whole or not at all, and nothing is withheld without a cause", () => {
    fc.assert(
      fc.property(runs, ({ steps, statuses }) => {
        const gold = steps.map(({ id }) => id).filter((id) => id.startsWith("gold."));
        const whole = [{ name: "gold", relations: new Set(gold as RelationName[]) }];
        const { publish, withheld } = decidePublication({ steps, groups: whole }, statuses);
        const out = [...publish].filter((relation) => zoneOf(relation) === "gold").length;
        expect([0, gold.length]).toContain(out);
        const isAnythingBad = [...statuses.values()].some(
          (status) => !["ok", "warned"].includes(status),
        );
        if (!isAnythingBad) expect(withheld).toEqual([]);
      }),
    );
  });
});

test("a group of the project's own goes out whole or not at all, and another one without it", () => {
  const steps = [
    writeStep("cleaned.a"),
    writeStep("cleaned.b"),
    writeStep("cleaned.c"),
    testStep("sound", ["cleaned.b"]),
  ];
  const own = [{ name: "pair", relations: new Set(["cleaned.a", "cleaned.b"] as const) }];
  const statuses = new Map<string, StepStatus>(steps.map(({ id }) => [id, "ok"]));
  statuses.set("test.sound", "failed");
  const { publish, withheld } = decidePublication({ steps, groups: own }, statuses);
  expect([...publish]).toEqual(["cleaned.c"]);
  expect(withheld.map(({ because }) => because)).toEqual([
    "test.sound failed",
    "pair is published whole, and cleaned.b is withheld",
  ]);
});
