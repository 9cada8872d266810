import { z } from "zod";
import { intervalUnits } from "../../core/interval.ts";
import { encodings } from "../../core/table-storage.ts";
import {
  className,
  columnClass,
  columnType,
  description,
  hooks,
  identifier,
  key,
  owner,
  tags,
} from "./common.ts";
import { columnTestList, tableTestList, testModifiers } from "./tests.ts";
import { modelUnitTest } from "./unit-tests.ts";

const contractColumn = z.strictObject({
  name: identifier,
  type: columnType,
  nullable: z.boolean().default(true),
  description,
  class: columnClass,
  tests: columnTestList,
});

/** Says that a model's column tells nothing of classes that its sources have. */
const declassify = z.strictObject({
  classes: z.array(className).min(1).optional().describe("default is every class that reaches it"),
  reason: z.string().trim().min(1),
});

const relationSchema = {
  description,
  tags,
  owner,
  key: key.optional(),
  columns: z.array(contractColumn).min(1),
  tests: tableTestList,
};

export const materialized = z.enum(["table", "view", "ephemeral", "incremental", "snapshot"]);

/** How a model is written; which settings go together is checked where they are read. */
const materialization = {
  materialized: materialized.optional(),
  strategy: z
    .enum(["merge", "append", "delete_insert", "by_interval", "timestamp", "check"])
    .optional(),
  cursor: identifier.optional(),
  replace: z.array(identifier).min(1).optional(),
  interval: z.enum(intervalUnits).optional(),
  begin: z.iso.date("must be a date, such as 2026-01-31").optional(),
  lookback: z.int().min(0).max(10_000).optional(),
  check: z.union([z.literal("all"), z.array(identifier).min(1)]).optional(),
  deletes: z.enum(["close", "keep"]).optional(),
  on_schema_change: z.enum(["fail", "add", "sync", "rebuild"]).optional(),
  full_refresh: z.enum(["allow", "never"]).optional(),
};

/** How Redshift stores a model's table; which columns there are is checked where it is read. */
const redshift = z.strictObject({
  /** auto, even, all, or the column whose equal values lie together. */
  distribution: identifier.optional(),
  sort: z.array(identifier).min(1).max(400).optional(),
  encode: z.record(identifier, z.enum(encodings)).optional(),
});

export const modelSchema = z.strictObject({
  ...relationSchema,
  columns: z.array(contractColumn.extend({ declassify: declassify.optional() })).min(1),
  grain: z.string().min(1),
  ...materialization,
  partition_by: identifier.optional(),
  redshift: redshift.optional(),
  unit_tests: z.array(modelUnitTest).default([]),
  pre_hook: hooks,
  post_hook: hooks,
});
export type ModelFile = z.output<typeof modelSchema>;

export const seedSchema = z.strictObject(relationSchema);
export type SeedYaml = z.output<typeof seedSchema>;

export const singularTestSchema = z.strictObject({
  description,
  tags,
  ...testModifiers,
});
