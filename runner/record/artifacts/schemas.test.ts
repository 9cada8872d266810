import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { artifactSchemas } from "./schemas.ts";

test.each(Object.entries(artifactSchemas()))(
  "the published JSON Schema of %s is what the runner writes (renew it with npm run schemas)",
  (name, schema) => {
    const file = new URL(`../../schemas/${name}.schema.json`, import.meta.url);
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual(JSON.parse(JSON.stringify(schema)));
  },
);
