import { createHash } from "node:crypto";
import { mkdir, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";

interface StoredObject {
  readonly bucket: string;
  readonly key: string;
  readonly content: Readable | Buffer;
  readonly metadata: object;
}

type Work = (...values: readonly unknown[]) => Promise<unknown>;

/** What s3rver keeps its objects with; its types do not show it. */
interface Store {
  getObject: Work;
  listObjects: Work;
  deleteObject: Work;
  putObject: (object: StoredObject) => Promise<{ size: number; md5: string }>;
  putPart: (
    bucket: string,
    uploadId: string,
    partNumber: number,
    content: Readable,
  ) => Promise<{ size: number; md5: string }>;
  getResourcePath(bucket: string, key: string | undefined, resource: string): string;
  putMetadata(bucket: string, key: string, metadata: object, md5: string): Promise<void>;
}

function factsOf(content: Buffer): { size: number; md5: string } {
  return { size: content.length, md5: createHash("md5").update(content).digest("hex") };
}

interface Listing {
  readonly objects: readonly { readonly key: string }[];
  readonly commonPrefixes: readonly string[];
  readonly isTruncated: boolean;
}

/** By itself it tells of a folder only when an object stands directly in it. */
function withFolders(list: Work): Work {
  return async (bucket, options) => {
    const { delimiter, ...rest } = options as {
      readonly delimiter?: string;
      readonly prefix?: string;
      readonly maxKeys?: number;
    };
    if (!delimiter) return list(bucket, options);
    const all = (await list(bucket, { ...rest, maxKeys: Infinity })) as Listing;
    const { prefix = "", maxKeys = Infinity } = rest;
    const folderOf = (key: string) => {
      const end = key.indexOf(delimiter, prefix.length);
      return end === -1 ? undefined : key.slice(0, end + delimiter.length);
    };
    const objects = all.objects.filter(({ key }) => folderOf(key) === undefined);
    const folders = new Set(all.objects.flatMap(({ key }) => folderOf(key) ?? []));
    return {
      objects: objects.slice(0, maxKeys),
      commonPrefixes: [...folders].sort(),
      isTruncated: objects.length > maxKeys,
    };
  };
}

/**
 * Makes an s3rver replace objects as S3 does: whoever reads one meanwhile has it whole, old or new. By itself it writes
 * over the file that is read, and answers a put before all of it is written.
 */
export function keepObjectsWhole(server: object): void {
  const { store } = server as { readonly store: Store };
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <Result>(work: () => Promise<Result>): Promise<Result> => {
    const result = last.then(work);
    last = result.catch(() => undefined);
    return result;
  };
  for (const name of ["getObject", "listObjects", "deleteObject"] as const) {
    const plain = store[name].bind(store);
    store[name] = (...values) => inTurn(() => plain(...values));
  }
  store.listObjects = withFolders(store.listObjects);
  store.putObject = async ({ bucket, key, content, metadata }) => {
    const whole = Buffer.isBuffer(content) ? content : await buffer(content);
    const facts = factsOf(whole);
    const path = store.getResourcePath(bucket, key, "object");
    await inTurn(async () => {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(`${path}.part`, whole);
      await rename(`${path}.part`, path);
      await store.putMetadata(bucket, key, metadata, facts.md5);
    });
    return facts;
  };
  store.putPart = async (bucket, uploadId, partNumber, content) => {
    const whole = await buffer(content);
    const facts = factsOf(whole);
    const folder = join(store.getResourcePath(bucket, undefined, "uploads"), uploadId);
    await writeFile(join(folder, String(partNumber)), whole);
    await writeFile(join(folder, `${partNumber}.md5`), facts.md5);
    return facts;
  };
}
