import { z } from "zod";

export const manifestFormat = "mercado-manifest-1";

const columns = z
  .array(
    z.object({
      name: z.string().min(1),
      type: z.string().min(1),
      classes: z
        .array(z.string().min(1))
        .optional()
        .describe(
          "classes of personal or secret data, which masks hide from those who may not see them",
        ),
    }),
  )
  .describe("in the order of the files, with types such as decimal(10,2)");

const decimals = z.record(z.string(), z.string()).describe("exact decimals as text, by column");

const file = z.object({
  key: z.string().min(1).describe("relative to the lake's root"),
  bytes: z.int().nonnegative(),
  rows: z.int().nonnegative(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  run_id: z.string().min(1).describe("the run that wrote it"),
  sums: decimals.optional().describe("what the source added up of the file's rows"),
  minimum: z.string().optional().describe("the lowest cursor value, ISO 8601, UTC"),
  maximum: z.string().optional().describe("the highest cursor value, ISO 8601, UTC"),
  columns: columns.optional().describe("where they are not the manifest's"),
});

/** What a reader of manifests may rely on. */
export const manifestSchema = z.object({
  format: z.literal(manifestFormat),
  relation: z.string().describe("zone.name"),
  run_id: z.string().min(1).describe("the run that published it"),
  published_at: z.iso.datetime({ offset: false }),
  columns,
  files: z.array(file),
  totals: z
    .object({ rows: z.int().nonnegative(), sums: decimals })
    .optional()
    .describe("of the whole table in the source, in the snapshot of the latest rows"),
  watermark: z.string().min(1).optional().describe("where the next increment goes on"),
  intervals: z
    .array(z.object({ start: z.iso.datetime(), end: z.iso.datetime() }))
    .optional()
    .describe("what of time is covered"),
  identity: z.string().min(1).optional().describe("of the database that was extracted"),
  written_by: z
    .object({ role: z.string().min(1), user: z.string().min(1) })
    .optional()
    .describe("who wrote it by a statement; absent of what a run has built"),
});

/** What Redshift's COPY reads of a manifest. */
export const entriesSchema = z.object({
  entries: z
    .array(
      z.object({
        url: z.string(),
        mandatory: z.literal(true),
        meta: z.object({ content_length: z.int() }),
      }),
    )
    .describe("the files once more, for Redshift's COPY"),
});

/** The JSON Schema of a relation's `_manifest.json`. */
export function lakeSchemas(): Readonly<Record<string, object>> {
  const schema = z.toJSONSchema(manifestSchema.extend(entriesSchema.shape));
  return { "lake-manifest": { title: "<zone>/<name>/_manifest.json in the lake", ...schema } };
}
