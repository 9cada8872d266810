import type { S3Client } from "@aws-sdk/client-s3";
import { createReadStream, createWriteStream } from "node:fs";
import { stat } from "node:fs/promises";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { RedshiftError } from "../redshift-error.ts";
import type { Storage } from "../statement-result.ts";

export interface ObjectUrl {
  readonly bucket: string;
  readonly key: string;
}

export interface ListedObject {
  readonly key: string;
  readonly bytes: number;
}

/** The objects of S3 as COPY and UNLOAD use them. All throw RedshiftError with S3's code in the message. */
export interface Objects {
  /** Bytes, or undefined when there is no such object. */
  size(url: ObjectUrl): Promise<number | undefined>;
  text(url: ObjectUrl): Promise<string>;
  download(url: ObjectUrl, path: string): Promise<void>;
  upload(path: string, url: ObjectUrl): Promise<void>;
  write(text: string, url: ObjectUrl): Promise<void>;
  /** All objects whose key begins with the prefix, by key. */
  list(prefix: ObjectUrl): Promise<readonly ListedObject[]>;
  remove(url: ObjectUrl): Promise<void>;
}

/** Reads `s3://bucket/key`. Throws RedshiftError. */
export function parseObjectUrl(text: string): ObjectUrl {
  const [, bucket, key] = /^s3:\/\/([^/]+)\/?([^]*)$/.exec(text) ?? [];
  if (bucket === undefined || key === undefined)
    throw new RedshiftError(`Invalid S3 path: '${text}' must begin with s3://bucket/`, "22023");
  return { bucket, key };
}

export function objectUrl({ bucket, key }: ObjectUrl): string {
  return `s3://${bucket}/${key}`;
}

/** Runs `use` with a client of this storage. */
export async function withObjects<Result>(
  storage: Storage,
  use: (objects: Objects) => Promise<Result>,
): Promise<Result> {
  // The SDK would print a warning about old versions of Node.
  process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] ??= "true";
  const s3 = await import("@aws-sdk/client-s3");
  const { endpoint, region, accessKeyId, secretAccessKey } = storage;
  const client = new s3.S3Client({
    region,
    // Not all servers that speak S3's protocol understand a checksum behind the body.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
    ...(accessKeyId === undefined || secretAccessKey === undefined
      ? {}
      : { credentials: { accessKeyId, secretAccessKey } }),
  });
  try {
    return await use(openObjects(client, s3));
  } finally {
    client.destroy();
  }
}

function openObjects(client: S3Client, s3: typeof import("@aws-sdk/client-s3")): Objects {
  const inBucket = ({ bucket, key }: ObjectUrl) => ({ Bucket: bucket, Key: key });
  const get = async (url: ObjectUrl): Promise<Readable> => {
    const { Body } = await client.send(new s3.GetObjectCommand(inBucket(url)));
    return Body as Readable;
  };
  return {
    size: (url) =>
      telling(url, async () => {
        try {
          const { ContentLength } = await client.send(new s3.HeadObjectCommand(inBucket(url)));
          return ContentLength ?? 0;
        } catch (error) {
          if (isMissing(error)) return undefined;
          throw error;
        }
      }),
    text: (url) =>
      telling(url, async () => {
        const { Body } = await client.send(new s3.GetObjectCommand(inBucket(url)));
        return (await Body?.transformToString()) ?? "";
      }),
    download: (url, path) =>
      telling(url, async () => {
        await pipeline(await get(url), createWriteStream(path));
      }),
    upload: (path, url) =>
      telling(url, async () => {
        const { size: ContentLength } = await stat(path);
        const Body = createReadStream(path);
        await client.send(new s3.PutObjectCommand({ ...inBucket(url), Body, ContentLength }));
      }),
    write: (text, url) =>
      telling(url, async () => {
        await client.send(new s3.PutObjectCommand({ ...inBucket(url), Body: text }));
      }),
    list: (prefix) =>
      telling(prefix, async () => {
        const found: ListedObject[] = [];
        const pages = s3.paginateListObjectsV2(
          { client },
          { Bucket: prefix.bucket, Prefix: prefix.key },
        );
        for await (const { Contents } of pages)
          for (const { Key, Size } of Contents ?? [])
            if (Key !== undefined) found.push({ key: Key, bytes: Size ?? 0 });
        return found;
      }),
    remove: (url) =>
      telling(url, async () => {
        await client.send(new s3.DeleteObjectCommand(inBucket(url)));
      }),
  };
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && ["NotFound", "NoSuchKey"].includes(error.name);
}

async function telling<Result>(url: ObjectUrl, act: () => Promise<Result>): Promise<Result> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
    throw new RedshiftError(
      `S3ServiceException:${error.message || error.name},Status ${status ?? "none"},Error ${error.name},Url ${objectUrl(url)}`,
      "XX000",
      { cause: error },
    );
  }
}
