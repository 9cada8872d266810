import { z } from "zod";
import { columnType, description, identifier, key, tags } from "./common.ts";
import { columnTestList, tableTestList } from "./tests.ts";

const contractColumn = z.strictObject({
  name: identifier,
  type: columnType,
  nullable: z.boolean().default(true),
  description,
  tests: columnTestList,
});

const relationSchema = {
  description,
  tags,
  key: key.optional(),
  columns: z.array(contractColumn).min(1),
  tests: tableTestList,
};

export const materialized = z.enum(["table", "view", "incremental"]);

export const modelSchema = z.strictObject({
  ...relationSchema,
  grain: z.string().min(1),
  materialized: materialized.optional(),
  cursor: identifier.optional(),
});
export type ModelFile = z.output<typeof modelSchema>;

export const seedSchema = z.strictObject(relationSchema);
export type SeedYaml = z.output<typeof seedSchema>;

export const singularTestSchema = z.strictObject({
  description,
  severity: z.enum(["error", "warn"]).default("error"),
  tags,
});
