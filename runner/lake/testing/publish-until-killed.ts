/** A process of its own that publishes one part and dies, as by `kill -9`, at the kill point that it is told. */
import { writeFile } from "node:fs/promises";
import { openFolderLake } from "../folder-lake.ts";
import { openS3Lake, type S3LakeOptions } from "../s3/s3-lake.ts";

const [place = "", runId = "", content = "", killAt = ""] = process.argv.slice(2);
const killPoint = (name: string) => {
  if (name === killAt) process.kill(process.pid, "SIGKILL");
};
const options = JSON.parse(place) as { readonly root: string } | S3LakeOptions;
const lake =
  "root" in options
    ? openFolderLake({ ...options, killPoint })
    : openS3Lake({ ...options, killPoint });
const key = lake.partKey("raw.customer", runId, 0);
await writeFile(await lake.stagePart(key), content);
const file = await lake.commitPart(key, runId, 1);
await lake.writeManifest({
  relation: "raw.customer",
  runId,
  publishedAt: "2026-01-02T03:04:05Z",
  columns: [{ name: "id", type: "integer" }],
  files: [file],
});
