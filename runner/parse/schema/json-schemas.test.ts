import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { jsonSchemas } from "./json-schemas.ts";

const published = (name: string) =>
  JSON.parse(
    readFileSync(new URL(`../../schemas/${name}.schema.json`, import.meta.url), "utf8"),
  ) as unknown;

test.each(Object.entries(jsonSchemas()))(
  "the published JSON Schema of %s is what the runner reads (renew it with npm run schemas)",
  (name, schema) => {
    expect(published(name)).toEqual(JSON.parse(JSON.stringify(schema)));
  },
);

test("an editor learns the data tests that a column and a table may have", () => {
  const text = JSON.stringify(jsonSchemas().model);
  for (const name of ["relationships", "range", "row_count", "expression"]) {
    expect(text).toContain(`"${name}"`);
  }
});
