import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import type { Readable } from "node:stream";
import {
  AbortMultipartUploadCommand,
  CopyObjectCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import type { ListMultipartUploadsCommandInput } from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import type { Io } from "../../core/io.ts";
import type { Measured } from "../store.ts";
import { isNotFound } from "./s3-failure.ts";

export interface S3Place {
  readonly bucket: string;
  /** Without slashes at its ends; empty for the whole bucket. */
  readonly prefix: string;
  /** Of a server other than Amazon's, whose buckets are then part of the path. */
  readonly endpoint?: string;
  readonly region?: string;
}

/** An object without its content. */
export interface ObjectHead {
  readonly bytes: number;
  /** What was told of it when it was put here. */
  readonly sha256?: string;
}

export interface ListedObject {
  readonly key: string;
  readonly bytes: number;
  readonly modifiedAt: Date;
}

export interface StaleUpload {
  readonly key: string;
  readonly uploadId: string;
  readonly startedAt: Date;
}

/** What a pointer must be when it is replaced: of this version, or not there at all. */
export type Condition = { readonly etag: string } | "absent";

/** A file up to this size is put by one request; a larger one in parts of at least this size. */
const partBytes = 8 * 1024 * 1024;
/** With the parts' size, this bounds the memory of an upload. */
const partsAtATime = 3;
const mostParts = 9_000;

/** The requests of a lake: keys are relative to its prefix, and each is one call of the seam. */
export class S3Bucket {
  readonly address: string;
  readonly #client: S3Client;
  readonly #bucket: string;
  readonly #prefix: string;
  readonly #io: Io;

  constructor(place: S3Place, io: Io) {
    this.#client = openClient(place);
    this.#bucket = place.bucket;
    this.#prefix = place.prefix === "" ? "" : `${place.prefix}/`;
    this.address = `s3://${this.#bucket}/${this.#prefix}`;
    this.#io = io;
  }

  /** Puts a file, in parts when it is large, with checksums that the server compares. A failed upload leaves no parts. */
  async putFile(key: string, path: string, { bytes, sha256 }: Measured): Promise<void> {
    const request = { ...this.#object(key), Metadata: { sha256 } };
    await this.#call("put part", async () => {
      if (bytes <= partBytes) {
        const checksum = Buffer.from(sha256, "hex").toString("base64");
        const Body = await readFile(path);
        return this.#client.send(
          new PutObjectCommand({ ...request, Body, ChecksumSHA256: checksum }),
        );
      }
      return new Upload({
        client: this.#client,
        params: { ...request, Body: createReadStream(path) },
        partSize: Math.max(partBytes, Math.ceil(bytes / mostParts)),
        queueSize: partsAtATime,
      }).done();
    });
  }

  /** Puts a text, whatever stands there. */
  async put(key: string, text: string): Promise<void> {
    await this.#call("put list", () =>
      this.#client.send(
        new PutObjectCommand({
          ...this.#object(key),
          Body: Buffer.from(text),
          ContentType: "application/json",
        }),
      ),
    );
  }

  /** Copies an object within the bucket; undefined where the server tells no SHA-256 of the whole of it. */
  async copy(from: string, to: string): Promise<Measured | undefined> {
    const { CopyObjectResult: result } = await this.#call("copy part", () =>
      this.#client.send(
        new CopyObjectCommand({
          ...this.#object(to),
          CopySource: encodeURI(`${this.#bucket}/${this.#prefix}${from}`),
          ChecksumAlgorithm: "SHA256",
        }),
      ),
    );
    const told = result?.ChecksumSHA256;
    const found = await this.head(to);
    // That of an object in several parts is one of its parts' checksums.
    if (told === undefined || told.includes("-") || found === undefined) return undefined;
    return { bytes: found.bytes, sha256: Buffer.from(told, "base64").toString("hex") };
  }

  /** Puts a text if the condition holds; returns its version. */
  async putText(key: string, text: string, condition: Condition): Promise<string> {
    const { ETag = "" } = await this.#call("put manifest", () =>
      this.#client.send(
        new PutObjectCommand({
          ...this.#object(key),
          Body: Buffer.from(text),
          ContentType: "application/json",
          ...(condition === "absent" ? { IfNoneMatch: "*" } : { IfMatch: condition.etag }),
        }),
      ),
    );
    return ETag;
  }

  /** A text with its version; undefined when there is none. Fewer bytes than the server announced are a failure. */
  async getText(
    key: string,
  ): Promise<{ readonly text: string; readonly etag: string } | undefined> {
    return this.#found(async () => {
      const answer = await this.#get("read manifest", key);
      const chunks: Buffer[] = [];
      for await (const chunk of answer.body) chunks.push(chunk as Buffer);
      const content = Buffer.concat(chunks);
      if (content.length !== answer.bytes) throw new Error("the answer ended early");
      return { text: content.toString("utf8"), etag: answer.etag };
    });
  }

  /** The content as it arrives. */
  async getBytes(key: string): Promise<Readable> {
    return (await this.#get("read part", key)).body;
  }

  async #get(action: string, key: string) {
    const { Body, ETag, ContentLength } = await this.#call(action, () =>
      this.#client.send(new GetObjectCommand(this.#object(key))),
    );
    if (Body === undefined) throw new Error("the answer has no body");
    const body = this.#io.bytes({ part: "lake", action }, Body as Readable);
    return { body, etag: ETag ?? "", bytes: ContentLength ?? 0 };
  }

  /** Undefined when there is no such object. */
  async head(key: string): Promise<ObjectHead | undefined> {
    return this.#found(async () => {
      const { ContentLength, Metadata } = await this.#call("look for part", () =>
        this.#client.send(new HeadObjectCommand(this.#object(key))),
      );
      return { bytes: ContentLength ?? 0, sha256: Metadata?.sha256 };
    });
  }

  /** All objects whose keys begin with `prefix`. */
  async list(prefix: string): Promise<readonly ListedObject[]> {
    const found: ListedObject[] = [];
    let token: string | undefined;
    do {
      const page = await this.#call("list", () =>
        this.#client.send(
          new ListObjectsV2Command({ ...this.#prefixed(prefix), ContinuationToken: token }),
        ),
      );
      for (const { Key = "", Size = 0, LastModified = new Date() } of page.Contents ?? []) {
        found.push({ key: this.#relative(Key), bytes: Size, modifiedAt: LastModified });
      }
      token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
    } while (token !== undefined);
    return found;
  }

  /** Names of the folders in a folder. */
  async folders(key: string): Promise<readonly string[]> {
    const found: string[] = [];
    let token: string | undefined;
    do {
      const page = await this.#call("list", () =>
        this.#client.send(
          new ListObjectsV2Command({
            ...this.#prefixed(`${key}/`),
            Delimiter: "/",
            ContinuationToken: token,
          }),
        ),
      );
      for (const { Prefix = "" } of page.CommonPrefixes ?? []) {
        found.push(this.#relative(Prefix).slice(key.length + 1, -1));
      }
      token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
    } while (token !== undefined);
    return found;
  }

  /** Removes objects; missing ones are no error. */
  async remove(keys: readonly string[]): Promise<void> {
    const [only] = keys;
    if (keys.length === 1 && only !== undefined) {
      await this.#call("remove", () =>
        this.#client.send(new DeleteObjectCommand(this.#object(only))),
      );
      return;
    }
    for (let start = 0; start < keys.length; start += mostRemovals) {
      const Objects = keys
        .slice(start, start + mostRemovals)
        .map((key) => ({ Key: this.#prefix + key }));
      const { Errors = [] } = await this.#call("remove", () =>
        this.#client.send(
          new DeleteObjectsCommand({ Bucket: this.#bucket, Delete: { Objects, Quiet: true } }),
        ),
      );
      const [refused] = Errors;
      if (refused !== undefined) {
        const message = `${refused.Key ?? "an object"}: ${refused.Message ?? ""}`;
        throw Object.assign(new Error(message), { name: refused.Code ?? "Error" });
      }
    }
  }

  /** Uploads in parts that were neither completed nor aborted. */
  async uploads(prefix: string): Promise<readonly StaleUpload[]> {
    const found: StaleUpload[] = [];
    const input: ListMultipartUploadsCommandInput = this.#prefixed(prefix);
    for (let more = true; more;) {
      const page = await this.#call("list uploads", () =>
        this.#client.send(new ListMultipartUploadsCommand(input)),
      );
      for (const { Key = "", UploadId = "", Initiated = new Date() } of page.Uploads ?? []) {
        found.push({ key: this.#relative(Key), uploadId: UploadId, startedAt: Initiated });
      }
      input.KeyMarker = page.NextKeyMarker;
      input.UploadIdMarker = page.NextUploadIdMarker;
      more = page.IsTruncated === true;
    }
    return found;
  }

  /** Ends an upload in parts; one that is gone is no error. */
  async abort({ key, uploadId }: StaleUpload): Promise<void> {
    await this.#found(() =>
      this.#call("abort upload", () =>
        this.#client.send(
          new AbortMultipartUploadCommand({ ...this.#object(key), UploadId: uploadId }),
        ),
      ),
    );
  }

  #call<Result>(action: string, perform: () => Promise<Result>): Promise<Result> {
    return this.#io.call({ part: "lake", action }, perform);
  }

  async #found<Result>(look: () => Promise<Result>): Promise<Result | undefined> {
    try {
      return await look();
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  #object(key: string) {
    return { Bucket: this.#bucket, Key: this.#prefix + key };
  }

  #prefixed(prefix: string) {
    return { Bucket: this.#bucket, Prefix: this.#prefix + prefix };
  }

  #relative(key: string): string {
    return key.slice(this.#prefix.length);
  }
}

/** S3's limit. */
const mostRemovals = 1_000;

/** Tried again by the SDK, with jitter, when the server is busy or the line is cut. */
const attempts = 6;

function openClient({ endpoint, region }: S3Place): S3Client {
  // The SDK would print a warning about old versions of Node into the user's run.
  process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] ??= "true";
  return new S3Client({
    ...(endpoint === undefined
      ? { followRegionRedirects: true, ...(region === undefined ? {} : { region }) }
      : { endpoint, forcePathStyle: true, region: region ?? "us-east-1" }),
    maxAttempts: attempts,
    retryMode: "standard",
    requestHandler: {
      connectionTimeout: 5_000,
      requestTimeout: 60_000,
      socketTimeout: 60_000,
      throwOnRequestTimeout: true,
    },
  });
}
