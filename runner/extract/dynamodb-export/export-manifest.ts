import { createHash } from "node:crypto";
import { z } from "zod";

/**
 * What DynamoDB's table export leaves in S3, by the DynamoDB Developer Guide, "DynamoDB table export output format":
 * `<prefix>/AWSDynamoDB/<export id>/manifest-summary.json` and `manifest-files.json`, each with its MD5 in base64 beside
 * it. A full export's data are below `AWSDynamoDB/<export id>/data/`; those of incremental exports share
 * `AWSDynamoDB/data/`.
 */
export const exportsFolder = "AWSDynamoDB";

/** The guide says `.checksum`; DynamoDB has been seen to write `.md5`. */
export const checksumSuffixes = [".md5", ".checksum"] as const;

const time = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));

const summarySchema = z.object({
  exportArn: z.string().optional(),
  tableArn: z.string().min(1),
  tableId: z.string().min(1).optional(),
  /** Of a full export: the moment that it shows. */
  exportTime: time.optional(),
  /** Of an incremental export: what changed from here on, and before `exportToTime`. */
  exportFromTime: time.optional(),
  exportToTime: time.optional(),
  s3SseAlgorithm: z.string().nullish(),
  manifestFilesS3Key: z.string().min(1),
  itemCount: z.int().nonnegative(),
  outputFormat: z.string(),
  /** Only incremental exports say what they are. */
  exportType: z.enum(["FULL_EXPORT", "INCREMENTAL_EXPORT"]).default("FULL_EXPORT"),
});

/** One export that is complete: its summary is written last. Times are in milliseconds since 1970. */
export interface ExportSummary {
  readonly id: string;
  readonly tableName: string;
  /** What tells the table from one that was made anew under its name; the same as a live table says. */
  readonly identity: string;
  readonly kind: "full" | "incremental";
  /** The first moment whose changes it holds; of a full export the same as `to`. */
  readonly from: number;
  /** The moment whose state it leads to. */
  readonly to: number;
  readonly items: number;
  readonly outputFormat: string;
  readonly filesKey: string;
  /** Whether S3's ETags are made of MD5: not where a key of KMS encrypts. */
  readonly hasPlainEtags: boolean;
}

/** Reads a `manifest-summary.json`; a text says what is wrong with it. */
export function parseSummary(id: string, text: string): ExportSummary | string {
  const json = parseJson(text);
  if (typeof json === "string") return json;
  const parsed = summarySchema.safeParse(json.value);
  if (!parsed.success) return z.prettifyError(parsed.error);
  const summary = parsed.data;
  const isFull = summary.exportType === "FULL_EXPORT";
  const to = isFull ? summary.exportTime : summary.exportToTime;
  const from = isFull ? summary.exportTime : summary.exportFromTime;
  if (from === undefined || to === undefined) {
    return isFull ? "It has no exportTime." : "It has no exportFromTime and exportToTime.";
  }
  const filesKey = keyIn(summary.manifestFilesS3Key);
  if (filesKey === undefined) return `It names ${summary.manifestFilesS3Key} as its list of files.`;
  return {
    id,
    tableName: summary.tableArn.split("/").at(-1) ?? summary.tableArn,
    identity: summary.tableId ?? summary.tableArn,
    kind: isFull ? "full" : "incremental",
    from,
    to,
    items: summary.itemCount,
    outputFormat: summary.outputFormat,
    filesKey,
    hasPlainEtags: summary.s3SseAlgorithm !== "KMS",
  };
}

const fileSchema = z.object({
  itemCount: z.int().nonnegative(),
  md5Checksum: z.string().regex(/^[A-Za-z0-9+/]{22}==$/),
  etag: z.string().optional(),
  dataFileS3Key: z.string().min(1),
});

/** A data file: DynamoDB's JSON, one item a line, in gzip. */
export interface ExportFile {
  readonly key: string;
  readonly items: number;
  /** Of its bytes as they are stored, in base64. */
  readonly md5: string;
}

/** Reads a `manifest-files.json`: one JSON object a line. A text says what is wrong with it. */
export function parseFiles(summary: ExportSummary, text: string): readonly ExportFile[] | string {
  const files: ExportFile[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    const json = parseJson(line);
    if (typeof json === "string") return `Line ${index + 1}: ${json}`;
    const parsed = fileSchema.safeParse(json.value);
    if (!parsed.success) return `Line ${index + 1}: ${z.prettifyError(parsed.error)}`;
    const { dataFileS3Key, itemCount, md5Checksum, etag } = parsed.data;
    const key = keyIn(dataFileS3Key);
    if (key === undefined) return `Line ${index + 1} names ${dataFileS3Key}.`;
    if (summary.hasPlainEtags && etag !== undefined && !agree(etag, md5Checksum)) {
      return `Line ${index + 1}: etag and md5Checksum are those of different files.`;
    }
    files.push({ key, items: itemCount, md5: md5Checksum });
  }
  const items = files.reduce((sum, file) => sum + file.items, 0);
  if (items === summary.items) return files;
  return `Its files hold ${items} items, manifest-summary.json says ${summary.items}.`;
}

/** S3's ETag of an object that was uploaded in one part of a multipart upload is the MD5 of its MD5. */
function agree(etag: string, md5: string): boolean {
  const [, ofMd5] = /^"?([0-9a-f]{32})-1"?$/.exec(etag) ?? [];
  if (ofMd5 === undefined) return true;
  return createHash("md5").update(Buffer.from(md5, "base64")).digest("hex") === ofMd5;
}

/** A bucket's key without the prefix that the export was requested with: an export may have been copied elsewhere. */
function keyIn(s3Key: string): string | undefined {
  const start = `/${s3Key}`.lastIndexOf(`/${exportsFolder}/`);
  if (start < 0 || s3Key.split("/").includes("..")) return undefined;
  return s3Key.slice(start);
}

function parseJson(text: string): { readonly value: unknown } | string {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return "It is no JSON.";
  }
}
