import { keepObjectsWhole } from "./whole-objects.ts";

export interface S3ServerOptions {
  /** The folder that holds the buckets; it is created when missing. */
  readonly directory: string;
  /** Created when missing. */
  readonly bucket: string;
  /** Default 0: any free port of 127.0.0.1. */
  readonly port?: number;
}

/** A server that speaks S3's protocol on this machine alone. */
export interface S3Server {
  readonly endpoint: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  close(): Promise<void>;
}

/** Does the basics and uploads in parts, replaces objects whole, and ignores conditions. */
export async function openS3Server({
  directory,
  bucket,
  port = 0,
}: S3ServerOptions): Promise<S3Server> {
  const { default: S3rver } = await import("s3rver");
  const server = new S3rver({
    address: "127.0.0.1",
    port,
    silent: true,
    directory,
    configureBuckets: [{ name: bucket, configs: [] }],
  });
  keepObjectsWhole(server);
  const { port: taken } = await server.run();
  return {
    endpoint: `http://127.0.0.1:${taken}`,
    // The only key that it knows.
    accessKeyId: "S3RVER",
    secretAccessKey: "S3RVER",
    close: () => server.close(),
  };
}
