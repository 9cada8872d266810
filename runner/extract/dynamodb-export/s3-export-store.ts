import { GetObjectCommand, ListObjectsV2Command, NoSuchKey, S3Client } from "@aws-sdk/client-s3";
import { Readable } from "node:stream";
import { Failure } from "../../core/diagnostic.ts";
import type { ExportStore, S3Settings } from "./export-store.ts";

const answerMilliseconds = 30_000;

/** `location` is `s3://bucket` or `s3://bucket/prefix`; credentials are those of the SDK's own chain. */
export function openS3ExportStore(location: string, { endpoint, region }: S3Settings): ExportStore {
  // The SDK would print a warning about old versions of Node into the user's run.
  process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] ??= "true";
  const { bucket, prefix } = readLocation(location);
  const client = new S3Client({
    region: region ?? process.env["AWS_REGION"] ?? "us-east-1",
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
    // What is tried again, and how, is `retried`'s to say; the export's own checksums are verified.
    maxAttempts: 1,
    responseChecksumValidation: "WHEN_REQUIRED",
    requestHandler: { connectionTimeout: 3_000, socketTimeout: answerMilliseconds },
  });
  return {
    location,
    async folders(key) {
      const folder = `${prefix}${key}/`;
      const names: string[] = [];
      let token: string | undefined;
      do {
        const page = await client.send(
          new ListObjectsV2Command({
            Bucket: bucket,
            Prefix: folder,
            Delimiter: "/",
            ...(token === undefined ? {} : { ContinuationToken: token }),
          }),
        );
        for (const { Prefix: found = "" } of page.CommonPrefixes ?? []) {
          names.push(found.slice(folder.length, -1));
        }
        token = page.NextContinuationToken;
      } while (token !== undefined);
      return names;
    },
    async open(key) {
      try {
        const { Body: body } = await client.send(
          new GetObjectCommand({ Bucket: bucket, Key: `${prefix}${key}` }),
        );
        return body instanceof Readable ? body : undefined;
      } catch (error) {
        if (error instanceof NoSuchKey) return undefined;
        throw error;
      }
    },
    close: () => {
      client.destroy();
    },
  };
}

function readLocation(location: string): { readonly bucket: string; readonly prefix: string } {
  const [, bucket, prefix = ""] = /^s3:\/\/([^/]+)(?:\/(.+))?$/.exec(location) ?? [];
  if (bucket !== undefined) return { bucket, prefix: prefix === "" ? "" : `${prefix}/` };
  throw new Failure([
    {
      code: "CONNECTION_FAILED",
      message: `"${location}" is no place in S3.`,
      hint: "Write the connection's location as s3://bucket/prefix, or name a folder.",
    },
  ]);
}
