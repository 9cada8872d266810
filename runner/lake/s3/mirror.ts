import { randomUUID } from "node:crypto";
import { access, readdir, rm, stat } from "node:fs/promises";
import { basename, dirname, join, relative, sep } from "node:path";
import { codeOf } from "../../core/caught.ts";
import { ensureFolder, renameDurably } from "../durable.ts";
import { removeEmptyFolders } from "../empty-folders.ts";
import * as layout from "../layout.ts";
import type { Leftover, Measured } from "../store.ts";

/**
 * What a lake elsewhere has on this machine: parts that are staged, and copies of parts for engines that read files alone.
 * A copy's name holds its checksum, so that one of another content is never taken for it. All of it can be lost.
 */
export class Mirror {
  readonly #stagedFolder: string;
  readonly #copiesFolder: string;

  constructor(folder: string) {
    this.#stagedFolder = join(folder, "staged");
    this.#copiesFolder = join(folder, "copies");
  }

  /** A free place to write a part to. */
  async stage(key: string): Promise<string> {
    const path = this.#stagedPath(key);
    await ensureFolder(dirname(path));
    await rm(path, { force: true });
    return path;
  }

  async staged(key: string): Promise<string | undefined> {
    const path = this.#stagedPath(key);
    return access(path).then(
      () => path,
      () => undefined,
    );
  }

  unstage(key: string): Promise<void> {
    return rm(this.#stagedPath(key), { force: true });
  }

  /** Where the copy of a part stands, or would stand. */
  copyPath(key: string, { sha256 }: Measured): string {
    return layout.pathOfKey(
      this.#copiesFolder,
      `${key.replace(/\.parquet$/, "")}.${sha256}.parquet`,
    );
  }

  /** Whether there is a whole copy: it got its name when its content was known to be right. */
  async hasCopy(key: string, content: Measured): Promise<boolean> {
    return stat(this.copyPath(key, content)).then(
      ({ size }) => size === content.bytes,
      () => false,
    );
  }

  /** A free place among the copies, for what arrives of a part. */
  async scratch(key: string): Promise<string> {
    const path = `${layout.pathOfKey(this.#copiesFolder, key)}.${randomUUID()}`;
    await ensureFolder(dirname(path));
    return path;
  }

  /** Takes a file, whose content is known to be right, as the copy of a part. */
  async keep(key: string, content: Measured, file: string): Promise<void> {
    const path = this.copyPath(key, content);
    await ensureFolder(dirname(path));
    await renameDurably(file, path);
  }

  /** Names of the folders in a folder in which something is staged. */
  async stagedFolders(key: string): Promise<readonly string[]> {
    const files = await filesBelow(layout.pathOfKey(this.#stagedFolder, key));
    return files.map((file) => file.key.split("/")[0] ?? "");
  }

  /** Keys of the folders of parts below a relation's in which something is staged. */
  async stagedPartFolders(relationKey: string): Promise<readonly string[]> {
    const files = await filesBelow(layout.pathOfKey(this.#stagedFolder, relationKey));
    return files.map(({ key }) => `${relationKey}/${layout.runFolderOf(key)}`);
  }

  /** Removes what is staged in a folder of parts. */
  async removeStaged(
    folderKey: string,
  ): Promise<{ readonly files: number; readonly bytes: number }> {
    const folder = layout.pathOfKey(this.#stagedFolder, folderKey);
    const found = await filesBelow(folder);
    let bytes = 0;
    for (const { path } of found) bytes += (await stat(path)).size;
    await rm(folder, { recursive: true, force: true });
    await removeEmptyFolders(dirname(folder), this.#stagedFolder);
    return { files: found.length, bytes };
  }

  /** Removes the copies of a folder of parts, except of the keys in `keep`. */
  async removeCopies(folderKey: string, keep: ReadonlySet<string>): Promise<void> {
    const folder = layout.pathOfKey(this.#copiesFolder, folderKey);
    const names = await namesIn(folder);
    const unneeded = names.filter((name) => !keep.has(`${folderKey}/${partOfCopy(name)}`));
    if (unneeded.length === names.length) await rm(folder, { recursive: true, force: true });
    else for (const name of unneeded) await rm(join(folder, name), { force: true });
  }

  /** Everything that is here, each with the key of the part that it was to become, or is a copy of. */
  async leftovers(): Promise<readonly Leftover[]> {
    const staged = await filesBelow(this.#stagedFolder);
    const copies = await filesBelow(this.#copiesFolder);
    const describe = async (kind: "staged" | "copy", key: string, path: string) => {
      const { size, mtime } = await stat(path);
      const remove = () => rm(path, { force: true });
      return { kind, key, bytes: size, modifiedAt: mtime, remove };
    };
    return Promise.all([
      ...staged.map(({ key, path }) => describe("staged", key, path)),
      ...copies.map(({ key, path }) => describe("copy", partOfCopy(key), path)),
    ]);
  }

  #stagedPath(key: string): string {
    const path = layout.pathOfKey(this.#stagedFolder, key);
    return join(dirname(path), `.${basename(path)}.tmp`);
  }
}

/** The name of the part that a copy is of. */
function partOfCopy(name: string): string {
  return name.replace(/\.[0-9a-f]{64}\.parquet$/, ".parquet");
}

async function filesBelow(folder: string) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(
    (error: unknown) => {
      if (codeOf(error) === "ENOENT") return [];
      throw error;
    },
  );
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return { key: relative(folder, path).split(sep).join("/"), path };
    });
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).toSorted();
  } catch (error) {
    if (codeOf(error) === "ENOENT") return [];
    throw error;
  }
}
