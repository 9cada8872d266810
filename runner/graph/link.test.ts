import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { GenericTest } from "../core/data-test.ts";
import { nodeId } from "../core/node.ts";
import type { RelationName } from "../core/relation.ts";
import { link } from "./link.ts";
import { dataTest, graphOf, model, projects, seed, sourceTable } from "./testing/project.ts";

const nothing = { sources: [], seeds: [], models: [], tests: [] };
const problems = (nodes: Partial<Parameters<typeof link>[0]>) =>
  link({ ...nothing, ...nodes }).diagnostics;

describe("a relation that is read by its name", () => {
  const sales = model("gold.sales");
  const reading = (text: string) => {
    const reader = model("gold.report");
    return problems({
      models: [sales, { ...reader, template: { ...reader.template, text } }],
      sources: [sourceTable("customer")],
    });
  };

  test("is reported, because the graph would not know of it", () => {
    expect(reading("select *\nfrom gold.sales as sales")).toMatchObject([
      {
        code: "REF_HARD_CODED",
        place: { line: 2, column: 6 },
        hint: 'Write {{ref "gold.sales"}}.',
      },
    ]);
    expect(reading("select * from x\nJOIN  RAW.customer using (id)")).toMatchObject([
      { place: { line: 2, column: 7 }, hint: 'Write {{source "oltp.customer"}}.' },
    ]);
  });

  test("is none in a comment, a text, a ref, a column or a longer name", () => {
    const text = `-- from gold.sales\nselect 'from gold.sales', gold.sales from {{ref "gold.sales"}} as gold join gold.sales_old on true`;
    expect(reading(text)).toEqual([]);
  });
});

describe("a ref to what does not exist", () => {
  test("is reported at the ref, with the name that was meant", () => {
    expect(
      problems({ models: [model("gold.sales"), model("gold.report", ["gold.sale"])] }),
    ).toMatchObject([
      {
        code: "REF_UNKNOWN",
        place: { file: "models/gold/report.sql", line: 1 },
        frame: expect.stringContaining('> 1 | {{ref "gold.sale"}}'),
        hint: 'Did you mean "gold.sales"?',
      },
    ]);
  });

  test("without a zone is told every zone that has the name", () => {
    const models = [
      model("cleaned.customer"),
      model("gold.customer"),
      model("gold.a", ["customer"]),
    ];
    expect(problems({ models })).toMatchObject([
      {
        hint: 'A ref names its zone: did you mean "cleaned.customer" or "gold.customer"?',
      },
    ]);
  });

  test("is reported for every ref, and for sources with the source that was meant", () => {
    const reader = model("gold.a", ["gold.x", "gold.y"]);
    const wrong = { kind: "source" as const, name: "oltp.custmer", place: reader.place };
    const template = { ...reader.template, refs: [...reader.template.refs, wrong] };
    expect(
      problems({ models: [{ ...reader, template }], sources: [sourceTable("customer")] }),
    ).toMatchObject([
      { message: 'There is no relation "gold.x".' },
      { message: 'There is no relation "gold.y".' },
      {
        message: 'There is no source table "oltp.custmer".',
        hint: 'Did you mean "oltp.customer"?',
      },
    ]);
  });

  test("in a relationship test covers the field too", () => {
    const relationship: GenericTest = {
      ...dataTest("r", []),
      form: "generic",
      relation: "gold.a",
      assertion: { type: "relationships", column: "id", to: "gold.b", field: "idd" },
    };
    const models = [model("gold.a"), model("gold.b")];
    expect(problems({ models, tests: [relationship] })).toMatchObject([
      { message: 'gold.b declares no column "idd".', hint: 'Did you mean "id"?' },
    ]);
  });
});

test("two things of one name are reported at the second, naming the first", () => {
  expect(
    problems({ seeds: [seed("raw.customer")], sources: [sourceTable("customer")] }),
  ).toMatchObject([
    {
      code: "GRAPH_DUPLICATE",
      message: "raw.customer is declared twice: here and in sources/oltp.yml:1.",
      place: { file: "seeds/customer.csv" },
    },
  ]);
});

describe("a circle", () => {
  test("is reported with its path, at the ref that closes it", () => {
    const models = [
      model("gold.a", ["gold.c"]),
      model("gold.b", ["gold.a"]),
      model("gold.c", ["gold.b"]),
      model("gold.d", ["gold.c"]),
    ];
    expect(problems({ models })).toMatchObject([
      {
        code: "GRAPH_CYCLE",
        message: "These models read one another in a circle: gold.a -> gold.b -> gold.c -> gold.a.",
        place: { file: "models/gold/b.sql", line: 1 },
        frame: expect.stringContaining('> 1 | {{ref "gold.a"}}'),
      },
    ]);
  });

  test("of one model that reads itself is one too, and each separate circle is reported", () => {
    const models = [
      model("gold.a", ["gold.a"]),
      model("gold.b", ["gold.c"]),
      model("gold.c", ["gold.b"]),
    ];
    expect(problems({ models }).map(({ message }) => message)).toEqual([
      "These models read one another in a circle: gold.a -> gold.a.",
      "These models read one another in a circle: gold.b -> gold.c -> gold.b.",
    ]);
  });

  test("is never found where there is none, and always where one is added", () => {
    fc.assert(
      fc.property(projects, fc.nat(), ({ models }, at) => {
        expect(problems({ models })).toEqual([]);
        const index = at % models.length;
        const first = models[0]!;
        const chosen = models[index]!;
        // What the first model now reads reads it in turn, if only by being itself.
        const reads = model(chosen.relation, [first.relation]);
        const broken = models.map((each, position) => {
          if (position === 0) return model(first.relation, [chosen.relation]);
          return position === index ? reads : each;
        });
        expect(problems({ models: broken }).some(({ code }) => code === "GRAPH_CYCLE")).toBe(true);
      }),
    );
  });
});

describe("the graph", () => {
  test("holds every relation after what it reads, and tests last, whatever order the files came in", () => {
    fc.assert(
      fc.property(projects, fc.infiniteStream(fc.nat()), ({ models, tests }, random) => {
        const shuffled = [...models]
          .map((node) => ({ node, rank: Number(random.next().value) }))
          .sort((a, b) => a.rank - b.rank)
          .map(({ node }) => node);
        const order = [...graphOf({ models: shuffled, tests }).nodes.keys()];
        expect(order).toEqual([...graphOf({ models, tests }).nodes.keys()]);
        expect(order).toHaveLength(models.length + tests.length);
        for (const node of models) {
          for (const ref of node.template.refs) {
            expect(order.indexOf(ref.name as never)).toBeLessThan(order.indexOf(nodeId(node)));
          }
        }
        expect(order.slice(models.length).every((id) => id.startsWith("test."))).toBe(true);
      }),
    );
  });

  test("takes a chain of many thousand models", () => {
    const name = (at: number): RelationName => `gold.m${String(at).padStart(5, "0")}`;
    const length = 20_000;
    const models = Array.from({ length }, (_, at) =>
      model(name(at), at + 1 < length ? [name(at + 1)] : []),
    );
    const order = [...graphOf({ models }).nodes.keys()];
    expect([order.length, order[0], order.at(-1)]).toEqual([length, name(length - 1), name(0)]);
  });
});
