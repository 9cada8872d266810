import { S3Client } from "@aws-sdk/client-s3";
import type { Io } from "../../core/io.ts";
import { isNotFound } from "./s3-failure.ts";

export interface S3Place {
  readonly bucket: string;
  /** Without slashes at its ends; empty for the whole bucket. */
  readonly prefix: string;
  /** Of a server other than Amazon's, whose buckets are then part of the path. */
  readonly endpoint?: string;
  readonly region?: string;
}

/** A client of one bucket: keys are relative to the lake's prefix, and each request is one call of the seam. */
export class S3Connection {
  readonly client: S3Client;
  readonly bucket: string;
  /** Empty, or with a slash at its end. */
  readonly prefix: string;
  readonly io: Io;

  constructor(place: S3Place, io: Io) {
    this.client = openClient(place);
    this.bucket = place.bucket;
    this.prefix = place.prefix === "" ? "" : `${place.prefix}/`;
    this.io = io;
  }

  get address(): string {
    return `s3://${this.bucket}/${this.prefix}`;
  }

  call<Result>(action: string, perform: () => Promise<Result>): Promise<Result> {
    return this.io.call({ part: "lake", action }, perform);
  }

  /** The parameters by which a request names an object. */
  object(key: string) {
    return { Bucket: this.bucket, Key: this.prefix + key };
  }

  /** The parameters by which a request names what begins with `prefix`. */
  prefixed(prefix: string) {
    return { Bucket: this.bucket, Prefix: this.prefix + prefix };
  }

  /** A key of the bucket as one of the lake. */
  relative(key: string): string {
    return key.slice(this.prefix.length);
  }
}

/** What was looked for; undefined where the server says that it is not there. */
export async function ifFound<Result>(look: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await look();
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

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
