import { access, readdir, stat } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { codeOf } from "../core/caught.ts";
import type { StoredFile } from "./store.ts";

/** Every file below a folder, with keys relative to it, sorted; none where the folder is missing. */
export async function filesBelow(root: string): Promise<readonly StoredFile[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch(
    (error: unknown) => {
      if (isMissing(error)) return [];
      throw error;
    },
  );
  const found = await Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(async (entry) => {
        const path = join(entry.parentPath, entry.name);
        const { size, mtime } = await stat(path).catch(() => ({ size: 0, mtime: new Date() }));
        const key = relative(root, path).split(sep).join("/");
        return { key, bytes: size, modifiedAt: mtime };
      }),
  );
  return found.toSorted((one, other) => (one.key < other.key ? -1 : 1));
}

export function isMissing(error: unknown): boolean {
  return codeOf(error) === "ENOENT";
}

export async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** Bytes; 0 where the file is missing. */
export async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}

/** Sorted; none where the folder is missing. */
export async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).toSorted();
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

/** The names of its folders, sorted; none where it is missing. */
export async function foldersIn(folder: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name)
      .toSorted();
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}
