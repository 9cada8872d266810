import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";

export type WrittenItem = Readonly<Record<string, AttributeValue>>;

export interface Change {
  readonly keys: WrittenItem;
  readonly oldImage?: WrittenItem;
  /** Undefined when the item was deleted. */
  readonly newImage?: WrittenItem;
  readonly at: Date;
}

interface ExportOptions {
  readonly id: string;
  readonly table?: string;
  readonly tableId?: string;
  readonly files?: number;
  /** What the export was requested with, apart from where it stands now. */
  readonly prefix?: string;
  readonly checksumSuffix?: ".md5" | ".checksum";
  /** Changes of the summary, before its checksum is made. */
  readonly summary?: Readonly<Record<string, unknown>>;
}

/** DynamoDB's own JSON, written apart from the code under test. */
function json(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (Array.isArray(value)) return value.map(json);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, json(each)]));
}

function md5(content: Buffer | string): string {
  return createHash("md5").update(content).digest("base64");
}

async function put(root: string, key: string, content: Buffer | string): Promise<void> {
  await mkdir(dirname(join(root, key)), { recursive: true });
  await writeFile(join(root, key), content);
}

/** Writes an export as DynamoDB would, below `root`; returns the keys of its data files. */
async function writeExport(
  root: string,
  lines: readonly unknown[],
  options: ExportOptions & { readonly dataFolder: string },
): Promise<readonly string[]> {
  const { id, table = "shop", tableId = "table-1", files = 3, prefix = "", dataFolder } = options;
  const folder = `AWSDynamoDB/${id}`;
  const keys: string[] = [];
  let manifest = "";
  for (let file = 0; file < files; file += 1) {
    // A partition without items makes a file without lines.
    const own = lines.filter((_, index) => index % files === file);
    const content = gzipSync(own.map((line) => `${JSON.stringify(json(line))}\n`).join(""));
    const key = `${dataFolder}/${id.slice(-8)}${file}.json.gz`;
    await put(root, key, content);
    keys.push(key);
    const digest = createHash("md5").update(content).digest();
    const etag = `${createHash("md5").update(digest).digest("hex")}-1`;
    manifest += `${JSON.stringify({ itemCount: own.length, md5Checksum: md5(content), etag, dataFileS3Key: `${prefix}${key}` })}\n`;
  }
  const arn = `arn:aws:dynamodb:us-east-1:123456789012:table/${table}`;
  const summary = JSON.stringify({
    version: "2020-06-30",
    exportArn: `${arn}/export/${id}`,
    startTime: "2026-01-09T00:00:00.000Z",
    endTime: "2026-01-09T00:05:00.000Z",
    tableArn: arn,
    tableId,
    s3Bucket: "exports",
    s3Prefix: prefix === "" ? null : prefix,
    s3SseAlgorithm: "AES256",
    s3SseKmsKeyId: null,
    manifestFilesS3Key: `${prefix}${folder}/manifest-files.json`,
    billedSizeBytes: 0,
    itemCount: lines.length,
    outputFormat: "DYNAMODB_JSON",
    ...options.summary,
  });
  const suffix = options.checksumSuffix ?? ".md5";
  await put(root, `${folder}/_started`, "");
  await put(root, `${folder}/manifest-files.json`, manifest);
  await put(root, `${folder}/manifest-files${suffix}`, md5(manifest));
  await put(root, `${folder}/manifest-summary.json`, summary);
  await put(root, `${folder}/manifest-summary${suffix}`, md5(summary));
  return keys;
}

/** The whole table at one moment. */
export function writeFullExport(
  root: string,
  items: readonly WrittenItem[],
  options: ExportOptions & { readonly at: string },
): Promise<readonly string[]> {
  return writeExport(
    root,
    items.map((item) => ({ Item: item })),
    {
      ...options,
      dataFolder: `AWSDynamoDB/${options.id}/data`,
      summary: { exportTime: options.at, ...options.summary },
    },
  );
}

/** What changed from one moment until before another; each item once, as it was last. */
export function writeIncrementalExport(
  root: string,
  changes: readonly Change[],
  options: ExportOptions & {
    readonly from: string;
    readonly to: string;
    readonly view?: "NEW_IMAGE" | "NEW_AND_OLD_IMAGES";
  },
): Promise<readonly string[]> {
  const { from, to, view = "NEW_AND_OLD_IMAGES" } = options;
  const lines = changes.map(({ keys, oldImage, newImage, at }) => ({
    Metadata: { WriteTimestampMicros: { N: String(at.getTime() * 1000) } },
    Keys: keys,
    ...(view === "NEW_AND_OLD_IMAGES" && oldImage !== undefined ? { OldImage: oldImage } : {}),
    ...(newImage === undefined ? {} : { NewImage: newImage }),
  }));
  return writeExport(root, lines, {
    ...options,
    dataFolder: "AWSDynamoDB/data",
    summary: {
      exportFromTime: from,
      exportToTime: to,
      outputView: view,
      exportType: "INCREMENTAL_EXPORT",
      ...options.summary,
    },
  });
}
