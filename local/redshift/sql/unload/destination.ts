import { RedshiftError } from "../redshift-error.ts";
import type { Objects, ObjectUrl } from "../storage/objects.ts";

/** Throws RedshiftError when an object's key already begins with the prefix. */
export async function refuseExisting(objects: Objects, prefix: ObjectUrl): Promise<void> {
  if ((await objects.list(prefix)).length > 0)
    throw new RedshiftError(
      "Specified unload destination on S3 is not empty. Consider using a different bucket / prefix, manually removing the target files in S3, or using the ALLOWOVERWRITE option.",
      "58000",
    );
}

/** Removes all objects whose key begins with the prefix. */
export async function removeFolder(objects: Objects, prefix: ObjectUrl): Promise<void> {
  for (const { key } of await objects.list(prefix))
    await objects.remove({ bucket: prefix.bucket, key });
}
