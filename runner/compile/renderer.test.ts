import { describe, expect, test } from "@jest/globals";
import { Failure } from "../core/diagnostic.ts";
import type { Diagnostic } from "../core/diagnostic.ts";
import type { Macro } from "../core/macro.ts";
import type { Template } from "../core/template.ts";
import type { RelationName } from "../core/relation.ts";
import { createRenderer } from "./renderer.ts";
import type { RenderContext, RendererParts } from "./renderer.ts";

const template = (text: string, file = "models/gold/sales.sql"): Template => ({
  file,
  text,
  refs: [],
});

const context: RenderContext = { dialect: "duckdb", resolve: (relation) => `physical.${relation}` };

function render(
  text: string,
  parts: Partial<RendererParts> = {},
  given: Partial<RenderContext> = {},
): string {
  const renderer = createRenderer({
    partials: new Map(),
    helpers: new Map(),
    sourceRelations: new Map<string, RelationName>([["oltp.customer", "raw.customer"]]),
    vars: { first_day: "2020-01-01", rows: 10, strict: false, regions: ["eu", "us"] },
    env: { REGION: "eu" },
    ...parts,
  });
  return renderer(template(text), { ...context, ...given });
}

function problem(...args: Parameters<typeof render>): Diagnostic {
  try {
    render(...args);
  } catch (error) {
    if (error instanceof Failure && error.diagnostics[0] !== undefined) return error.diagnostics[0];
    throw error;
  }
  throw new Error("nothing went wrong");
}

describe("what a template may say", () => {
  test("a ref and a source become the relation that the run reads, without HTML escaping", () => {
    expect(render(`select '<&>' from {{ref "gold.sales"}}, {{source "oltp.customer"}}`)).toBe(
      "select '<&>' from physical.gold.sales, physical.raw.customer",
    );
  });

  test("variables of every type and the environment are filled in, and a default stands in for what is not set", () => {
    expect(
      render(
        `{{var "first_day"}} {{var "rows"}} {{var "strict"}} {{env "REGION"}} {{env "NONE" "x"}}`,
      ),
    ).toBe("2020-01-01 10 false eu x");
  });

  test("{{this}} is the relation that is being built", () => {
    expect(render("select max(id) from {{this}}", {}, { self: "gold.sales" })).toBe(
      "select max(id) from gold.sales",
    );
  });

  test("an incremental block, its bounds and its else part follow whether there is an increment", () => {
    const text = "{{#incremental}}between {{since}} and {{until}}{{else}}all{{/incremental}}";
    const increment = { since: "'a'", until: "'b'" };
    expect(render(text)).toBe("all");
    expect(render(text, {}, { increment })).toBe("between 'a' and 'b'");
  });

  test("a partial gets its parameters, and may pass them on to a macro and to another partial", () => {
    const partials = new Map([
      ["outer", template(`({{twice column}} {{> inner rows=column}})`, "macros/outer.hbs")],
      ["inner", template(`[{{rows}}]`, "macros/inner.hbs")],
    ]);
    const helpers = new Map([
      ["twice", (_: unknown, text: unknown) => `${String(text)}${String(text)}`],
    ]);
    expect(render(`{{> outer column="a"}}`, { partials, helpers })).toBe("(aa [a])");
  });

  test("a variable keeps its type: false decides a block, and a list is looped over", () => {
    expect(render(`{{#if (var "strict")}}strict{{else}}lax{{/if}}`)).toBe("lax");
    const list = `({{#each (var "regions")}}'{{this}}'{{#unless @last}}, {{/unless}}{{/each}})`;
    expect(render(list)).toBe("('eu', 'us')");
    expect(render(`{{var "none" "by default"}}`)).toBe("by default");
  });

  test("a macro is told the target, the model and the arguments given by name", () => {
    const helpers = new Map<string, Macro>([
      [
        "told",
        ({ target, relation, named }, first) =>
          [target, relation, first, named?.scale, typeof named?.scale].join(" "),
      ],
    ]);
    const given = { relation: "gold.sales" } as const;
    expect(render(`{{told "a" scale=4}}`, { helpers, target: "prod" }, given)).toBe(
      "prod gold.sales a 4 number",
    );
  });

  test("a macro is told the engine, so that one model text runs on both", () => {
    const helpers = new Map([["engine", ({ dialect }: { dialect: string }) => dialect]]);
    expect(render("{{engine}}", { helpers }, { dialect: "redshift" })).toBe("redshift");
  });

  test("one renderer renders for one relation after the other without mixing them up", () => {
    const renderer = createRenderer({
      partials: new Map(),
      helpers: new Map(),
      sourceRelations: new Map(),
      vars: {},
      env: {},
    });
    const same = template("{{this}}");
    expect(["a", "b", "a"].map((self) => renderer(same, { ...context, self }))).toEqual([
      "a",
      "b",
      "a",
    ]);
  });
});

describe("what goes wrong is reported where it stands", () => {
  test("a missing variable, with the one that was meant", () => {
    expect(problem(`select\n  {{var "first_dya"}}`)).toMatchObject({
      code: "VAR_UNKNOWN",
      place: { file: "models/gold/sales.sql", line: 2, column: 3 },
      hint: 'Did you mean "first_day"?',
    });
  });

  test("a name that every JavaScript object has is no variable", () => {
    expect(problem(`{{var "constructor"}}`)).toMatchObject({ code: "VAR_UNKNOWN" });
    expect(problem(`{{env "toString"}}`)).toMatchObject({ code: "ENV_MISSING" });
  });

  test("a missing environment variable, with how to give a default", () => {
    expect(problem(`\n\n{{env "SECRET"}}`)).toMatchObject({
      code: "ENV_MISSING",
      place: { line: 3, column: 1 },
      hint: expect.stringContaining('{{env "SECRET"'),
    });
  });

  test("a bound outside of an increment", () => {
    expect(problem("where x > {{since}}")).toMatchObject({
      code: "TEMPLATE_UNKNOWN_NAME",
      place: { line: 1, column: 11 },
    });
  });

  test("{{this}} in a data test, which builds nothing", () => {
    expect(problem("select * from {{this}}")).toMatchObject({ code: "TEMPLATE_UNKNOWN_NAME" });
  });

  const helpers = new Map([
    [
      "breaks",
      (): string => {
        throw new Error("no such part");
      },
    ],
    ["forgets", (() => undefined) as unknown as () => string],
  ]);

  test("a macro that throws, at the line that calls it", () => {
    expect(problem("select\n  {{breaks}}", { helpers })).toMatchObject({
      code: "MACRO_FAILED",
      message: "The macro breaks failed: no such part",
      place: { file: "models/gold/sales.sql", line: 2, column: 3 },
      frame: expect.stringContaining("> 2 |   {{breaks}}"),
    });
  });

  test("a macro that returns nothing, instead of SQL with a hole in it", () => {
    expect(problem("select {{forgets}}", { helpers })).toMatchObject({
      code: "MACRO_FAILED",
      message: expect.stringContaining("returned undefined"),
    });
  });

  test("a macro that is given too few arguments, or one by a name that it does not read", () => {
    const money: Macro<[column: string, scale?: number]> = ({ named }, column, scale = 2) =>
      `${column}${scale}${String(named?.unit)}`;
    const given = { helpers: new Map([["money", money as Macro]]) };
    expect(render(`{{money "a" unit="x"}}`, given)).toBe("a2x");
    expect(problem("{{money}}", given).message).toBe(
      "The macro money failed: it takes 1 argument, and was given none",
    );
    expect(problem(`{{money "a" unt="x" unit="y"}}`, given).message).toBe(
      'The macro money failed: it reads no argument named "unt"',
    );
  });

  test("a list that is printed as if it were a text", () => {
    const found = { code: "VAR_UNKNOWN", place: { line: 2, column: 7 } };
    expect(problem(`select\n  in ({{var "regions"}})`)).toMatchObject(found);
    expect(problem(`{{#if true}}\n  in ({{var "regions"}}){{/if}}`)).toMatchObject(found);
  });

  test("a variable that resembles none, with those that there are", () => {
    expect(problem(`{{var "something_else"}}`).hint).toBe(
      "Variables: first_day, rows, strict, regions. They stand in pipelines.yaml under vars.",
    );
  });

  test("a macro that throws inside a partial, at the partial's own line", () => {
    const partials = new Map([["part", template("\n\n{{breaks}}", "macros/part.hbs")]]);
    expect(problem("{{> part}}", { helpers, partials })).toMatchObject({
      code: "MACRO_FAILED",
      place: { file: "macros/part.hbs", line: 3, column: 1 },
      cause: "models/gold/sales.sql calls this partial.",
    });
  });

  test("a partial's parameter that its caller forgot, where the partial uses it", () => {
    const partials = new Map([["part", template("select\n  {{rows}}", "macros/part.hbs")]]);
    expect(problem("a\n{{> part}}", { partials })).toMatchObject({
      code: "TEMPLATE_UNKNOWN_NAME",
      message: '"rows" has no value.',
      place: { file: "macros/part.hbs", line: 2 },
      cause: "models/gold/sales.sql calls this partial.",
    });
  });

  test("after a failure the renderer works on", () => {
    const renderer = createRenderer({
      partials: new Map(),
      helpers,
      sourceRelations: new Map(),
      vars: {},
      env: {},
    });
    expect(() => renderer(template("{{breaks}}"), context)).toThrow(Failure);
    expect(renderer(template(`{{ref "gold.sales"}}`), context)).toBe("physical.gold.sales");
  });
});
