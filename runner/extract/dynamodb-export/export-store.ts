import { open, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { codeOf } from "../../core/caught.ts";

/** Where exports stand, below the prefix that they were requested with. Keys begin with `AWSDynamoDB/`. */
export interface ExportStore {
  /** The folder, or `s3://bucket/prefix`, as messages name it. */
  readonly location: string;
  /** The names of the folders below a key's folder; none where there is no such folder. */
  folders(key: string): Promise<readonly string[]>;
  /** The bytes under a key; undefined when there are none. */
  open(key: string): Promise<Readable | undefined>;
  close(): void;
}

export interface S3Settings {
  /** Absent: AWS itself. Buckets of another server are addressed by path. */
  readonly endpoint?: string | undefined;
  /** Default AWS_REGION, then us-east-1. */
  readonly region?: string | undefined;
}

/** `location` may end with the `AWSDynamoDB` that DynamoDB itself adds. */
export async function openExportStore(location: string, s3: S3Settings): Promise<ExportStore> {
  const root = location.replace(/\/+$/, "").replace(/\/AWSDynamoDB$/, "");
  if (!root.startsWith("s3://")) return folderStore(root);
  const { openS3ExportStore } = await import("./s3-export-store.ts");
  return openS3ExportStore(root, s3);
}

function folderStore(root: string): ExportStore {
  return {
    location: root,
    async folders(key) {
      try {
        const entries = await readdir(join(root, key), { withFileTypes: true });
        return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
      } catch (error) {
        if (isMissing(error)) return [];
        throw error;
      }
    },
    async open(key) {
      try {
        return (await open(join(root, key), "r")).createReadStream();
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    },
    close: () => undefined,
  };
}

function isMissing(error: unknown): boolean {
  const code = codeOf(error);
  return code === "ENOENT" || code === "ENOTDIR";
}
