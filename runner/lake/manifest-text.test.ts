import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import type { LakeManifest } from "../core/manifest.ts";
import { lakeSchemas } from "./manifest-schema.ts";
import { parseManifest, printManifest } from "./manifest-text.ts";

const relation = "raw.customer";
const published = JSON.parse(
  readFileSync(new URL("../schemas/lake-manifest.schema.json", import.meta.url), "utf8"),
) as object;

const manifest: LakeManifest = {
  relation,
  runId: "r1",
  publishedAt: "2026-01-02T03:04:05.678Z",
  columns: [
    { name: "id", type: "integer" },
    { name: "email", type: "varchar", classes: ["pii.email"] },
  ],
  files: [
    {
      key: "raw/customer/run=r1/part-00000.parquet",
      bytes: 17,
      rows: 1,
      sha256: "0".repeat(64),
      runId: "r1",
      sums: { price: "12.50" },
      minimum: "2026-03-01T10:00:00.000001Z",
      maximum: "2026-03-01T10:00:00.000001Z",
      columns: [{ name: "id", type: "smallint" }],
    },
  ],
  totals: { rows: 1, sums: { price: "12.50" } },
  watermark: "2026-03-01T10:00:00.000001Z",
  intervals: [{ start: "2026-03-01T00:00:00.000Z", end: "2026-04-01T00:00:00.000Z" }],
  identity: "7/5",
};

test("a manifest keeps everything that it knows on its way through its file", () => {
  const text = printManifest(manifest, (key) => `s3://lake/${key}`);
  expect(parseManifest(text, relation, "here")).toEqual(manifest);
});

test("a manifest that was written before it knew so much still reads", () => {
  const old = {
    format: "mercado-manifest-1",
    relation,
    run_id: "r1",
    published_at: "2026-01-02T03:04:05.678Z",
    columns: [{ name: "id", type: "integer" }],
    files: [
      {
        key: "raw/customer/run=r1/part-00000.parquet",
        bytes: 17,
        rows: 1,
        sha256: "0".repeat(64),
        run_id: "r1",
      },
    ],
  };
  const { runId, files } = parseManifest(JSON.stringify(old), relation, "here");
  expect([runId, files[0]?.rows]).toEqual(["r1", 1]);
});

test("the published JSON Schema of manifests is what the runner reads (renew it with npm run schemas), and they fulfil it", () => {
  expect(published).toEqual(JSON.parse(JSON.stringify(lakeSchemas()["lake-manifest"])));
  const ajv = new Ajv2020();
  addFormats.default(ajv);
  const validate = ajv.compile(published);
  const text = printManifest(manifest, (key) => `s3://lake/${key}`);
  expect([validate(JSON.parse(text)), validate.errors]).toEqual([true, null]);
  expect(validate(JSON.parse(text.replace('"bytes": 17', '"bytes": -1')))).toBe(false);
});
