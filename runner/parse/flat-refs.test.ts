import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { readFlatRefs } from "./flat-refs.ts";
import { parseByHandlebars, parseTemplate } from "./template.ts";

const macros = { helpers: new Set(["date_id", "row_key"]), partials: new Map() };

const argument = fc.constantFrom(
  `"cleaned.a"`,
  `'oltp.b'`,
  `""`,
  `"it's"`,
  `"a b"`,
  "12",
  "007",
  "name",
  `"\\"q"`,
  `(var "x")`,
  "a=1",
);
const called = fc
  .tuple(
    fc.constantFrom("{{", "{{", "{{", "{{~", "{{{", "\\{{", "{{ ", "{{{{", "{{#", "{{>", "{{!"),
    fc.constantFrom("ref", "source", "var", "env", "this", "since", "date_id", "row_key", "else"),
    fc.oneof({ weight: 4, arbitrary: fc.array(argument, { maxLength: 1 }) }, fc.array(argument)),
    fc.constantFrom("}}", "}}", "}}", " }}", "~}}", "}}}", "}"),
  )
  .map(([open, name, args, close]) => `${open}${[name, ...args].join(" ")}${close}`);
const plain = fc.constantFrom(
  "select ",
  "\n",
  "  ",
  "'é' ",
  "-- x\n",
  "}}",
  "{",
  "/*\n*/",
  "\\",
  "",
);
const call = fc
  .tuple(
    fc.constantFrom("ref", "source", "var", "env", "date_id"),
    fc.constantFrom(`"cleaned.a"`, `'oltp.b'`, `"x y"`),
  )
  .map(([name, given]) => `{{${name} ${given}}}`);
const template = fc
  .array(fc.oneof(plain, call, { weight: 1, arbitrary: called }), { maxLength: 8 })
  .map((parts) => parts.join(""));

test("refs, uses and problems of a template are the same with and without Handlebars", () => {
  let flat = 0;
  fc.assert(
    fc.property(template, (text) => {
      const file = { file: "models/gold/sales.sql", text };
      if (readFlatRefs(file, macros.helpers) !== undefined) flat += 1;
      expect(parseTemplate(file, macros)).toEqual(parseByHandlebars(file, macros, false));
    }),
    { numRuns: 1000 },
  );
  expect(flat).toBeGreaterThan(200);
});
