import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { Failure } from "../core/diagnostic.ts";
import type { Diagnostic } from "../core/diagnostic.ts";
import type { Macro } from "../core/macro.ts";
import type { Template } from "../core/template.ts";
import type { Engine } from "../core/ports.ts";
import type { RelationName } from "../core/relation.ts";
import { StatementFailure } from "../core/statement-failure.ts";
import { openDuckDb } from "../engine/duckdb/engine.ts";
import { createLocatingRenderer } from "./locating-renderer.ts";
import type { RenderContext } from "./renderer.ts";

let engine: Engine;

beforeAll(async () => {
  engine = await openDuckDb({ file: ":memory:", threads: 1 });
  await engine.execute("create table sale as select 1 as id, 2 as qty");
});

afterAll(() => engine.close());

const helpers = new Map<string, Macro>([
  ["cast", (_, column) => `cast(\n    ${String(column)}\n    as integer\n)`],
  ["same", (_, column) => String(column)],
  [
    "breaks",
    () => {
      throw new Error("no such part");
    },
  ],
]);
const partial = (name: string, text: string): readonly [string, Template] => [
  name,
  { file: `macros/${name}.hbs`, text, refs: [] },
];
const partials = new Map([
  partial("head", "{{!-- A comment\n  of two lines. --}}\n-- one\n-- two\n"),
  partial("columns", "id,\n{{column}},\nid as again\n"),
  partial("outer", "id,\n  {{> columns column=wanted}}\n"),
  partial("failing", "id,\n\n{{breaks}}"),
  partial("around", "a\n  {{> failing}}"),
  partial("parameter", "select\n  {{rows}}"),
  partial("deciding", "{{#if (breaks)}}a{{/if}}"),
]);

const context: RenderContext = { dialect: "duckdb", resolve: () => "sale", self: "sale" };
const increment = { since: "1", until: "2" };

function open() {
  return createLocatingRenderer({
    partials,
    helpers,
    sourceRelations: new Map<string, RelationName>([["oltp.sale", "raw.sale"]]),
    vars: { columns: ["id", "qty"] },
    env: {},
  });
}

interface Seen {
  readonly at: string;
  readonly frame: string | undefined;
}

/** What a model's user sees when the engine refuses what the template was rendered to. */
async function seen(text: string, given: RenderContext = context): Promise<Seen> {
  const { render, locate } = open();
  const template = { file: "models/a.sql", text, refs: [] };
  const query = render(template, given);
  const failure = await engine
    .execute(`create or replace table made as\n${query}`)
    .catch((error: unknown) => error);
  if (!(failure instanceof StatementFailure)) throw new Error(`it was not refused:\n${query}`);
  const found = locate(failure, template);
  const { file, line, column } = found?.place ?? { file: "?", line: 0, column: 0 };
  return { at: `${file}:${line ?? 0}:${column ?? 0}`, frame: found?.frame };
}

describe("what the engine says of rendered SQL stands at its place in the model's file", () => {
  test("below a partial of many lines and a macro of many lines", async () => {
    const text =
      '{{> head}}\nselect\n    {{cast "id"}} as id,\n    quantity\nfrom {{ref "gold.sale"}}\n';
    expect((await seen(text)).at).toBe("models/a.sql:4:5");
  });

  test("on a line that stands there twice, and behind calls on the same line", async () => {
    const text =
      'select id from sale\nunion all\nselect id from sale\nunion all\nselect {{same "id"}} as b, quantity from {{ref "x"}}';
    expect((await seen(text)).at).toBe("models/a.sql:5:28");
    const twice = "select id from sale\nunion all\nselect nothing\nunion all\nselect nothing";
    expect((await seen(twice)).at).toMatch(/^models\/a\.sql:[35]:8$/);
  });

  test("in a branch of a block, in either mode of an incremental model", async () => {
    const text = [
      "select id from sale",
      "{{#incremental}}",
      "where quantity > {{since}}",
      "{{else}}",
      "  where 1 = 1",
      "  and amount = 1",
      "{{/incremental}}",
      "{{#if true}}",
      "  or id = 1",
      "{{/if}}",
    ].join("\n");
    expect((await seen(text)).at).toBe("models/a.sql:6:7");
    expect((await seen(text, { ...context, increment })).at).toBe("models/a.sql:3:7");
  });

  test("in every turn of a loop at the one line of it, and at none behind it", async () => {
    const text = (behind: string) =>
      `select\n{{#each (var "columns")}}\n  {{same this}} as {{this}}_,\n{{/each}}\n${behind} from sale`;
    expect((await seen(text("quantity"))).at).toBe("models/a.sql:5:1");
    const inLoop = text("1 as one").replace("{{same this}}", "nothing + {{same this}}");
    expect((await seen(inLoop)).at).toBe("models/a.sql:3:3");
  });

  test.each([
    ["line ends of Windows", "select\r\n    id,\r\n    quantity\r\nfrom sale", "3:5"],
    [
      "line ends of Windows and a block",
      "select id\r\n{{#if true}}\r\n, id\r\n{{/if}}\r\n,\tquantity\r\nfrom sale",
      "5:3",
    ],
    ["tabs", "select\n\t\tid,\t\tquantity\nfrom sale", "2:8"],
    ["letters of every width", "select 'é日本🛒', {{same \"'é日'\"}}, quantity from sale", "1:34"],
    [
      "a long line",
      `select ${"id, ".repeat(60)}quantity, ${"id, ".repeat(60)}id from sale`,
      "1:248",
    ],
    ["blank lines before it", "\n\n  select id\n  from sale where quantity > 1\n", "4:19"],
    [
      "tags that take blanks off",
      "select id,\n   {{~same 'id'~}}   \n  , quantity\nfrom sale",
      "3:5",
    ],
    ["an error at its end", "select id from sale where\n", "1:21"],
  ])("with %s", async (_, text, at) => {
    const found = await seen(text);
    if (text.endsWith("where\n")) expect(found.at).toMatch(/^models\/a\.sql:1:/);
    else expect(found.at).toBe(`models/a.sql:${at}`);
  });

  test("at the call of the macro that rendered it, with what it rendered", async () => {
    const found = await seen('select id,\n  {{cast "quantity"}} as a\nfrom sale');
    expect(found.at).toBe("models/a.sql:2:3");
    expect(found.frame).toContain('> 2 |   {{cast "quantity"}} as a');
    expect(found.frame).toMatch(/compiled SQL:\n(.*\n)*> \d \| +quantity/);
  });

  test("at the call of the partial that it stands in, with the partial's own line", async () => {
    const found = await seen('select\n  {{> outer wanted="quantity"}}\nfrom sale');
    expect(found.at).toBe("models/a.sql:2:3");
    expect(found.frame).toContain('> 2 |   {{> outer wanted="quantity"}}');
    expect(found.frame).toContain("in macros/outer.hbs:2:3\n");
    expect(found.frame).toContain("in macros/columns.hbs:2:1\n");
    expect(found.frame).toContain("> 2 | {{column}},");
    const own = await seen('select\n  {{> columns column="no, id"}}\nfrom sale');
    expect(own.at).toBe("models/a.sql:2:3");
  });

  test("wherever a wrong name is put among the parts of a template", async () => {
    const part = fc.constantFrom(
      { text: "id,\n", lines: 1 },
      { text: "  id, -- é日\n", lines: 1 },
      { text: '{{same "id"}}, ', lines: 0 },
      { text: '{{cast "id"}},\n', lines: 1 },
      { text: '  {{> columns column="id"}}\n,\n', lines: 2 },
      { text: "{{#if true}}\n  id,\n{{/if}}\n", lines: 3 },
      { text: "{{#incremental}}\n 1,\n{{else}}\n  id,\n  id,\n{{/incremental}}\n", lines: 6 },
      { text: "{{!-- two\n lines --}}\n", lines: 2 },
    );
    const parts = fc.array(part, { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(parts, parts, fc.boolean(), async (before, after, windows) => {
        const sum = before.reduce((lines, { lines: more }) => lines + more, 0);
        const text = `select\n${before.map((each) => each.text).join("")}quantity,\n${after.map((each) => each.text).join("")}1 as last from sale`;
        const { at, frame } = await seen(windows ? text.replaceAll("\n", "\r\n") : text);
        expect(at.split(":")[1]).toBe(String(2 + sum));
        const line = text.split("\n")[1 + sum] ?? "";
        expect(at).toBe(`models/a.sql:${2 + sum}:${line.indexOf("quantity") + 1}`);
        expect(frame).toMatch(/>.*quantity,/);
      }),
      { numRuns: 60 },
    );
  });
});

function problem(text: string): Diagnostic {
  try {
    open().render({ file: "models/a.sql", text, refs: [] }, context);
  } catch (error) {
    if (error instanceof Failure && error.diagnostics[0] !== undefined) return error.diagnostics[0];
    throw error;
  }
  throw new Error("nothing went wrong");
}

describe("what goes wrong while a partial is rendered stands at the model's own line", () => {
  test("with the partial's line below it", () => {
    const found = problem("select\n  {{> failing}}\nfrom sale");
    expect(found).toMatchObject({
      code: "MACRO_FAILED",
      place: { file: "models/a.sql", line: 2, column: 3 },
    });
    expect(found.frame).toBe(
      [
        "  1 | select",
        "> 2 |   {{> failing}}",
        "    |   ^",
        "  3 | from sale",
        "in macros/failing.hbs:3:1",
        "  1 | id,",
        "  2 |",
        "> 3 | {{breaks}}",
        "    | ^",
      ].join("\n"),
    );
  });

  test("through every partial in between, and only the calls that led there", () => {
    const { place, frame } = problem("{{> head}}\n{{> around}}\n{{> failing}}");
    expect(place).toMatchObject({ file: "models/a.sql", line: 2 });
    expect(frame?.match(/^in .*/gm)).toEqual([
      "in macros/around.hbs:2:3",
      "in macros/failing.hbs:3:1",
    ]);
  });

  test("for a parameter that the model forgot, and for a block's condition", () => {
    const forgotten = problem("select 1\n{{> parameter}}");
    expect(forgotten).toMatchObject({ message: '"rows" has no value.', place: { line: 2 } });
    expect(forgotten.frame).toContain("in macros/parameter.hbs:2:");
    const deciding = problem("\n{{> deciding}}");
    expect(deciding.place).toMatchObject({ file: "models/a.sql", line: 2 });
    expect(deciding.frame).toContain("in macros/deciding.hbs:1:");
  });

  test("and a mistake of the model itself has nothing below it", () => {
    const { place, frame } = problem("select\n{{breaks}}");
    expect(place).toMatchObject({ file: "models/a.sql", line: 2, column: 1 });
    expect(frame).not.toContain("in macros/");
    const inCall = problem("{{> columns column=(breaks)}}");
    expect(inCall.place).toMatchObject({ file: "models/a.sql", line: 1 });
    expect(inCall.frame).not.toContain("in macros/");
  });
});
