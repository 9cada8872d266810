import { randomUUID } from "node:crypto";
import { open, rm } from "node:fs/promises";
import { dirname } from "node:path/posix";
import type { Failure } from "../../core/diagnostic.ts";
import { measureStream } from "../checksum.ts";
import type { Fetched, Leftover, Measured, PartsToRemove, Store, StoredFile } from "../store.ts";
import type { Mirror } from "./mirror.ts";
import type { S3Bucket } from "./s3-bucket.ts";
import type { StaleUpload } from "./s3-keys.ts";
import { isConditionFailed, isNotImplemented } from "./s3-failure.ts";
import { S3Pointers } from "./s3-pointers.ts";
import { asError, asked, corrupt, reading } from "./s3-requests.ts";

/** Parts are staged on this machine, and copies of them stay there for engines that read files alone. */
export class S3Store implements Store {
  readonly #bucket: S3Bucket;
  readonly #mirror: Mirror;
  readonly #pointers: S3Pointers;
  readonly #fetching = new Map<string, Promise<string>>();

  constructor(bucket: S3Bucket, mirror: Mirror) {
    this.#bucket = bucket;
    this.#mirror = mirror;
    this.#pointers = new S3Pointers(bucket);
  }

  address(key: string): string {
    return this.#bucket.address + key;
  }

  stage(key: string): Promise<string> {
    return asked(this.address(key), () => this.#mirror.stage(key));
  }

  staged(key: string): Promise<string | undefined> {
    return this.#mirror.staged(key);
  }

  unstage(key: string): Promise<void> {
    return this.#mirror.unstage(key);
  }

  /** An answer that was lost is no failure where the object stands as it should. */
  put(key: string, staged: string, content: Measured): Promise<void> {
    return asked(this.address(key), async () => {
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
    return reading(this.address(key), async () => measureStream(await this.#bucket.getBytes(key)));
  }

  async has(key: string): Promise<boolean> {
    return asked(this.address(key), async () => (await this.#bucket.head(key)) !== undefined);
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
      const content = await reading(this.address(key), () => this.#download(key, path));
      return { ...content, path, release };
    } catch (error) {
      await release();
      throw error;
    }
  }

  #copy(key: string, content: Measured, path: string): Promise<string> {
    return reading(this.address(key), async () => {
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

  readPointer(key: string): Promise<string | undefined> {
    return this.#pointers.read(key);
  }

  writePointer(key: string, text: string): Promise<void> {
    return this.#pointers.write(key, text);
  }

  /** A pointer is put on the condition that it is what was read last. */
  exclusively<Result>(_key: string, work: () => Promise<Result>): Promise<Result> {
    return work();
  }

  removePointer(key: string): Promise<void> {
    return this.#pointers.remove(key);
  }

  async folders(key: string): Promise<readonly string[]> {
    return asked(this.address(key), async () =>
      distinct([
        ...(await this.#bucket.keys.folders(key)),
        ...(await this.#mirror.stagedFolders(key)),
      ]),
    );
  }

  /** Few enough to be listed at once: environments have pointers and nothing else. */
  async pointers(folderKey: string): Promise<readonly string[]> {
    const objects = await asked(this.address(folderKey), () =>
      this.#bucket.keys.list(`${folderKey}/`),
    );
    return objects.map(({ key }) => key);
  }

  async partFolders(relationKey: string): Promise<readonly string[]> {
    return asked(this.address(relationKey), async () => {
      const objects = await this.#bucket.keys.list(`${relationKey}/`);
      const folders = objects.map(({ key }) => dirname(key)).filter((key) => key !== relationKey);
      return distinct([...folders, ...(await this.#mirror.stagedPartFolders(relationKey))]);
    });
  }

  removeParts(
    relationKey: string,
    { isIn, keep }: PartsToRemove,
  ): Promise<{ readonly files: number; readonly bytes: number }> {
    return asked(this.address(relationKey), async () => {
      const objects = await this.#bucket.keys.list(`${relationKey}/`);
      const unneeded = objects.filter(({ key }) => isIn(dirname(key)) && !keep.has(key));
      await this.#bucket.keys.remove(unneeded.map(({ key }) => key));
      const folders = distinct(objects.map(({ key }) => dirname(key))).filter(isIn);
      let files = unneeded.length;
      let bytes = unneeded.reduce((sum, object) => sum + object.bytes, 0);
      const staging = distinct(await this.#mirror.stagedPartFolders(relationKey));
      for (const folder of staging.filter(isIn)) {
        const staged = await this.#mirror.removeStaged(folder);
        files += staged.files;
        bytes += staged.bytes;
        // What a process that was killed has staged, it may have been uploading.
        for (const upload of await this.#uploads(`${folder}/`))
          await this.#bucket.keys.abort(upload);
      }
      for (const folder of folders) await this.#mirror.removeCopies(folder, keep);
      return { files, bytes };
    });
  }

  files(): Promise<readonly StoredFile[]> {
    return asked(this.address(""), () => this.#bucket.keys.list(""));
  }

  removePart(key: string): Promise<void> {
    return asked(this.address(key), () => this.#bucket.keys.remove([key]));
  }

  leftovers(): Promise<readonly Leftover[]> {
    return asked(this.address(""), async () => {
      const uploads = await this.#uploads("");
      return [
        ...uploads.map((upload) => ({
          kind: "upload" as const,
          key: upload.key,
          bytes: 0,
          modifiedAt: upload.startedAt,
          remove: () => asked(this.address(upload.key), () => this.#bucket.keys.abort(upload)),
        })),
        ...(await this.#mirror.leftovers()),
      ];
    });
  }

  /** Not every server can tell which uploads there are. */
  async #uploads(prefix: string): Promise<readonly StaleUpload[]> {
    return this.#bucket.keys.uploads(prefix).catch((error: unknown) => {
      if (isNotImplemented(error)) return [];
      throw error;
    });
  }

  examine(): Promise<string> {
    const key = `_examination/${randomUUID()}`;
    return asked(this.address(key), async () => {
      await this.#bucket.putText(key, "", "absent");
      try {
        await this.#bucket.getText(key);
        await this.#bucket.keys.list(key);
        await this.#bucket.putText(key, "", "absent");
        return "on S3; this server ignores conditions, so that the warehouse's lease alone guards the pointers";
      } catch (error) {
        if (!isConditionFailed(error)) throw error;
        return "on S3; pointers are replaced conditionally";
      } finally {
        await this.#bucket.keys.remove([key]);
      }
    });
  }

  #differs(key: string, content: Measured, bytes: number | undefined): Failure {
    return corrupt(
      `${this.address(key)} is not what was put there.`,
      `It should have ${content.bytes} bytes with the SHA-256 ${content.sha256}, and has ${bytes ?? "no"} bytes.`,
    );
  }
}

function distinct(names: readonly string[]): readonly string[] {
  return [...new Set(names)].toSorted();
}
