import { expect, test } from "@jest/globals";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { openTestServices } from "../../local/testing.ts";
import { openFolderLake } from "../../runner/lake/folder-lake.ts";
import { openS3Lake } from "../../runner/lake/s3/s3-lake.ts";
import type { StoredLake } from "../../runner/lake/stored-lake.ts";
import { bucket, openS3rver } from "../../runner/lake/testing/s3-servers.ts";
import type { S3Server } from "../../runner/lake/testing/s3-servers.ts";
import { codesIn, linesOf } from "./testing/cli.ts";
import { ShopDatabases } from "./testing/databases.ts";
import { openForTests } from "./testing/open-for-tests.ts";
import { TestProject } from "./testing/project.ts";
import { fillFirstDay, fillSecondDay, wholeProject } from "./testing/small-project.ts";

let databases: ShopDatabases;
let server: S3Server;
let onFolder: TestProject;
let onS3: TestProject;

openForTests(async (hold) => {
  const services = await hold(openTestServices());
  databases = await hold(ShopDatabases.create(services));
  server = await hold(openS3rver());
  Object.assign(process.env, server.environment);
  onFolder = await hold(new TestProject(wholeProject, databases));
  onS3 = await hold(
    new TestProject(projectOnS3(), {
      environment: { ...databases.environment, ...server.environment },
    }),
  );
  await fillFirstDay(databases);
  await onFolder.ok("build");
  await onS3.ok("build");
  await fillSecondDay(databases);
  await onFolder.ok("build");
  await onS3.ok("build");
});

function s3Lake(folder: string): StoredLake {
  return openS3Lake({ bucket, prefix: "shop", endpoint: server.endpoint, folder });
}

/** What manifests say that does not depend on when a run was. */
async function contents(lake: StoredLake) {
  const manifests = [];
  for (const relation of await lake.relations()) {
    const manifest = await lake.readManifest(relation);
    if (manifest === undefined) throw new Error(`${relation} has no manifest`);
    const { columns, totals, identity, watermark } = manifest;
    manifests.push({
      ...{ relation, columns, totals, identity },
      // A model's is the moment of its latest run.
      watermark: relation.startsWith("raw.") ? watermark : undefined,
      files: manifest.files.map(({ key, rows, sums, minimum, maximum }) => ({
        key: key.replace(/run=[^/]+/, "run=…"),
        ...{ rows, sums, minimum, maximum },
      })),
    });
  }
  return manifests;
}

const moments = /"(?:loaded_at|_extracted_at|valid_from|valid_to|rejected_at)":(?:"[^"]*"|null),?/g;

async function rowsOf(project: TestProject, relation: string): Promise<readonly string[]> {
  const { stdout } = await project.ok("query", `select * from ${relation}`, "--json");
  return linesOf(stdout)
    .map((row) => JSON.stringify(row).replaceAll(moments, ""))
    .toSorted();
}

test("two days of building give the same manifests as on a folder, and the same gold, row for row", async () => {
  const expected = await contents(openFolderLake({ root: onFolder.lake }));
  const found = await contents(s3Lake(join(onS3.home, "elsewhere")));
  expect(found).toEqual(expected);
  expect(found.length).toBeGreaterThan(8);
  for (const { relation } of found.filter((manifest) => manifest.relation.startsWith("gold."))) {
    expect(await rowsOf(onS3, relation)).toEqual(await rowsOf(onFolder, relation));
  }
});

test("building again writes nothing new to gold, and readers need no warehouse", async () => {
  const lake = s3Lake(join(onS3.home, "elsewhere"));
  const gold = async () =>
    (await lake.files()).map(({ key }) => key).filter((key) => key.startsWith("gold/"));
  const before = await gold();
  await onS3.ok("build");
  expect(await gold()).toEqual(before);

  const rows = await rowsOf(onS3, "gold.payment");
  const reader = new TestProject(projectOnS3(), {
    environment: { ...databases.environment, ...server.environment },
  });
  try {
    expect(await rowsOf(reader, "gold.payment")).toEqual(rows);
  } finally {
    reader.close();
  }
});

test("a machine that has lost its copies builds on: they are fetched again", async () => {
  rmSync(join(onS3.home, "s3-lake"), { recursive: true });
  await onS3.ok("test");
  await onS3.ok("build");
  expect(await rowsOf(onS3, "gold.payment")).toEqual(await rowsOf(onFolder, "gold.payment"));
});

test("runner doctor tells that this server ignores conditions, and leaves nothing behind", async () => {
  const lake = s3Lake(join(onS3.home, "elsewhere"));
  const before = (await lake.files()).length;
  const { stdout } = await onS3.ok("doctor");
  expect(stdout).toMatch(/ok +lake +s3:\/\/lake\/shop, .*ignores conditions/);
  expect(await lake.files()).toHaveLength(before);
});

test("runner lake verifies what is on S3, and names what is lost there by its address", async () => {
  await onS3.ok("lake", "verify");
  const { stdout } = await onS3.ok("lake", "path", "gold.payment");
  expect(stdout).toMatch(/^s3:\/\/lake\/shop\/gold\/payment\/run=/);
  const lake = s3Lake(join(onS3.home, "elsewhere"));
  const manifest = await lake.readManifest("gold.payment");
  await lake.removeFiles("gold.payment", { runs: new Set([manifest?.files[0]?.runId ?? ""]) });
  const ended = await onS3.run(["lake", "verify"]);
  expect([ended.code, codesIn(ended)]).toEqual([1, ["LAKE_CORRUPT"]]);
  expect(ended.stderr).toContain(`${stdout.trim()} is not there`);
  // The next build finds the loss, and publishes the relation again.
  await onS3.ok("build");
  await onS3.ok("lake", "verify");
});

test("a warehouse that is lost with its machine goes on with what the lake on S3 holds", async () => {
  const before = await rowsOf(onS3, "gold.payment");
  onS3.takeHome(undefined);
  await onS3.ok("build", "--from", "raw");
  expect(await rowsOf(onS3, "gold.payment")).toEqual(before);
});

test("a lake that cannot be reached, or has no such bucket, is told with a way out", async () => {
  const elsewhere = async (settings: string) => {
    onS3.write({
      "pipelines.yaml": (projectOnS3()["pipelines.yaml"] ?? "").replace(/lake: .*\n.*\n/, settings),
    });
    return onS3.run(["query", "select 1 from gold.payment"]);
  };
  const noBucket = await elsewhere(
    `lake: s3://nowhere/shop\n    lake_endpoint: ${server.endpoint}\n`,
  );
  expect([noBucket.code, codesIn(noBucket)]).toEqual([2, ["LAKE_UNREACHABLE"]]);
  expect(noBucket.stderr).toContain("There is no bucket nowhere.");
  const noScheme = await elsewhere(`lake: gs://lake/shop\n`);
  expect([noScheme.code, codesIn(noScheme)]).toEqual([2, ["LAKE_INVALID"]]);
  expect(noScheme.stderr).toMatch(/pipelines\.yaml:\d+:\d+/);
});

function projectOnS3(): Readonly<Record<string, string>> {
  return {
    ...wholeProject,
    "pipelines.yaml": (wholeProject["pipelines.yaml"] ?? "").replace(
      /lake: .*\n/,
      `lake: s3://${bucket}/shop\n    lake_endpoint: ${server.endpoint}\n`,
    ),
  };
}
