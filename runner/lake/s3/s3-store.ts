import { randomUUID } from "node:crypto";
import { open, rm } from "node:fs/promises";
import { dirname } from "node:path/posix";
import pRetry, { AbortError } from "p-retry";
import { messageOf } from "../../core/caught.ts";
import { Failure } from "../../core/diagnostic.ts";
import { measureStream } from "../checksum.ts";
import type { Fetched, Leftover, Measured, PartsToRemove, Store, StoredFile } from "../store.ts";
import type { Mirror } from "./mirror.ts";
import type { S3Bucket, StaleUpload } from "./s3-bucket.ts";
import {
  isAnswer,
  isConditionFailed,
  isNotFound,
  isNotImplemented,
  s3Failure,
} from "./s3-failure.ts";

/** How often an object's bytes are asked for again when they do not arrive as they should. */
const readRetries = 3;

/** Parts are staged on this machine, and copies of them stay there for engines that read files alone. */
export class S3Store implements Store {
  readonly #bucket: S3Bucket;
  readonly #mirror: Mirror;
  /** The version of each pointer that was read: what is replaced must still be that; null where there was none. */
  readonly #seen = new Map<string, string | null>();
  readonly #fetching = new Map<string, Promise<string>>();

  constructor(bucket: S3Bucket, mirror: Mirror) {
    this.#bucket = bucket;
    this.#mirror = mirror;
  }

  address(key: string): string {
    return this.#bucket.address + key;
  }

  stage(key: string): Promise<string> {
    return this.#asked(key, () => this.#mirror.stage(key));
  }

  staged(key: string): Promise<string | undefined> {
    return this.#mirror.staged(key);
  }

  unstage(key: string): Promise<void> {
    return this.#mirror.unstage(key);
  }

  /** An answer that was lost is no failure where the object stands as it should. */
  put(key: string, staged: string, content: Measured): Promise<void> {
    return this.#asked(key, async () => {
      const failed = await this.#bucket
        .putFile(key, staged, content)
        .then(() => undefined, asError);
      const found = await this.#bucket.head(key).catch(() => undefined);
      if (found?.bytes !== content.bytes || found.sha256 !== content.sha256) {
        throw failed ?? this.#differs(key, content, found?.bytes);
      }
      await this.#mirror.keep(key, content, staged);
    });
  }

  measure(key: string): Promise<Measured> {
    return this.#reading(key, async () => measureStream(await this.#bucket.getBytes(key)));
  }

  async has(key: string): Promise<boolean> {
    return this.#asked(key, async () => (await this.#bucket.head(key)) !== undefined);
  }

  async local(key: string, content: Measured): Promise<string> {
    const path = this.#mirror.copyPath(key, content);
    if (await this.#mirror.hasCopy(key, content)) return path;
    const fetching = this.#fetching.get(path) ?? this.#copy(key, content, path);
    this.#fetching.set(path, fetching);
    try {
      return await fetching;
    } finally {
      this.#fetching.delete(path);
    }
  }

  async fetch(key: string): Promise<Fetched | undefined> {
    if (!(await this.has(key))) return undefined;
    const path = await this.#mirror.scratch(key);
    const release = () => rm(path, { force: true });
    try {
      const content = await this.#reading(key, () => this.#download(key, path));
      return { ...content, path, release };
    } catch (error) {
      await release();
      throw error;
    }
  }

  #copy(key: string, content: Measured, path: string): Promise<string> {
    return this.#reading(key, async () => {
      const arriving = await this.#mirror.scratch(key);
      try {
        const found = await this.#download(key, arriving);
        if (found.bytes !== content.bytes || found.sha256 !== content.sha256) {
          throw this.#differs(key, content, found.bytes);
        }
        await this.#mirror.keep(key, content, arriving);
      } finally {
        await rm(arriving, { force: true });
      }
      return path;
    });
  }

  async #download(key: string, path: string): Promise<Measured> {
    const file = await open(path, "w");
    try {
      return await measureStream(await this.#bucket.getBytes(key), (chunk) => file.write(chunk));
    } finally {
      await file.close();
    }
  }

  async readPointer(key: string): Promise<string | undefined> {
    const found = await this.#pointer(key);
    this.#seen.set(key, found?.etag ?? null);
    return found?.text;
  }

  #pointer(key: string) {
    return this.#reading(key, () => this.#bucket.getText(key));
  }

  /**
   * Replaces the version that was read before, or else the one that stands there now. Of two writers that read the
   * same version one wins. An answer that was lost is told from a lost race by reading again.
   */
  writePointer(key: string, text: string): Promise<void> {
    return this.#asked(key, async () => {
      for (let tries = 1; ; tries += 1) {
        const now = await this.#pointer(key);
        if (now?.text === text) {
          this.#seen.set(key, now.etag);
          return;
        }
        const seen = this.#seen.get(key);
        if (seen !== undefined && seen !== (now?.etag ?? null)) throw this.#moved(key);
        const condition = now === undefined ? "absent" : { etag: now.etag };
        try {
          this.#seen.set(key, await this.#bucket.putText(key, text, condition));
          return;
        } catch (error) {
          const after = await this.#pointer(key);
          if (after?.text === text) continue;
          if (!isConditionFailed(error)) throw error;
          // The server may refuse two requests that meet (409), and neither has taken effect.
          if (after?.etag !== now?.etag || tries === mostTries) throw this.#moved(key);
        }
      }
    });
  }

  async removePointer(key: string): Promise<void> {
    await this.#asked(key, () => this.#bucket.remove([key]));
    this.#seen.delete(key);
  }

  async folders(key: string): Promise<readonly string[]> {
    return this.#asked(key, async () =>
      distinct([...(await this.#bucket.folders(key)), ...(await this.#mirror.stagedFolders(key))]),
    );
  }

  /** Few enough to be listed at once: environments have pointers and nothing else. */
  async pointers(folderKey: string): Promise<readonly string[]> {
    const objects = await this.#asked(folderKey, () => this.#bucket.list(`${folderKey}/`));
    return objects.map(({ key }) => key);
  }

  async partFolders(relationKey: string): Promise<readonly string[]> {
    return this.#asked(relationKey, async () => {
      const objects = await this.#bucket.list(`${relationKey}/`);
      const folders = objects.map(({ key }) => dirname(key)).filter((key) => key !== relationKey);
      return distinct([...folders, ...(await this.#mirror.stagedPartFolders(relationKey))]);
    });
  }

  removeParts(
    relationKey: string,
    { isIn, keep }: PartsToRemove,
  ): Promise<{ readonly files: number; readonly bytes: number }> {
    return this.#asked(relationKey, async () => {
      const objects = await this.#bucket.list(`${relationKey}/`);
      const unneeded = objects.filter(({ key }) => isIn(dirname(key)) && !keep.has(key));
      await this.#bucket.remove(unneeded.map(({ key }) => key));
      const folders = distinct(objects.map(({ key }) => dirname(key))).filter(isIn);
      let files = unneeded.length;
      let bytes = unneeded.reduce((sum, object) => sum + object.bytes, 0);
      const staging = distinct(await this.#mirror.stagedPartFolders(relationKey));
      for (const folder of staging.filter(isIn)) {
        const staged = await this.#mirror.removeStaged(folder);
        files += staged.files;
        bytes += staged.bytes;
        // What a process that was killed has staged, it may have been uploading.
        for (const upload of await this.#uploads(`${folder}/`)) await this.#bucket.abort(upload);
      }
      for (const folder of folders) await this.#mirror.removeCopies(folder, keep);
      return { files, bytes };
    });
  }

  files(): Promise<readonly StoredFile[]> {
    return this.#asked("", () => this.#bucket.list(""));
  }

  removePart(key: string): Promise<void> {
    return this.#asked(key, () => this.#bucket.remove([key]));
  }

  leftovers(): Promise<readonly Leftover[]> {
    return this.#asked("", async () => {
      const uploads = await this.#uploads("");
      return [
        ...uploads.map((upload) => ({
          kind: "upload" as const,
          key: upload.key,
          bytes: 0,
          modifiedAt: upload.startedAt,
          remove: () => this.#asked(upload.key, () => this.#bucket.abort(upload)),
        })),
        ...(await this.#mirror.leftovers()),
      ];
    });
  }

  /** Not every server can tell which uploads there are. */
  async #uploads(prefix: string): Promise<readonly StaleUpload[]> {
    return this.#bucket.uploads(prefix).catch((error: unknown) => {
      if (isNotImplemented(error)) return [];
      throw error;
    });
  }

  examine(): Promise<string> {
    const key = `_examination/${randomUUID()}`;
    return this.#asked(key, async () => {
      await this.#bucket.putText(key, "", "absent");
      try {
        await this.#bucket.putText(key, "", "absent");
        return "on S3; this server ignores conditions, so that the warehouse's lease alone guards the pointers";
      } catch (error) {
        if (!isConditionFailed(error)) throw error;
        return "on S3; pointers are replaced conditionally";
      } finally {
        await this.#bucket.remove([key]);
      }
    });
  }

  /** Bytes that arrive cut short or changed are asked for again; what stays wrong is a failure. */
  #reading<Result>(key: string, read: () => Promise<Result>): Promise<Result> {
    return this.#asked(key, () =>
      pRetry(
        async () => {
          try {
            return await read();
          } catch (error) {
            if (isNotFound(error)) throw new AbortError(this.#missing(key));
            // The SDK has tried often enough what has no answer.
            throw isAnswer(error) ? new AbortError(asError(error)) : asError(error);
          }
        },
        { retries: readRetries, minTimeout: 100, randomize: true },
      ),
    );
  }

  async #asked<Result>(key: string, ask: () => Promise<Result>): Promise<Result> {
    try {
      return await ask();
    } catch (error) {
      throw s3Failure(error, this.address(key));
    }
  }

  #moved(key: string): Failure {
    this.#seen.delete(key);
    return new Failure([
      {
        code: "LAKE_POINTER_MOVED",
        message: `Somebody else has replaced ${this.address(key)} meanwhile.`,
        cause:
          "Two runs publish to the same lake, and this one came second: its pointer was not written.",
        hint: "Let one warehouse publish to a lake; then run it again.",
      },
    ]);
  }

  #missing(key: string): Failure {
    return corrupt(`${this.address(key)} is not there.`, "A manifest lists it.");
  }

  #differs(key: string, content: Measured, bytes: number | undefined): Failure {
    return corrupt(
      `${this.address(key)} is not what was put there.`,
      `It should have ${content.bytes} bytes with the SHA-256 ${content.sha256}, and has ${bytes ?? "no"} bytes.`,
    );
  }
}

/** How often a pointer's put is tried again where two requests met. */
const mostTries = 5;

function distinct(names: readonly string[]): readonly string[] {
  return [...new Set(names)].toSorted();
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(messageOf(thrown), { cause: thrown });
}

function corrupt(message: string, cause: string): Failure {
  const hint =
    "Bring the file back from a backup or an older version of the bucket, or build again: runner build --full-refresh";
  return new Failure([{ code: "LAKE_CORRUPT", message, cause, hint }]);
}
