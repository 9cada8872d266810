import { rmdir } from "node:fs/promises";
import { dirname } from "node:path";
import { codeOf } from "../core/caught.ts";

/** Removes `folder` and its parents up to and with `last`, as far as they are empty. */
export async function removeEmptyFolders(folder: string, last: string): Promise<void> {
  for (let each = folder; each.startsWith(last); each = dirname(each)) {
    await removeEmptyFolder(each);
    if (each === last) return;
  }
}

/** One that holds something, or is not there, is left as it is. */
export async function removeEmptyFolder(folder: string): Promise<void> {
  try {
    await rmdir(folder);
  } catch (error) {
    if (!["ENOENT", "ENOTEMPTY"].includes(codeOf(error) ?? "")) throw error;
  }
}
