import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import type { Readable } from "node:stream";
import {
  CopyObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import type { Io } from "../../core/io.ts";
import type { Measured } from "../store.ts";
import { ifFound, S3Connection } from "./s3-connection.ts";
import type { S3Place } from "./s3-connection.ts";
import { S3Keys } from "./s3-keys.ts";

/** An object without its content. */
export interface ObjectHead {
  readonly bytes: number;
  /** What was told of it when it was put here. */
  readonly sha256?: string;
}

/** What a pointer must be when it is replaced: of this version, or not there at all. */
export type Condition = { readonly etag: string } | "absent";

/** A file up to this size is put by one request; a larger one in parts of at least this size. */
const partBytes = 8 * 1024 * 1024;
/** With the parts' size, this bounds the memory of an upload. */
const partsAtATime = 3;
const mostParts = 9_000;

/** The objects of a lake, put and read. */
export class S3Bucket {
  readonly keys: S3Keys;
  readonly #s3: S3Connection;

  constructor(place: S3Place, io: Io) {
    this.#s3 = new S3Connection(place, io);
    this.keys = new S3Keys(this.#s3);
  }

  get address(): string {
    return this.#s3.address;
  }

  /** Puts a file, in parts when it is large, with checksums that the server compares. A failed upload leaves no parts. */
  async putFile(key: string, path: string, { bytes, sha256 }: Measured): Promise<void> {
    const request = { ...this.#s3.object(key), Metadata: { sha256 } };
    await this.#s3.call("put part", async () => {
      if (bytes <= partBytes) {
        const checksum = Buffer.from(sha256, "hex").toString("base64");
        const Body = await readFile(path);
        return this.#s3.client.send(
          new PutObjectCommand({ ...request, Body, ChecksumSHA256: checksum }),
        );
      }
      return new Upload({
        client: this.#s3.client,
        params: { ...request, Body: createReadStream(path) },
        partSize: Math.max(partBytes, Math.ceil(bytes / mostParts)),
        queueSize: partsAtATime,
      }).done();
    });
  }

  /** Puts a text, whatever stands there. */
  async put(key: string, text: string): Promise<void> {
    await this.#s3.call("put list", () =>
      this.#s3.client.send(
        new PutObjectCommand({
          ...this.#s3.object(key),
          Body: Buffer.from(text),
          ContentType: "application/json",
        }),
      ),
    );
  }

  /** Copies an object within the bucket; undefined where the server tells no SHA-256 of the whole of it. */
  async copy(from: string, to: string): Promise<Measured | undefined> {
    const { CopyObjectResult: result } = await this.#s3.call("copy part", () =>
      this.#s3.client.send(
        new CopyObjectCommand({
          ...this.#s3.object(to),
          CopySource: encodeURI(`${this.#s3.bucket}/${this.#s3.prefix}${from}`),
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
    const { ETag = "" } = await this.#s3.call("put manifest", () =>
      this.#s3.client.send(
        new PutObjectCommand({
          ...this.#s3.object(key),
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
    return ifFound(async () => {
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
    const { Body, ETag, ContentLength } = await this.#s3.call(action, () =>
      this.#s3.client.send(new GetObjectCommand(this.#s3.object(key))),
    );
    if (Body === undefined) throw new Error("the answer has no body");
    const body = this.#s3.io.bytes({ part: "lake", action }, Body as Readable);
    return { body, etag: ETag ?? "", bytes: ContentLength ?? 0 };
  }

  /** Undefined when there is no such object. */
  async head(key: string): Promise<ObjectHead | undefined> {
    return ifFound(async () => {
      const { ContentLength, Metadata } = await this.#s3.call("look for part", () =>
        this.#s3.client.send(new HeadObjectCommand(this.#s3.object(key))),
      );
      return { bytes: ContentLength ?? 0, sha256: Metadata?.sha256 };
    });
  }
}
