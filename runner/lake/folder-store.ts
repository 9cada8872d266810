import { access, constants, readFile, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { codeOf, messageOf } from "../core/caught.ts";
import { diskFailure } from "../core/disk-failure.ts";
import { Failure } from "../core/diagnostic.ts";
import type { Io } from "../core/io.ts";
import { measureFile } from "./checksum.ts";
import { exclusively } from "./claim.ts";
import { ensureFolder, renameDurably, replaceDurably, sync } from "./durable.ts";
import { pointerMoved } from "./pointer-moved.ts";
import { removeEmptyFolder, removeEmptyFolders } from "./empty-folders.ts";
import * as layout from "./layout.ts";
import { exists, filesBelow, foldersIn, isMissing, namesIn, sizeOf } from "./listing.ts";
import type { Fetched, Leftover, Measured, PartsToRemove, Store, StoredFile } from "./store.ts";

/** Parts are staged where they will stand, so that putting one is a rename. */
export class FolderStore implements Store {
  readonly #root: string;
  readonly #io: Io;

  constructor(root: string, io: Io) {
    this.#root = root;
    this.#io = io;
  }

  address(key: string): string {
    return layout.pathOfKey(this.#root, key);
  }

  async stage(key: string): Promise<string> {
    const staged = stagedPath(this.address(key));
    await this.#perform("stage", staged, async () => {
      await ensureFolder(dirname(staged));
      await rm(staged, { force: true });
    });
    return staged;
  }

  async staged(key: string): Promise<string | undefined> {
    const staged = stagedPath(this.address(key));
    return (await exists(staged)) ? staged : undefined;
  }

  unstage(key: string): Promise<void> {
    const staged = stagedPath(this.address(key));
    return this.#perform("remove", staged, () => rm(staged, { force: true }));
  }

  put(key: string, staged: string): Promise<void> {
    const path = this.address(key);
    return this.#perform("put part", path, () => renameDurably(staged, path));
  }

  measure(key: string): Promise<Measured> {
    return this.#perform("read part", this.address(key), async (path) => {
      const content = await measureFile(path);
      // Its name may be that of a process that was killed before the name was durable.
      await sync(dirname(path));
      return content;
    });
  }

  has(key: string): Promise<boolean> {
    return this.#perform("look for part", this.address(key), exists);
  }

  local(key: string): Promise<string> {
    return Promise.resolve(this.address(key));
  }

  fetch(key: string): Promise<Fetched | undefined> {
    return this.#perform("read part", this.address(key), async (path) => {
      if (!(await exists(path))) return undefined;
      return { ...(await measureFile(path)), path, release: () => Promise.resolve() };
    });
  }

  readPointer(key: string): Promise<string | undefined> {
    return this.#perform("read manifest", this.address(key), async (path) => {
      try {
        return await readFile(path, "utf8");
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    });
  }

  writePointer(key: string, text: string): Promise<void> {
    const path = this.address(key);
    return this.#perform("put manifest", path, async () => {
      await ensureFolder(dirname(path));
      // One process publishes at a time, so one name is enough, and what a killed one left is overwritten.
      await replaceDurably(path, join(dirname(path), `.${layout.manifestName}.tmp`), text);
    });
  }

  exclusively<Result>(key: string, work: () => Promise<Result>): Promise<Result> {
    return this.#perform("claim", this.address(key), async (path) => {
      const done = await exclusively(this.address(claimsFolder), key.replaceAll("/", "."), work);
      if (done === undefined) throw pointerMoved(path);
      return done.result;
    });
  }

  removePointer(key: string): Promise<void> {
    const path = this.address(key);
    return this.#perform("remove", path, async () => {
      await rm(path, { force: true });
      if (!key.startsWith(`${layout.environmentsFolder}/`)) return;
      await removeEmptyFolders(dirname(path), this.address(layout.environmentsFolder));
    });
  }

  folders(key: string): Promise<readonly string[]> {
    return this.#perform("list", this.address(key), foldersIn);
  }

  pointers(key: string): Promise<readonly string[]> {
    return this.#perform("list", this.address(key), async (folder) => {
      const found = await filesBelow(folder);
      return found
        .filter((file) => basename(file.key) === layout.manifestName)
        .map((file) => `${key}/${file.key}`);
    });
  }

  partFolders(relationKey: string): Promise<readonly string[]> {
    return this.#perform("list", this.address(relationKey), () => this.#partFolders(relationKey));
  }

  async #partFolders(relationKey: string): Promise<readonly string[]> {
    const below: string[] = [];
    for (const name of await foldersIn(this.address(relationKey))) {
      const key = `${relationKey}/${name}`;
      if (layout.dayOfFolder(name) === undefined) below.push(key);
      else for (const run of await foldersIn(this.address(key))) below.push(`${key}/${run}`);
    }
    return below;
  }

  removeParts(
    relationKey: string,
    { isIn, keep }: PartsToRemove,
  ): Promise<{ readonly files: number; readonly bytes: number }> {
    return this.#perform("remove", this.address(relationKey), async () => {
      const removed = { files: 0, bytes: 0 };
      for (const folderKey of await this.#partFolders(relationKey)) {
        if (!isIn(folderKey)) continue;
        const folder = this.address(folderKey);
        for (const name of await namesIn(folder)) {
          if (keep.has(`${folderKey}/${name}`)) continue;
          const path = join(folder, name);
          removed.bytes += await sizeOf(path);
          removed.files += 1;
          await rm(path, { recursive: true, force: true });
        }
        await removeEmptyFolder(folder);
        const above = dirname(folder);
        if (layout.dayOfFolder(basename(above)) !== undefined) await removeEmptyFolder(above);
      }
      return removed;
    });
  }

  files(): Promise<readonly StoredFile[]> {
    return this.#perform("list", this.#root, async () => {
      const found = await filesBelow(this.#root);
      return found.filter(({ key }) => !isStaged(key));
    });
  }

  removePart(key: string): Promise<void> {
    return this.#perform("remove", this.address(key), async () => {
      await rm(this.address(key), { force: true });
      const relation = this.address(layout.relationKey(layout.relationOfKey(key)));
      await removeEmptyFolders(dirname(this.address(key)), relation);
    });
  }

  leftovers(): Promise<readonly Leftover[]> {
    return this.#perform("list", this.#root, async () => {
      const found = await filesBelow(this.#root);
      return found
        .filter(({ key }) => isStaged(key))
        .map((file) => ({ ...file, kind: "staged", remove: () => this.removePart(file.key) }));
    });
  }

  examine(): Promise<string> {
    return this.#perform("stage", this.#root, async () => {
      await ensureFolder(this.#root);
      await access(this.#root, constants.R_OK | constants.W_OK);
      return "a folder";
    });
  }

  /** Every call of the seam; what fails of it is the lake's failure and names its place. */
  async #perform<Result>(
    action: string,
    path: string,
    perform: (path: string) => Promise<Result>,
  ): Promise<Result> {
    try {
      return await this.#io.call({ part: "lake", action }, () => perform(path));
    } catch (error) {
      if (error instanceof Failure) throw error;
      throw diskFailure(error, path) ?? unusable(error, path);
    }
  }
}

/** Beside the zones, where nobody looks for parts. */
const claimsFolder = "_claims";

/** A name that no reader takes for a part. */
function stagedPath(path: string): string {
  return join(dirname(path), `.${basename(path)}.tmp`);
}

/** Whether a file was staged, or was written beside what was: in a run's folder, under a name with a dot. */
function isStaged(key: string): boolean {
  const [, , ...rest] = key.split("/");
  return rest.some((name) => name.startsWith("."));
}

function unusable(error: unknown, path: string): Failure {
  const cause = messageOf(error);
  if (hasCode(error, "ENOTDIR", "EEXIST")) {
    const hint =
      "The lake's root must be a folder of its own that this user can read: move away what stands in its place.";
    return new Failure([
      { code: "LAKE_CORRUPT", message: `The lake cannot be used at ${path}.`, cause, hint },
    ]);
  }
  return new Failure([
    {
      code: "LAKE_UNREACHABLE",
      message: `The lake does not answer at ${path}.`,
      cause,
      hint: "Run it again once the folder can be read and written: nothing that readers see is half done.",
    },
  ]);
}

function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  const code = codeOf(error);
  return code !== undefined && codes.includes(code);
}
