import { expect, test } from "@jest/globals";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openTestServices } from "../../local/testing.ts";
import { openDuckDb } from "../../runner/engine/duckdb/engine.ts";
import { ShopDatabases } from "./testing/databases.ts";
import { inspect, rowsOf } from "./testing/inspect.ts";
import { openForTests } from "./testing/open-for-tests.ts";
import type { TestProject } from "./testing/project.ts";
import { migrateShop, shopFirstDay, shopSecondDay } from "./testing/shop-days.ts";
import { redshift } from "./testing/targets.ts";

let project: TestProject;

openForTests(async (hold) => {
  const services = await hold(openTestServices());
  const databases = await hold(ShopDatabases.create(services));
  const opened = await hold(redshift.open(services));
  project = await hold(opened.newProjectOfRepository(databases));
  await migrateShop(databases, services);
  await shopFirstDay(databases);
  await shopSecondDay(databases);
});

/** What the lake's files of gold hold: each relation's columns with their types, and its rows. */
async function goldInLake() {
  const lake = project.place.openLake();
  const engine = await openDuckDb({ file: ":memory:", threads: 2 });
  try {
    const contents: Record<string, unknown> = {};
    for (const relation of (await lake.relations()).filter((name) => name.startsWith("gold."))) {
      const paths: string[] = [];
      for (const file of (await lake.readManifest(relation))?.files ?? []) {
        paths.push(`'${await lake.localPath(file)}'`);
      }
      const files = `read_parquet([${paths.join(", ")}], hive_partitioning = false)`;
      contents[relation] = {
        columns: await engine.describe(`select * from ${files}`),
        // A history tells when its rows were built.
        rows: relation.endsWith("_history") ? "" : await rowsOf(engine, `select * from ${files}`),
      };
    }
    return contents;
  } finally {
    await engine.close();
  }
}

test("the star schema of DuckDB and that of Redshift's stand-in, from the same raw files, are equal row for row and type for type", async () => {
  const pipelines = join(project.folder, "pipelines.yaml");
  const onRedshift = readFileSync(pipelines, "utf8");
  const onDuckDb = onRedshift.replace(
    /^ {4}engine: redshift\n {4}redshift: .*\n/m,
    `    engine: duckdb\n    warehouse: .mercado/warehouse.duckdb\n`,
  );
  writeFileSync(pipelines, onDuckDb);
  await project.ok("build");
  const byDuckDb = await goldInLake();
  expect(Object.keys(byDuckDb).length).toBeGreaterThan(5);

  writeFileSync(pipelines, onRedshift);
  const rawBefore = rawKeys();
  await project.ok("build", "--from", "raw");
  expect(rawKeys()).toEqual(rawBefore);
  expect(await goldInLake()).toEqual(byDuckDb);
  const found = await inspect(project);
  expect(found.problems).toEqual([]);
  expect(found.rows["gold.sales"]).toHaveLength(6);
});

/** The parts of the raw zone that were extracted, which the seed was not. */
function rawKeys(): readonly string[] {
  return project.place
    .lakeKeys()
    .filter((key) => /^raw\/(?!category\/).*\.parquet$/.test(key))
    .toSorted();
}
