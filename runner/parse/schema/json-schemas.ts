import { z } from "zod";
import { modelSchema, seedSchema, singularTestSchema } from "./model.ts";
import { pipelinesSchema } from "./pipelines.ts";
import { sourceSchema } from "./source.ts";
import { unitTestFileSchema } from "./unit-tests.ts";
import { columnTestList, columnTests, tableTestList, tableTests } from "./tests.ts";

const schemas = {
  pipelines: { schema: pipelinesSchema, title: "pipelines.yaml" },
  source: { schema: sourceSchema, title: "A file of sources/" },
  model: { schema: modelSchema, title: "The YAML beside a model" },
  seed: { schema: seedSchema, title: "The YAML beside a seed" },
  "unit-test": { schema: unitTestFileSchema, title: "A file of tests/unit" },
  "data-test": { schema: singularTestSchema, title: "The YAML beside a query in tests/" },
} as const;

/** JSON Schemas of the project's YAML files by name, for editors that complete and check them. */
export function jsonSchemas(): Readonly<Record<string, object>> {
  return Object.fromEntries(
    Object.entries(schemas).map(([name, { schema, title }]) => [
      name,
      { title, ...z.toJSONSchema(schema, { io: "input", override: describeTests }) },
    ]),
  );
}

interface Overridden {
  readonly zodSchema: unknown;
  readonly jsonSchema: z.core.JSONSchema.BaseSchema;
}

/** The runner reads a test's name itself, to tell what was meant; an editor is given the names. */
function describeTests({ zodSchema, jsonSchema }: Overridden): void {
  if (zodSchema !== columnTestList && zodSchema !== tableTestList) return;
  const known = zodSchema === columnTestList ? columnTests : tableTests;
  jsonSchema.items = {
    anyOf: [
      // A name that is none of these is a test of the project's own.
      { enum: Object.keys(known) },
      { type: "string" },
      {
        type: "object",
        additionalProperties: { type: "object" },
        minProperties: 1,
        maxProperties: 1,
        properties: Object.fromEntries(
          Object.entries(known).map(([name, test]) => {
            const settings = z.toJSONSchema(test, { io: "input" });
            delete settings.$schema;
            return [name, settings];
          }),
        ),
      },
    ],
  };
}
