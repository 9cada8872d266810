import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Failure } from "../../core/diagnostic.ts";
import { directIo } from "../../core/io.ts";
import { measureFile } from "../../lake/checksum.ts";
import { printCopyList } from "../../lake/manifest-text.ts";
import { S3Bucket } from "../../lake/s3/s3-bucket.ts";
import { asked } from "../../lake/s3/s3-requests.ts";
import { dialectOf } from "../open-engine.ts";
import type { OpenedEngine } from "../open-engine.ts";
import type { Target } from "../target.ts";
import { explained } from "./findings.ts";
import type { Examination } from "./findings.ts";

interface Exchange {
  readonly target: Target;
  /** As the target names it. */
  readonly role: string;
  /** Of the columns id and name, with the rows that are unloaded and copied. */
  readonly table: string;
  readonly opening: Promise<OpenedEngine>;
}

/** Lets Redshift read and write two tiny files below the lake's prefix, by its own role, and removes them. */
export async function examineExchange(
  { target, role, table, opening }: Exchange,
  examination: Examination,
): Promise<void> {
  const { lake } = target;
  if (lake.kind !== "s3") return;
  const bucket = new S3Bucket(lake, directIo);
  const folder = `_examination/${randomUUID()}`;
  const rightsOf = (actions: string) => () => ({
    message: `Redshift's role ${role} does not get at ${lake.address}.`,
    hint: `The role must be attached to the warehouse${role === "default" ? " as its default" : ""}, be open to redshift.amazonaws.com and redshift-serverless.amazonaws.com, and allow ${actions} below the prefix, s3:ListBucket and s3:GetEncryptionConfiguration, and the use of the bucket's key. See one that does: runner infra --target ${target.name}`,
  });
  const before = ["lake", "warehouse", "right to tables"];
  try {
    await examination.look(
      "role to read",
      () =>
        explained(async () => {
          const { engine, openFileEngine } = await opening;
          const file = await fileOfTwoRows(bucket, `${folder}/part.parquet`, openFileEngine);
          const list = `${folder}/list.json`;
          await asked(bucket.address + list, () =>
            bucket.put(
              list,
              printCopyList([file], (key) => bucket.address + key),
            ),
          );
          const dialect = dialectOf(target);
          if (dialect.files.kind !== "copied") throw new Error("the engine copies no files");
          await engine.execute(`delete from ${table}`);
          await engine.execute(dialect.files.copy(table, ["id", "name"], bucket.address + list));
          await mustBeTwo(engine, table);
          return "COPY reads the lake's files";
        }, rightsOf("s3:GetObject")),
      before,
    );
    await examination.look(
      "role to write",
      () =>
        explained(async () => {
          const { engine } = await opening;
          if (engine.files.kind !== "remote") throw new Error("the engine unloads no files");
          const files = await engine.files.unload(
            "select 1 as id union all select 2 as id",
            `${bucket.address}${folder}/unloaded-`,
            { isParallel: false },
          );
          for (const { location, bytes } of files) {
            const head = await asked(location, () =>
              bucket.head(location.slice(bucket.address.length)),
            );
            if (head?.bytes !== bytes) throw unlike(`${location} is not what UNLOAD told of it.`);
          }
          if (files.reduce((sum, { rows }) => sum + rows, 0) !== 2) {
            throw unlike("UNLOAD wrote other rows than it was given.");
          }
          return "UNLOAD writes to the lake";
        }, rightsOf("s3:PutObject and s3:AbortMultipartUpload")),
      before,
    );
  } finally {
    await removeBelow(bucket, `${folder}/`);
  }
}

async function fileOfTwoRows(
  bucket: S3Bucket,
  key: string,
  openFileEngine: OpenedEngine["openFileEngine"],
) {
  const folder = await mkdtemp(path.join(tmpdir(), "mercado-doctor-"));
  try {
    const file = path.join(folder, "part.parquet");
    const { engine } = await openFileEngine();
    const query =
      "select cast(1 as integer) as id, cast('one' as varchar) as name union all select cast(2 as integer), cast('two' as varchar)";
    const rows = await engine.files.writeParquet(query, file);
    const measured = await measureFile(file);
    await asked(bucket.address + key, () => bucket.putFile(key, file, measured));
    return { key, rows, runId: "doctor", ...measured };
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function mustBeTwo(engine: OpenedEngine["engine"], table: string): Promise<void> {
  const { rows } = await engine.query(
    `select count(*) as rows_found, min(name) as first_name from ${table}`,
  );
  if (Number(rows[0]?.rows_found) === 2 && rows[0]?.first_name === "one") return;
  throw unlike("COPY put other rows into a table than the file has.");
}

function unlike(message: string): Failure {
  const hint = "Please report it with the versions of the runner and of Redshift.";
  return new Failure([{ code: "WAREHOUSE_FAILED", message, hint }]);
}

/** The lake's own finding tells what is wrong with a bucket that does not even list. */
async function removeBelow(bucket: S3Bucket, prefix: string): Promise<void> {
  try {
    const left = await bucket.keys.list(prefix);
    if (left.length > 0) await bucket.keys.remove(left.map(({ key }) => key));
  } catch {
    return;
  }
}
