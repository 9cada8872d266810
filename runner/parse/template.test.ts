import { describe, expect, test } from "@jest/globals";
import { parseMacros } from "./macros.ts";
import { parseTemplate } from "./template.ts";

const none = { helpers: new Set(["date_id"]), partials: new Map() };
const parse = (text: string, macros = none) =>
  parseTemplate({ file: "models/gold/sales.sql", text }, macros);
const problems = (text: string, macros = none) => parse(text, macros).diagnostics;
const partial = (name: string, text: string) => ({ file: `macros/${name}.hbs`, text });

describe("the graph is read from the template without rendering it", () => {
  test("refs and sources are found wherever they stand, each with its place", () => {
    const { template, diagnostics } = parse(
      `select * from {{ref "cleaned.a"}}\n{{#incremental}}{{ref 'cleaned.b'}}{{else}}\n  {{source "oltp.c"}}{{/incremental}}\n{{#if (ref "cleaned.d")}}{{/if}}`,
    );
    expect(diagnostics).toEqual([]);
    expect(
      template.refs.map(({ kind, name, place }) => [kind, name, place.line, place.column]),
    ).toEqual([
      ["ref", "cleaned.a", 1, 21],
      ["ref", "cleaned.b", 2, 23],
      ["source", "oltp.c", 3, 12],
      ["ref", "cleaned.d", 4, 12],
    ]);
  });

  test("a ref in a comment is none", () => {
    expect(parse(`{{!-- {{ref "cleaned.a"}} --}}{{! ref "cleaned.b" }}`).template.refs).toEqual([]);
  });

  test.each(["{{ref cleaned.a}}", "{{ref}}", `{{ref "a" "b"}}`, `{{ref (var "x")}}`, "{{ref 1}}"])(
    "%s is refused, because the graph would depend on rendering",
    (text) => {
      expect(problems(text).map((problem) => problem.code)).toContain("REF_NOT_LITERAL");
    },
  );

  test("refs inside partials and the partials that they call are the caller's, at the calling line", () => {
    const macros = parseMacros(
      [
        partial("outer", `{{> inner}} {{ref "cleaned.outer"}}`),
        partial("inner", `{{> innermost}}`),
        partial("innermost", `{{source "oltp.deep"}}`),
      ],
      [],
    );
    expect(macros.diagnostics).toEqual([]);
    const { refs } = parseTemplate({ file: "m.sql", text: "select\n{{> outer}}" }, macros).template;
    expect(refs.map(({ name, place }) => [name, place.file, place.line])).toEqual([
      ["cleaned.outer", "m.sql", 2],
      ["oltp.deep", "m.sql", 2],
    ]);
  });
});

describe("names that nobody defines are found before anything runs", () => {
  test("an unknown helper, with the one that was meant and its place", () => {
    expect(problems(`select\n  {{date_ids "x"}}`)).toMatchObject([
      {
        code: "TEMPLATE_UNKNOWN_NAME",
        place: { file: "models/gold/sales.sql", line: 2, column: 3 },
        hint: 'Did you mean "date_id"?',
      },
    ]);
  });

  test("an unknown partial, called by a model or by another partial", () => {
    const macros = parseMacros([partial("totals", "1"), partial("outer", "{{> totel}}")], []);
    expect(macros.diagnostics).toMatchObject([
      { code: "TEMPLATE_UNKNOWN_NAME", place: { file: "macros/outer.hbs" } },
    ]);
    expect(parseTemplate({ file: "m.sql", text: "{{> total}}" }, macros).diagnostics).toMatchObject(
      [{ code: "TEMPLATE_UNKNOWN_NAME", hint: 'Did you mean "totals"?' }],
    );
  });

  test("an unknown block", () => {
    expect(problems("{{#incrementel}}{{/incrementel}}")).toMatchObject([
      { code: "TEMPLATE_UNKNOWN_NAME", hint: 'Did you mean "incremental"?' },
    ]);
  });

  test("a column that was passed to a macro without quotes", () => {
    expect(problems("{{date_id created_at}}")).toMatchObject([
      { code: "TEMPLATE_UNKNOWN_NAME", hint: 'Write it in quotes: "created_at".' },
    ]);
    expect(problems("{{date_id since}}")).toMatchObject([
      { hint: "Call it in parentheses: (since)." },
    ]);
  });

  test("every unknown name of a file is reported, not only the first", () => {
    expect(problems("{{a}}\n{{b}}\n{{ref c}}").map((problem) => problem.place?.line)).toEqual([
      1, 2, 3,
    ]);
  });

  test("a partial's parameters and a loop's items are no unknown names", () => {
    const macros = parseMacros(
      [partial("p", "{{rows}} {{date_id column}}")],
      ["macros/date_id.ts"],
    );
    expect(macros.diagnostics).toEqual([]);
    expect(problems("{{#each list}}{{name}}{{date_id this}}{{@index}}{{/each}}")).toEqual([]);
  });

  test.each(["{{#> p}}x{{/p}}", "{{#*inline 'p'}}x{{/inline}}", "{{* deco}}"])(
    "%s, which would hide refs from the graph, is refused",
    (text) => {
      expect(problems(text)).toMatchObject([{ code: "TEMPLATE_UNKNOWN_NAME" }]);
    },
  );
});

describe("a template that cannot be read is reported where it breaks", () => {
  test("a block that is never closed, at its beginning", () => {
    expect(problems("select 1\n  {{#incremental}}\nwhere {{#if (since)}}x{{/if}}\n")).toMatchObject(
      [
        {
          code: "TEMPLATE_SYNTAX",
          message: "The block {{#incremental}} is never closed.",
          place: { line: 2, column: 3 },
          hint: "End it with {{/incremental}}.",
        },
      ],
    );
  });

  test("a block that is closed by another name", () => {
    expect(problems("a\n{{#incremental}}x{{/if}}")).toMatchObject([
      { message: "incremental doesn't match if.", place: { line: 2, column: 4 } },
    ]);
  });

  test("a call without its end", () => {
    expect(problems(`select\n  {{ref "cleaned.a"\nfrom x`)).toMatchObject([
      { code: "TEMPLATE_SYNTAX", place: { line: 2 } },
    ]);
    expect(problems(`{{ref "cleaned.a}}`)).toMatchObject([
      { code: "TEMPLATE_SYNTAX", place: { line: 1 } },
    ]);
    expect(problems("a\n{{ }}")).toMatchObject([{ code: "TEMPLATE_SYNTAX", place: { line: 2 } }]);
  });
});

test("brackets out of habit are answered with the call that was meant", () => {
  expect(problems(`select *\nfrom {{ ref('gold.sales') }}`)).toMatchObject([
    { place: { line: 2, column: 6 }, hint: 'Write {{ref "gold.sales"}}.' },
  ]);
  expect(problems(`from {{source('oltp', 'customer')}}`)).toMatchObject([
    { code: "TEMPLATE_SYNTAX", hint: 'Write {{source "oltp.customer"}}.' },
  ]);
});

test("a file without a query is named instead of failing in the database", () => {
  for (const text of ["", "\n  \n", "-- later\n{{! or never }}\n{{!-- at all --}}"]) {
    expect(problems(text)).toMatchObject([{ code: "SQL_EMPTY" }]);
  }
  expect(problems("select 1 -- one")).toEqual([]);
});

describe("macros", () => {
  test("partials that call one another in a circle are reported instead of hanging", () => {
    const macros = parseMacros(
      [
        partial("a", `{{> b}}{{ref "cleaned.x"}}`),
        partial("b", "{{> a}}"),
        partial("c", "{{> c}}"),
      ],
      [],
    );
    expect(macros.diagnostics.map(({ code, place }) => [code, place?.file])).toEqual([
      ["MACRO_INVALID", "macros/a.hbs"],
      ["MACRO_INVALID", "macros/b.hbs"],
      ["MACRO_INVALID", "macros/c.hbs"],
    ]);
  });

  test("two files of one name are reported, for one of them would be lost", () => {
    const macros = parseMacros(
      [partial("a", "1"), partial("sub/a", "2")],
      ["macros/x.ts", "macros/s/x.ts"],
    );
    expect(macros.diagnostics).toHaveLength(2);
  });

  test("a helper cannot take a built-in name or one that no template could call", () => {
    const macros = parseMacros([partial("Bad-Name", "1")], ["macros/ref.ts", "macros/dateId.ts"]);
    expect(macros.diagnostics.map((problem) => problem.code)).toEqual(
      Array(3).fill("MACRO_INVALID"),
    );
  });
});
