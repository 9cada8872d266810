import {
  AbortMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
} from "@aws-sdk/client-s3";
import type { ListMultipartUploadsCommandInput } from "@aws-sdk/client-s3";
import { ifFound } from "./s3-connection.ts";
import type { S3Connection } from "./s3-connection.ts";

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

/** S3's limit of one request. */
const mostRemovals = 1_000;

/** Which keys there are, and their removal. */
export class S3Keys {
  readonly #s3: S3Connection;

  constructor(connection: S3Connection) {
    this.#s3 = connection;
  }

  /** All objects whose keys begin with `prefix`. */
  async list(prefix: string): Promise<readonly ListedObject[]> {
    const listed: ListedObject[] = [];
    let token: string | undefined;
    do {
      const page = await this.#s3.call("list", () =>
        this.#s3.client.send(
          new ListObjectsV2Command({ ...this.#s3.prefixed(prefix), ContinuationToken: token }),
        ),
      );
      for (const { Key = "", Size = 0, LastModified = new Date() } of page.Contents ?? []) {
        listed.push({ key: this.#s3.relative(Key), bytes: Size, modifiedAt: LastModified });
      }
      token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
    } while (token !== undefined);
    return listed;
  }

  /** Names of the folders in a folder. */
  async folders(key: string): Promise<readonly string[]> {
    const names: string[] = [];
    let token: string | undefined;
    do {
      const page = await this.#s3.call("list", () =>
        this.#s3.client.send(
          new ListObjectsV2Command({
            ...this.#s3.prefixed(`${key}/`),
            Delimiter: "/",
            ContinuationToken: token,
          }),
        ),
      );
      for (const { Prefix = "" } of page.CommonPrefixes ?? []) {
        names.push(this.#s3.relative(Prefix).slice(key.length + 1, -1));
      }
      token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
    } while (token !== undefined);
    return names;
  }

  /** Removes objects; missing ones are no error. */
  async remove(keys: readonly string[]): Promise<void> {
    const [only] = keys;
    if (keys.length === 1 && only !== undefined) {
      await this.#s3.call("remove", () =>
        this.#s3.client.send(new DeleteObjectCommand(this.#s3.object(only))),
      );
      return;
    }
    for (let start = 0; start < keys.length; start += mostRemovals) {
      const Objects = keys
        .slice(start, start + mostRemovals)
        .map((key) => ({ Key: this.#s3.prefix + key }));
      const { Errors = [] } = await this.#s3.call("remove", () =>
        this.#s3.client.send(
          new DeleteObjectsCommand({ Bucket: this.#s3.bucket, Delete: { Objects, Quiet: true } }),
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
    const uploads: StaleUpload[] = [];
    const input: ListMultipartUploadsCommandInput = this.#s3.prefixed(prefix);
    for (let more = true; more;) {
      const page = await this.#s3.call("list uploads", () =>
        this.#s3.client.send(new ListMultipartUploadsCommand(input)),
      );
      for (const { Key = "", UploadId = "", Initiated = new Date() } of page.Uploads ?? []) {
        uploads.push({ key: this.#s3.relative(Key), uploadId: UploadId, startedAt: Initiated });
      }
      input.KeyMarker = page.NextKeyMarker;
      input.UploadIdMarker = page.NextUploadIdMarker;
      more = page.IsTruncated === true;
    }
    return uploads;
  }

  /** Ends an upload in parts; one that is gone is no error. */
  async abort({ key, uploadId }: StaleUpload): Promise<void> {
    await ifFound(() =>
      this.#s3.call("abort upload", () =>
        this.#s3.client.send(
          new AbortMultipartUploadCommand({ ...this.#s3.object(key), UploadId: uploadId }),
        ),
      ),
    );
  }
}
