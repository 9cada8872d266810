import { existsSync } from "node:fs";
import { Failure } from "../core/diagnostic.ts";
import { production } from "../core/environment.ts";
import type { LakeManifest } from "../core/manifest.ts";
import { manifestQuery } from "../core/manifest-rows.ts";
import type { Engine, Lake } from "../core/ports.ts";
import { zones } from "../core/relation.ts";
import { failuresSchema, ledgerSchema } from "../core/sql-text.ts";
import { duckdbDialect } from "../dialect/duckdb/dialect.ts";
import type { Target } from "./target.ts";
import { dialectOf, openLake } from "./warehouse.ts";

/**
 * Opens what is published for reading. Relations are read from the lake, so that a query never keeps a build from
 * opening the warehouse, nor waits for one; only the ledger and the rows that broke data tests stand in the warehouse alone.
 */
export async function openForReading(
  target: Target,
  query: string,
  environment: string,
): Promise<Engine> {
  dialectOf(target);
  const { openDuckDb } = await import("../engine/duckdb/engine.ts");
  const { threads } = target;
  if (query.includes(ledgerSchema) || query.includes(failuresSchema)) {
    if (!existsSync(target.warehouse)) throw nothingPublished(target.warehouse);
    return openDuckDb({ file: target.warehouse, threads, readOnly: true });
  }
  const lake = await openLake(target);
  if (environment !== production && !(await lake.environments()).includes(environment)) {
    process.stderr.write(`There is no environment "${environment}": this reads production.\n`);
  }
  const manifests = await publishedManifests(lake, environment);
  if (manifests.length === 0) throw nothingPublished(target.lake.address);
  const engine = await openDuckDb({ file: ":memory:", threads });
  await engine.transaction([
    ...zones.map((zone) => `create schema ${zone}`),
    ...(await Promise.all(
      manifests.map(async (manifest) =>
        duckdbDialect.createView(manifest.relation, await rowsOf(manifest, lake)),
      ),
    )),
  ]);
  return engine;
}

/** The manifests that an environment's readers follow: its own, and production's where it has none. */
async function publishedManifests(
  lake: Lake,
  environment: string,
): Promise<readonly LakeManifest[]> {
  const relations = await lake.relations();
  const manifests = await Promise.all(
    relations.map(
      async (relation) =>
        (await lake.readManifest(relation, environment)) ?? (await lake.readManifest(relation)),
    ),
  );
  return manifests.filter((manifest) => manifest !== undefined);
}

async function rowsOf(manifest: LakeManifest, lake: Lake): Promise<string> {
  const locations = await Promise.all(manifest.files.map((file) => lake.localPath(file)));
  return manifestQuery(manifest, locations, duckdbDialect);
}

function nothingPublished(place: string): Failure {
  const message = `Nothing is published in ${place} yet.`;
  return new Failure([{ code: "UPSTREAM_MISSING", message, hint: "Build it: runner build" }]);
}
