import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { bucket, openS3rver, type S3Server } from "../../lake/testing/s3-servers.ts";
import { line, shopTables, transaction } from "../testing/dynamodb-source.ts";
import { writeFullExport, writeIncrementalExport } from "../testing/export-generator.ts";
import { failureOf, newLake, readRows, removeLakes, run } from "../testing/fixtures.ts";
import {
  openDynamoDbExportExtractor,
  type DynamoDbExportOptions,
} from "./dynamodb-export-extractor.ts";

let server: S3Server;
let client: S3Client;
let location: string;
const before = { ...process.env };
const retry = { retries: 1, minimumMilliseconds: 1, maximumMilliseconds: 1 };

beforeAll(async () => {
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";
  server = await openS3rver();
  Object.assign(process.env, server.environment);
  client = new S3Client({ endpoint: server.endpoint, region: "us-east-1", forcePathStyle: true });
  location = mkdtempSync(join(realpathSync(tmpdir()), "mercado-export-"));
  const items = Array.from({ length: 50 }, (_, id) =>
    transaction(`t${id}`, "2026-01-01T10:00:00Z", [line(id, "1", "1.25")]),
  );
  const prefix = "2026/jan/";
  await writeFullExport(location, items.slice(0, 40), {
    ...{ id: "01-full", at: "2026-01-02T00:00:00Z", prefix },
  });
  const changes = items.slice(30).map((item) => ({
    keys: { pk: item.pk, sk: item.sk },
    newImage: item,
    at: new Date("2026-01-02T12:00:00Z"),
  }));
  await writeIncrementalExport(location, changes, {
    ...{ id: "02-inc", from: "2026-01-02T00:00:00Z", to: "2026-01-03T00:00:00Z", prefix },
  });
  for (const entry of await readdir(location, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const key = `${prefix}${relative(location, path)}`;
    await client.send(
      new PutObjectCommand({ Bucket: bucket, Key: key, Body: await readFile(path) }),
    );
  }
});

afterAll(async () => {
  process.env = before;
  client.destroy();
  await server.close();
  rmSync(location, { recursive: true, force: true });
  removeLakes();
});

async function rowsFrom(options: Pick<DynamoDbExportOptions, "location" | "s3">) {
  const { lake } = newLake();
  const extractor = openDynamoDbExportExtractor({ lake, retry, ...options });
  const { transactions, lines } = shopTables("shop");
  try {
    const extracted = await extractor.extract([{ table: transactions }, { table: lines }], run);
    const rows = await Promise.all(extracted.map(({ files }) => readRows(lake, files)));
    return rows.map((each) => each.map((row) => JSON.stringify(row)).toSorted());
  } finally {
    await extractor.close();
  }
}

describe("exports in a bucket", () => {
  const s3 = () => ({ endpoint: server.endpoint, region: "us-east-1" });

  test("give the same rows as in a folder", async () => {
    const rows = await rowsFrom({ location: `s3://${bucket}/2026/jan`, s3: s3() });
    expect(rows).toEqual(await rowsFrom({ location }));
    expect(rows[0]).toHaveLength(50);
  });

  test("that lie below another prefix are not there", async () => {
    const failure = await failureOf(rowsFrom({ location: `s3://${bucket}/2026`, s3: s3() }));
    expect(failure.diagnostics[0]).toMatchObject({ code: "EXPORT_MISSING" });
  });

  test("in a bucket that is none, or on a server that does not answer, are named with a way out", async () => {
    const elsewhere = { location: "s3://nowhere/x", s3: s3() };
    const silent = {
      location: `s3://${bucket}/2026/jan`,
      s3: { ...s3(), endpoint: "http://127.0.0.1:1" },
    };
    for (const options of [elsewhere, silent]) {
      const failure = await failureOf(rowsFrom(options));
      expect(failure.diagnostics).toEqual([
        expect.objectContaining({
          code: "SOURCE_UNREACHABLE",
          message: `The exports of DynamoDB in ${options.location} cannot be read.`,
        }),
      ]);
      expect(failure.diagnostics[0]!.cause).not.toBe("");
    }
  });

  test("are to be named as such", async () => {
    const failure = await failureOf(rowsFrom({ location: "s3://", s3: s3() }));
    expect(failure.diagnostics[0]).toMatchObject({ code: "CONNECTION_FAILED" });
  });
});
