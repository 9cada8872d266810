import { open, readdir } from "node:fs/promises";
import { join } from "node:path";
import { codeOf } from "../../core/caught.ts";
import type { ExportStore, S3Settings } from "./export-store.ts";

/** `location` may end with the `AWSDynamoDB` that DynamoDB itself adds. */
export async function openExportStore(location: string, s3: S3Settings): Promise<ExportStore> {
  const root = location.replace(/\/+$/, "").replace(/\/AWSDynamoDB$/, "");
  if (!location.startsWith("s3:")) return folderStore(root);
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
