import { access, readdir, readFile, rm, rmdir, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { codeOf, messageOf } from "../core/caught.ts";
import { diskFailure } from "../core/disk-failure.ts";
import { Failure } from "../core/diagnostic.ts";
import { production } from "../core/environment.ts";
import type { LakeFile, LakeManifest } from "../core/manifest.ts";
import type { KillPoint, Lake } from "../core/ports.ts";
import { parseRelationName, zones, type RelationName } from "../core/relation.ts";
import { measureFile } from "./checksum.ts";
import { ensureFolder, renameDurably, replaceDurably, sync } from "./durable.ts";
import * as layout from "./layout.ts";
import { parseManifest, printManifest } from "./manifest-text.ts";

export interface FolderLakeOptions {
  /** The lake's folder; it is created when the first part is staged. */
  readonly root: string;
  readonly killPoint?: KillPoint;
}

/**
 * A lake in a folder. Keys outlive the folder's place: they are resolved against `root` at every call. One process
 * publishes at a time; any number may read.
 */
export function openFolderLake(options: FolderLakeOptions): Lake {
  return new FolderLake(resolve(options.root), options.killPoint ?? (() => undefined));
}

class FolderLake implements Lake {
  readonly #root: string;
  readonly #killPoint: KillPoint;

  constructor(root: string, killPoint: KillPoint) {
    this.#root = root;
    this.#killPoint = killPoint;
  }

  locate(key: string): string {
    return layout.pathOfKey(this.#root, key);
  }

  partKey(relation: RelationName, runId: string, part: number, day?: string): string {
    return layout.partKey(relation, runId, part, day);
  }

  async stagePart(key: string): Promise<string> {
    const staged = stagedPath(this.locate(key));
    return writing(staged, async () => {
      await ensureFolder(dirname(staged));
      await rm(staged, { force: true });
      return staged;
    });
  }

  async commitPart(key: string, runId: string, rows: number): Promise<LakeFile> {
    const path = this.locate(key);
    const staged = stagedPath(path);
    return writing(path, async () => {
      const listed = await this.#listedFile(key);
      if (listed !== undefined) {
        await rm(staged, { force: true });
        return listed;
      }
      const measured = await measureFile((await exists(staged)) ? staged : path);
      this.#killPoint("before-part-put");
      if (await exists(staged)) await renameDurably(staged, path);
      else await sync(dirname(path));
      this.#killPoint("after-part-put");
      return { key, rows, runId, ...measured };
    });
  }

  has(key: string): Promise<boolean> {
    return exists(this.locate(key));
  }

  async readManifest(
    relation: RelationName,
    environment = production,
  ): Promise<LakeManifest | undefined> {
    const path = this.locate(layout.manifestKey(relation, environment));
    let text: string;
    try {
      text = await readFile(path, "utf8");
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw unreadable(error, path);
    }
    return parseManifest(text, relation, path);
  }

  async writeManifest(manifest: LakeManifest, environment = production): Promise<void> {
    const path = this.locate(layout.manifestKey(manifest.relation, environment));
    const text = printManifest(manifest, (key) => this.locate(key));
    await writing(path, async () => {
      await ensureFolder(dirname(path));
      this.#killPoint("before-manifest");
      // One process publishes at a time, so one name is enough, and what a killed one left is overwritten.
      await replaceDurably(path, join(dirname(path), `.${layout.manifestName}.tmp`), text);
      this.#killPoint("after-manifest");
    });
  }

  async removeManifest(relation: RelationName, environment = production): Promise<void> {
    const path = this.locate(layout.manifestKey(relation, environment));
    await writing(path, async () => {
      await rm(path, { force: true });
      if (environment === production) return;
      await removeEmptyFolders(dirname(path), this.locate(layout.environmentsFolder));
    });
  }

  relations(): Promise<readonly RelationName[]> {
    return this.#relationsBelow(this.#root);
  }

  relationsOf(environment: string): Promise<readonly RelationName[]> {
    return this.#relationsBelow(this.locate(layout.environmentKey(environment)));
  }

  environments(): Promise<readonly string[]> {
    return foldersIn(this.locate(layout.environmentsFolder));
  }

  async #relationsBelow(folder: string): Promise<readonly RelationName[]> {
    const found: RelationName[] = [];
    for (const zone of zones) {
      for (const name of await foldersIn(join(folder, zone))) {
        const relation = parseRelationName(`${zone}.${name}`);
        if (relation !== undefined) found.push(relation);
      }
    }
    return found;
  }

  async runsOf(relation: RelationName): Promise<readonly string[]> {
    const key = layout.relationKey(relation);
    const folders = await foldersIn(this.locate(key));
    const ofDays = await Promise.all(
      folders
        .filter((folder) => layout.dayOfFolder(folder) !== undefined)
        .map((folder) => foldersIn(this.locate(`${key}/${folder}`))),
    );
    const runs = [...folders, ...ofDays.flat()]
      .map(layout.runOfFolder)
      .filter((runId) => runId !== undefined);
    return [...new Set(runs)].toSorted();
  }

  async removeRun(
    relation: RelationName,
    runId: string,
    keep: ReadonlySet<string>,
  ): Promise<{ readonly files: number; readonly bytes: number }> {
    const folders = await foldersIn(this.locate(layout.relationKey(relation)));
    const days = folders.map(layout.dayOfFolder).filter((day) => day !== undefined);
    let files = 0;
    let bytes = 0;
    for (const day of [undefined, ...days]) {
      const removed = await this.#removeFolder(layout.runKey(relation, runId, day), keep);
      files += removed.files;
      bytes += removed.bytes;
      if (day !== undefined && removed.files > 0) {
        await removeEmptyFolder(dirname(this.locate(layout.runKey(relation, runId, day))));
      }
    }
    return { files, bytes };
  }

  /** Removes the files of a folder but those that are kept, and the folder when none is left. */
  #removeFolder(
    key: string,
    keep: ReadonlySet<string>,
  ): Promise<{ readonly files: number; readonly bytes: number }> {
    const folder = this.locate(key);
    return writing(folder, async () => {
      const names = await namesIn(folder);
      const unneeded = names.filter((name) => !keep.has(`${key}/${name}`));
      let bytes = 0;
      for (const name of unneeded) {
        const path = join(folder, name);
        bytes += await sizeOf(path);
        await rm(path, { recursive: true, force: true });
      }
      if (unneeded.length === names.length) await removeEmptyFolder(folder);
      return { files: unneeded.length, bytes };
    });
  }

  /** What the current manifest says of a key: such a file is never replaced. */
  async #listedFile(key: string): Promise<LakeFile | undefined> {
    const [zone, name] = key.split("/");
    const relation = parseRelationName(`${zone ?? ""}.${name ?? ""}`);
    if (relation === undefined) throw new Error(`"${key}" is no key of this lake`);
    const manifest = await this.readManifest(relation);
    return manifest?.files.find((file) => file.key === key);
  }
}

/** A name that no reader takes for a part. */
function stagedPath(path: string): string {
  return join(dirname(path), `.${basename(path)}.tmp`);
}

async function writing<Result>(path: string, action: () => Promise<Result>): Promise<Result> {
  try {
    return await action();
  } catch (error) {
    throw (
      diskFailure(error, path) ??
      (hasCode(error, "ENOTDIR", "EEXIST") ? unreadable(error, path) : error)
    );
  }
}

function unreadable(error: unknown, path: string): Failure {
  return new Failure([
    {
      code: "LAKE_CORRUPT",
      message: `The lake cannot be used at ${path}.`,
      cause: messageOf(error),
      hint: "The lake's root must be a folder of its own that this user can read: move away what stands in its place.",
    },
  ]);
}

function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  const code = codeOf(error);
  return code !== undefined && codes.includes(code);
}

function isMissing(error: unknown): boolean {
  return hasCode(error, "ENOENT");
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).toSorted();
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

async function foldersIn(folder: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name)
      .toSorted();
  } catch (error) {
    if (isMissing(error)) return [];
    throw unreadable(error, folder);
  }
}

/** Removes `folder` and its parents up to and with `last`, as far as they are empty. */
async function removeEmptyFolders(folder: string, last: string): Promise<void> {
  for (let each = folder; each.startsWith(last); each = dirname(each)) {
    await removeEmptyFolder(each);
    if (each === last) return;
  }
}

async function removeEmptyFolder(folder: string): Promise<void> {
  try {
    await rmdir(folder);
  } catch (error) {
    if (!hasCode(error, "ENOENT", "ENOTEMPTY")) throw error;
  }
}
