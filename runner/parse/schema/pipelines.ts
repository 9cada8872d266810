import { z } from "zod";
import { accessSchema } from "./access.ts";
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

const place = {
  /** A folder, or s3://bucket/prefix. */
  lake: templated,
  /** Of a server that speaks S3's protocol and is not Amazon's; its buckets are part of the path. */
  lake_endpoint: templated.optional(),
  /** Where the bucket is; default is what the AWS SDK finds. */
  lake_region: templated.optional(),
  threads: z.int().min(1).max(64).default(2),
  /** How long superseded versions stay, for readers that hold them and for the way back. */
  retention: durationSeconds.default(86_400),
  /** How long the ledger tells of a run, its steps and what it published. */
  run_retention: durationSeconds.default(90 * 86_400),
  /** More than so many files of a raw table that are smaller than so many megabytes become one; of each day, where it is parted by day. */
  compaction: z
    .strictObject({
      files: z.int().min(1).max(10_000).default(16),
      megabytes: z.number().positive().max(1024).default(16),
    })
    .default({ files: 16, megabytes: 16 }),
  connections: z.record(identifier, connection).default({}),
  /** Where runs are told to OpenLineage: a file of one JSON object a line, or an HTTP endpoint. */
  openlineage: z
    .union([
      z.strictObject({ file: templated, namespace: templated.optional() }),
      z.strictObject({
        url: templated,
        namespace: templated.optional(),
        api_key: templated.optional(),
      }),
    ])
    .optional(),
};

const duckdbTarget = z.strictObject({
  engine: z.literal("duckdb"),
  /** The database's file. */
  warehouse: templated,
  ...place,
});

/** A serverless workgroup or a provisioned cluster, reached through the Data API. */
const redshift = z.strictObject({
  workgroup: templated.optional(),
  cluster: templated.optional(),
  database: templated,
  /** Default is what the AWS SDK finds. */
  region: templated.optional(),
  /** Of a server that speaks the Data API's protocol and is not Amazon's. */
  endpoint: templated.optional(),
  /** The secret with a database user's name and password; by default IAM tells the user. */
  secret_arn: templated.optional(),
  /** Of a provisioned cluster, with temporary credentials. */
  db_user: templated.optional(),
  /** By which Redshift reads and writes the lake: an ARN, or `default` for the one that it was given. */
  iam_role: templated.default("default"),
});

const redshiftTarget = z.strictObject({
  engine: z.literal("redshift"),
  redshift,
  ...place,
});

const target = z.discriminatedUnion("engine", [duckdbTarget, redshiftTarget]);

/** No part of a name in SQL: hyphens may stand in it. */
const targetName = z
  .string()
  .max(127)
  .regex(/^[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*$/, "must be lower case, such as prod or local-aws");

export const pipelinesSchema = z.strictObject({
  project: identifier,
  vars: z.record(z.string(), variable).default({}),
  default_target: targetName,
  targets: z.record(targetName, target),
  models: z
    .record(
      z.string(),
      z.strictObject({
        materialized: materialized.optional(),
        tags: tags.optional(),
        owner,
        redshift: z.strictObject({ distribution: z.enum(["auto", "even", "all"]) }).optional(),
      }),
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
  access: accessSchema.optional(),
});
export type PipelinesFile = z.output<typeof pipelinesSchema>;
export type TargetDeclaration = z.output<typeof target>;
export type ConnectionDeclaration = z.output<typeof connection>;
