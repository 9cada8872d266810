import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { readFlatTemplate } from "../core/flat-template.ts";
import { Failure } from "../core/diagnostic.ts";
import type { Macro } from "../core/macro.ts";
import { createRenderer } from "./renderer.ts";

const echo: Macro = ({ dialect }, ...args) => {
  if (args.includes("refuse")) throw new Error("refused");
  return `${dialect}${JSON.stringify(args)}`;
};

const renderer = createRenderer({
  partials: new Map(),
  helpers: new Map([["echo", echo]]),
  sourceRelations: new Map([["oltp.b", "raw.b"]]),
  vars: { x: 1.5, constructor: "c" },
  env: { REGION: "eu" },
});

/** The text, or what went wrong and where. */
function outcome(text: string, self: string | undefined): unknown {
  try {
    const context = { dialect: "duckdb", resolve: (name: string) => `t.${name}`, self } as const;
    return renderer({ file: "m.sql", text, refs: [] }, context);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return error.diagnostics.map(({ code, message, hint, place }) => ({
      code,
      message,
      hint,
      place,
    }));
  }
}

const part = fc.constantFrom(
  "select ",
  "\n",
  "  \n",
  "{ ",
  " } ",
  `{{ref "cleaned.a"}}`,
  `{{ref 'it"s'}}`,
  `{{ ref "a b" }}`,
  `{{source "oltp.b"}}`,
  `{{source "oltp.none"}}`,
  `{{var "x"}}`,
  `{{var "y"}}`,
  `{{var "toString"}}`,
  `{{env "REGION"}}`,
  `{{env "NONE" "z"}}`,
  `{{env "NONE"}}`,
  `{{env "NONE" 3}}`,
  `{{this}}`,
  `{{since}}`,
  `{{echo}}`,
  `{{echo "a" 12 'b'}}`,
  `{{echo "refuse"}}`,
  `{{lookup "a" "b"}}`,
  `{{incremental}}`,
  `{{unknown}}`,
  `{{constructor}}`,
);
const template = fc.array(part, { maxLength: 5 }).map((parts) => parts.join(""));

test("a flat template renders, and fails, as Handlebars would have it", () => {
  let flat = 0;
  fc.assert(
    fc.property(template, fc.constantFrom("gold.sales", undefined), (text, self) => {
      if (readFlatTemplate(text) !== undefined) flat += 1;
      // A comment makes the whole template one that only Handlebars reads.
      const byHandlebars = outcome(`--{{!x}}\n${text}.`, self);
      expect(outcome(`--\n${text}.`, self)).toEqual(byHandlebars);
    }),
    { numRuns: 1500 },
  );
  expect(flat).toBeGreaterThan(1000);
});
