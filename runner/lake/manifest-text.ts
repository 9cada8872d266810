import { z } from "zod";
import { messageOf } from "../core/caught.ts";
import { Failure } from "../core/diagnostic.ts";
import type { LakeFile, LakeManifest } from "../core/manifest.ts";
import type { RelationName } from "../core/relation.ts";
import { isKeyOf } from "./layout.ts";
import { entriesSchema, manifestFormat, manifestSchema } from "./manifest-schema.ts";

/**
 * The JSON of a manifest. `entries` is for Redshift's COPY, with addresses as `locate` gives them now; everything else is
 * ours, and readers resolve `files[].key` themselves, so that a lake that was moved still reads.
 */
export function printManifest(manifest: LakeManifest, locate: (key: string) => string): string {
  const content = {
    entries: entriesOf(manifest.files, locate),
    format: manifestFormat,
    relation: manifest.relation,
    run_id: manifest.runId,
    published_at: manifest.publishedAt,
    columns: manifest.columns.map(({ name, type, classes }) => ({ name, type, classes })),
    files: manifest.files.map(({ key, bytes, rows, sha256, runId, ...rest }) => ({
      key,
      bytes,
      rows,
      sha256,
      run_id: runId,
      sums: rest.sums,
      minimum: rest.minimum,
      maximum: rest.maximum,
      columns: rest.columns,
    })),
    totals: manifest.totals,
    watermark: manifest.watermark,
    intervals: manifest.intervals,
    identity: manifest.identity,
    written_by: manifest.writtenBy,
  };
  return `${JSON.stringify(content, undefined, 2)}\n`;
}

/** A list of files that is for Redshift's COPY alone. */
export function printCopyList(files: readonly LakeFile[], locate: (key: string) => string): string {
  return `${JSON.stringify({ entries: entriesOf(files, locate) })}\n`;
}

/** Without a length, or not mandatory, COPY would take a file that is missing for one without rows. */
function entriesOf(files: readonly LakeFile[], locate: (key: string) => string) {
  return files.map((file) => ({
    url: locate(file.key),
    mandatory: true,
    meta: { content_length: file.bytes },
  }));
}

const entriesAndFiles = entriesSchema.extend(manifestSchema.pick({ files: true }).shape);

/**
 * How a manifest's entries, which Redshift's COPY follows, differ from its files. In a folder, which no cluster reads,
 * the beginning of an address may be that of another place.
 */
export function entryFaults(text: string, locate: (key: string) => string): readonly string[] {
  const parsed = entriesAndFiles.safeParse(JSON.parse(text));
  if (!parsed.success) return [z.prettifyError(parsed.error)];
  const { entries, files } = parsed.data;
  if (entries.length !== files.length) {
    return [`there are ${entries.length} entries for ${files.length} files`];
  }
  return files.flatMap(({ key, bytes }, index) => {
    const entry = entries[index];
    const address = locate(key);
    const isSamePlace = address.startsWith("s3://")
      ? entry?.url === address
      : entry?.url.endsWith(`/${key}`) === true;
    return [
      ...(isSamePlace ? [] : [`the entry of ${key} leads to ${entry?.url ?? "nothing"}`]),
      ...(entry?.meta.content_length === bytes
        ? []
        : [`the entry of ${key} has another length than its file`]),
    ];
  });
}

/** Reads the JSON of `relation`'s manifest; throws LAKE_CORRUPT, naming `path`, for anything that it cannot trust. */
export function parseManifest(text: string, relation: RelationName, path: string): LakeManifest {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw corrupt(relation, path, messageOf(error));
  }
  const parsed = manifestSchema.safeParse(json);
  if (!parsed.success) throw corrupt(relation, path, z.prettifyError(parsed.error));
  const content = parsed.data;
  if (content.relation !== relation) {
    throw corrupt(relation, path, `It is the manifest of ${content.relation}.`);
  }
  const stray = content.files.find((file) => !isKeyOf(relation, file.key));
  if (stray !== undefined) {
    throw corrupt(relation, path, `It lists "${stray.key}", which is no file of ${relation}.`);
  }
  return {
    relation,
    runId: content.run_id,
    publishedAt: content.published_at,
    columns: content.columns,
    files: content.files.map(({ run_id: runId, sums, columns, ...file }) => ({
      ...file,
      runId,
      ...(sums === undefined ? {} : { sums }),
      ...(columns === undefined ? {} : { columns }),
    })),
    ...(content.totals === undefined ? {} : { totals: content.totals }),
    ...(content.watermark === undefined ? {} : { watermark: content.watermark }),
    ...(content.intervals === undefined ? {} : { intervals: content.intervals }),
    ...(content.identity === undefined ? {} : { identity: content.identity }),
    ...(content.written_by === undefined ? {} : { writtenBy: content.written_by }),
  };
}

function corrupt(relation: RelationName, path: string, cause: string): Failure {
  return new Failure([
    {
      code: "LAKE_CORRUPT",
      message: `The manifest of ${relation} cannot be read: ${path}`,
      cause,
      hint: "Restore this file from a backup, or delete it and build the relation again.",
    },
  ]);
}
