import { DuckDBInstance } from "@duckdb/node-api";
import { mkdtempSync, rmSync } from "node:fs";
import { stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openS3Server } from "../../../s3/s3-server.ts";
import type { Storage } from "../statement-result.ts";
import { parseObjectUrl, withObjects, type Objects } from "../storage/objects.ts";

export interface TestStorage {
  readonly storage: Storage;
  /** Writes a query of DuckDB's as Parquet to `s3://lake/…` and tells its bytes. */
  writeParquet(query: string, url: string): Promise<number>;
  /** DuckDB's answer over `{file}`, the object at `url`. */
  askParquet(url: string, query: string): Promise<readonly Record<string, unknown>[]>;
  use<Result>(act: (objects: Objects) => Promise<Result>): Promise<Result>;
  /** The keys below a prefix of the bucket. */
  keys(prefix: string): Promise<readonly string[]>;
  text(url: string): Promise<string>;
  write(text: string, url: string): Promise<void>;
  close(): Promise<void>;
}

/** A server that speaks S3's protocol on this machine alone, with the empty bucket `lake`. */
export async function openTestStorage(): Promise<TestStorage> {
  const directory = mkdtempSync(join(tmpdir(), "redshift-s3rver-"));
  const server = await openS3Server({ directory, bucket: "lake" });
  const { endpoint, accessKeyId, secretAccessKey } = server;
  const storage: Storage = { endpoint, region: "us-east-1", accessKeyId, secretAccessKey };
  const use: TestStorage["use"] = (act) => withObjects(storage, act);
  const duckdb = await (await DuckDBInstance.create(":memory:")).connect();
  const file = join(directory, "test.parquet");
  return {
    storage,
    use,
    writeParquet: async (query, url) => {
      await duckdb.run(`copy (${query}) to '${file}' (format parquet)`);
      await use((objects) => objects.upload(file, parseObjectUrl(url)));
      return (await stat(file)).size;
    },
    askParquet: async (url, query) => {
      await use((objects) => objects.download(parseObjectUrl(url), file));
      const reader = await duckdb.runAndReadAll(query.replaceAll("{file}", `'${file}'`));
      return reader.getRowObjectsJson();
    },
    keys: async (prefix) =>
      (await use((objects) => objects.list({ bucket: "lake", key: prefix }))).map(({ key }) => key),
    text: (url) => use((objects) => objects.text(parseObjectUrl(url))),
    write: (text, url) => use((objects) => objects.write(text, parseObjectUrl(url))),
    close: async () => {
      await server.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
