import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { pbkdf2 } from "node:crypto";
import { GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { bucket, openS3rver, type S3Server } from "./s3-servers.ts";

let server: S3Server;
let client: S3Client;
beforeAll(async () => {
  server = await openS3rver();
  const { AWS_ACCESS_KEY_ID = "", AWS_SECRET_ACCESS_KEY = "" } = server.environment;
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";
  client = new S3Client({
    endpoint: server.endpoint,
    forcePathStyle: true,
    region: "us-east-1",
    credentials: { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY },
  });
});
afterAll(async () => {
  client.destroy();
  await server.close();
});

const Key = "object";

async function read(): Promise<string> {
  const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key }));
  return (await Body?.transformToString()) ?? "";
}

/** Node's threads, which write the server's files, have other work for some time. */
function occupyThreads(): void {
  for (let number = 0; number < 8; number += 1) {
    pbkdf2("password", "salt", 10_000, 32, "sha256", () => undefined);
  }
}

test("an object is read whole, as it was or as it is now, and as it is now when its put has been answered", async () => {
  const versions = Array.from({ length: 12 }, (_, index) =>
    `${index}`.repeat(1_000 + 2_000 * index),
  );
  for (const [index, Body] of versions.entries()) {
    occupyThreads();
    const put = client.send(new PutObjectCommand({ Bucket: bucket, Key, Body }));
    const meanwhile = index === 0 ? [] : [read(), read(), read()];
    await put;
    const [now, ...before] = await Promise.all([read(), ...meanwhile]);
    expect(now === Body).toBe(true);
    for (const text of before) expect(text === versions[index - 1] || text === Body).toBe(true);
  }
}, 30_000);
