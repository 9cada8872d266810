import { z } from "zod";

/** Counts up when a reader of the files would have to change. */
export const schemaVersion = 1;

const id = z.string().describe("`zone.name` of a relation, `test.<name>` of a data test");
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const part = z.string().regex(/^[0-9a-f]{16}$/);
const time = z.iso.datetime({ precision: 3 }).describe("ISO 8601, UTC");

const column = z.strictObject({
  name: z.string(),
  type: z.string(),
  nullable: z.boolean(),
  description: z.string(),
});

const manifestNode = z.strictObject({
  kind: z.string().describe("model, seed, source, test, unit_test"),
  name: z.string(),
  zone: z.string().optional(),
  path: z.string().describe("the file that declares it, relative to the project"),
  description: z.string(),
  tags: z.array(z.string()),
  owner: z.string().optional(),
  config: z.record(z.string(), z.unknown()).describe("how it is made"),
  key: z.array(z.string()).optional(),
  columns: z.array(column).optional(),
  tests: z.array(id).optional().describe("data tests that read it"),
  depends_on: z.array(id),
  fingerprint: z.strictObject({
    own: sha256.describe("changes with what of the node itself can change its result"),
    full: sha256.describe("changes with that, or with anything upstream"),
    body: part.optional(),
    config: part.optional(),
    contract: part.optional(),
    macros: part.optional(),
    vars: part.optional(),
  }),
});

/** A project as it is compiled: the same bytes for the same project, whenever and wherever it is written. */
export const manifestSchema = z.strictObject({
  schema_version: z.literal(schemaVersion),
  project: z.string(),
  nodes: z.record(id, manifestNode),
  parent_map: z.record(id, z.array(id)),
  child_map: z.record(id, z.array(id)),
});
export type Manifest = z.output<typeof manifestSchema>;
export type ManifestNode = z.output<typeof manifestNode>;

const sourceState = z.strictObject({
  watermark: z.string().optional().describe("highest cursor value that is published"),
  content: sha256.optional().describe("of the published files"),
  rows: z.int().nonnegative().optional(),
  run_id: z.string().optional().describe("the run that published it last"),
  freshness: z
    .strictObject({
      status: z.enum(["pass", "warn", "error", "runtime error"]),
      max_loaded_at: z.string().optional().describe("the newest row in the source"),
      snapshotted_at: time.describe("when that was looked at"),
    })
    .optional()
    .describe("what runner source freshness found last"),
});
export type SourceState = z.output<typeof sourceState>;

/** What the tables of each source held when all models that read them were last built. */
export const sourcesSchema = z.strictObject({
  schema_version: z.literal(schemaVersion),
  sources: z.record(id, sourceState),
});
export type SourceStates = z.output<typeof sourcesSchema>;

const diagnostic = z.strictObject({
  code: z.string(),
  message: z.string(),
  file: z.string().optional(),
  line: z.int().positive().optional(),
  column: z.int().positive().optional(),
  cause: z.string().optional(),
  hint: z.string().optional(),
});

const load = {
  rows: z
    .int()
    .nonnegative()
    .describe("returned or changed by the statements that the warehouse counts them of"),
  bytes: z.int().nonnegative().describe("of the results that were returned"),
  queue_milliseconds: z
    .number()
    .nonnegative()
    .describe("from the warehouse's taking them until it worked on them, added up"),
  execution_milliseconds: z.number().nonnegative().describe("of work, added up"),
};

const totalLoad = z.strictObject({
  count: z.int().nonnegative().describe("of statements, those of transactions one by one"),
  ...load,
});

const statements = totalLoad
  .extend({
    submissions: z
      .array(
        z.strictObject({
          id: z.string().describe("by which the Data API knows it"),
          status: z.enum(["finished", "failed", "cancelled"]),
          count: z.int().positive().describe("above 1 for a transaction"),
          ...load,
          rows: load.rows.optional(),
        }),
      )
      .describe("statements by themselves and transactions, in the order of their ends"),
  })
  .describe("what it asked of Redshift; absent on DuckDB, where nothing waits elsewhere");

const stepResult = z.strictObject({
  id: z.string().describe("a node's id, or `extract.<source>`"),
  kind: z.string().describe("extract, seed, model, test, unit_test, hook"),
  status: z
    .enum(["success", "pass", "warn", "fail", "error", "skipped"])
    .describe("pass, warn and fail are data tests; fail found rows, error could not do its work"),
  milliseconds: z.number().nonnegative(),
  rows: z.int().nonnegative().optional().describe("written, extracted, or failing a test"),
  rejected: z
    .int()
    .positive()
    .optional()
    .describe("rows of an extraction that went into quarantines, beside rows"),
  mode: z.string().optional().describe("how a relation was written: table, view, delta"),
  statements: statements.optional(),
  diagnostic: diagnostic.optional(),
  because: z
    .array(z.string())
    .optional()
    .describe("the failed steps that a skipped one waited for"),
});

const publication = z.strictObject({
  relation: id,
  rows: z.int().nonnegative().optional().describe("written or extracted"),
  bytes: z.int().nonnegative().optional().describe("of the lake files that were added"),
  watermark_before: z.string().optional(),
  watermark_after: z.string().optional(),
});

/** What a run did. It is written when the run begins, and again when it ends, however it ends. */
export const runResultsSchema = z.strictObject({
  schema_version: z.literal(schemaVersion),
  run_id: z.string(),
  command: z.string(),
  args: z.record(z.string(), z.unknown()),
  trigger: z.string().optional().describe("what a pipeline ran it for: <pipeline>@<time>"),
  target: z.string(),
  environment: z.string(),
  status: z
    .enum(["running", "succeeded", "failed", "interrupted"])
    .describe("running is under way, or was killed"),
  started_at: time,
  finished_at: time.optional(),
  milliseconds: z.number().nonnegative().optional(),
  results: z.array(stepResult),
  published: z.array(publication),
  publication: z
    .strictObject({ milliseconds: z.number().nonnegative(), statements: statements.optional() })
    .optional()
    .describe("how it became public: the lake's files, one transaction, the lake's pointers"),
  withheld: z.array(z.strictObject({ relation: id, because: z.string() })),
  statements: totalLoad
    .optional()
    .describe("all that the command asked of Redshift: steps, publication, ledger, lease"),
  sources: z.record(id, sourceState).describe("what is published of each source table at the end"),
});
export type RunResults = z.output<typeof runResultsSchema>;
export type StatementTotals = z.output<typeof totalLoad>;
export type StatementResults = z.output<typeof statements>;
export type StepResult = z.output<typeof stepResult>;

const schemas = {
  manifest: { schema: manifestSchema, title: "artifacts/manifest.json" },
  "run-results": { schema: runResultsSchema, title: "artifacts/run_results.json" },
  sources: { schema: sourcesSchema, title: "sources.json beside a manifest of what was built" },
} as const;

/** JSON Schemas of the artifacts by name, for whoever reads them. */
export function artifactSchemas(): Readonly<Record<string, object>> {
  return Object.fromEntries(
    Object.entries(schemas).map(([name, { schema, title }]) => [
      name,
      { title, ...z.toJSONSchema(schema) },
    ]),
  );
}
