import { z } from "zod";
import { Failure } from "../../core/diagnostic.ts";
import type { UnloadedFile } from "../../core/ports.ts";
import { iamRoleClause, redshiftLiteral } from "../../core/redshift-text.ts";

/**
 * Of one file, as Redshift writes the unit. Its own limit is 6.2 GB, and S3 copies objects of up to 5 GB to another key;
 * a file of this size is copied well within the time that one answer may take.
 */
const mostFileSize = "1 gb";

/**
 * Lets Redshift write a query's rows as Parquet files whose names begin with `prefix`, and a manifest of them. One file
 * after the other, in the query's order, where it is not parallel. `iamRole` is an ARN or `default`.
 */
export function unloadStatement(
  query: string,
  prefix: string,
  options: { readonly iamRole: string; readonly isParallel: boolean },
): string {
  return [
    // A last line that is a comment must not hide the end of the literal's query.
    `unload (${redshiftLiteral(`${query}\n`)})`,
    `to ${redshiftLiteral(prefix)}`,
    iamRoleClause(options.iamRole),
    "format as parquet",
    "manifest verbose",
    "extension 'parquet'",
    // By the bucket's own key: without this word, UNLOAD asks for the one that S3 manages, whatever the bucket says.
    "encrypted auto",
    `maxfilesize ${mostFileSize}`,
    `parallel ${options.isParallel ? "on" : "off"}`,
  ].join("\n");
}

/** Where UNLOAD writes its manifest. */
export function unloadManifest(prefix: string): string {
  return `${prefix}manifest`;
}

const manifestSchema = z.object({
  entries: z.array(
    z.object({
      url: z.string(),
      meta: z.object({ content_length: z.number(), record_count: z.number() }),
    }),
  ),
});

/** The files that a verbose manifest lists, in its order. */
export function readUnloadManifest(text: string, location: string): readonly UnloadedFile[] {
  const read = manifestSchema.safeParse(parseJson(text));
  if (!read.success) throw noManifest(location, z.prettifyError(read.error));
  return read.data.entries.map(({ url, meta }) => ({
    location: url,
    rows: meta.record_count,
    bytes: meta.content_length,
  }));
}

export function noManifest(location: string, cause?: string): Failure {
  const message = `Redshift wrote rows, and no manifest of them to ${location}.`;
  const hint = "Run it again: it writes to a new place.";
  return new Failure([{ code: "LAKE_CORRUPT", message, cause, hint }], 1);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
