import { z } from "zod";
import { parseSyntax } from "../template-syntax.ts";
import { durationSeconds, hooks, identifier, owner, tags } from "./common.ts";
import { materialized } from "./model.ts";
import { pipeline, variable } from "./pipeline.ts";
import { namedSelector } from "./selectors.ts";

/** Text that may name environment variables: `{{env "NAME" "default"}}`. */
const templated = z
  .string()
  .min(1)
  .superRefine((text, context) => {
    const { problem } = parseSyntax(text);
    if (problem !== undefined)
      context.addIssue({ code: "custom", message: problem.message.replace(/\.$/, "") });
  });

const postgresConnection = z.strictObject({ connector: z.literal("postgres"), url: templated });
/** How many readers work at the same time. */
const segments = z.int().min(1).max(64).optional();
const dynamodbConnection = z.strictObject({
  connector: z.literal("dynamodb"),
  endpoint: templated,
  table: templated.optional(),
  region: templated.optional(),
  segments,
  /** Read capacity units a second that extraction may take of the table. */
  read_capacity: z.number().positive().optional(),
});
/** What DynamoDB's export to S3 left, there or in a folder. */
const dynamodbExportConnection = z.strictObject({
  connector: z.literal("dynamodb_export"),
  location: templated,
  /** The export to read up to; by default the newest that is complete. */
  export: templated.default("latest"),
  table: templated.optional(),
  endpoint: templated.optional(),
  region: templated.optional(),
  segments,
});
const connection = z.discriminatedUnion("connector", [
  postgresConnection,
  dynamodbConnection,
  dynamodbExportConnection,
]);

const target = z.strictObject({
  engine: z.enum(["duckdb", "redshift"]),
  warehouse: templated,
  /** A folder, or s3://bucket/prefix. */
  lake: templated,
  /** Of a server that speaks S3's protocol and is not Amazon's; its buckets are part of the path. */
  lake_endpoint: templated.optional(),
  /** Where the bucket is; default is what the AWS SDK finds. */
  lake_region: templated.optional(),
  threads: z.int().min(1).max(64).default(2),
  /** How long superseded versions stay, for readers that hold them and for the way back. */
  retention: durationSeconds.default(86_400),
  /** More than so many files of a raw table that are smaller than so many megabytes become one; of each day, where it is parted by day. */
  compaction: z
    .strictObject({
      files: z.int().min(1).max(10_000).default(16),
      megabytes: z.number().positive().max(1024).default(16),
    })
    .default({ files: 16, megabytes: 16 }),
  connections: z.record(identifier, connection).default({}),
});

export const pipelinesSchema = z.strictObject({
  project: identifier,
  vars: z.record(z.string(), variable).default({}),
  default_target: identifier,
  targets: z.record(identifier, target),
  models: z
    .record(
      z.string(),
      z.strictObject({ materialized: materialized.optional(), tags: tags.optional(), owner }),
    )
    .default({}),
  /** Defaults of data tests. */
  tests: z
    .strictObject({ store_failures: z.boolean().default(false) })
    .default({ store_failures: false }),
  on_run_start: hooks,
  on_run_end: hooks,
  selectors: z.array(namedSelector).default([]),
  /** Selectors of relations that are published together or not at all; default is all of gold. */
  publish_groups: z.record(identifier, z.array(z.string().min(1)).min(1)).optional(),
  pipelines: z.record(identifier, pipeline).default({}),
});
export type PipelinesFile = z.output<typeof pipelinesSchema>;
export type TargetDeclaration = z.output<typeof target>;
export type ConnectionDeclaration = z.output<typeof connection>;
