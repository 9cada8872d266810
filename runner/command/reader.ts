import { parseColumnType } from "../core/column-type.ts";
import { Failure } from "../core/diagnostic.ts";
import { wordsOfSql } from "../core/blank-out.ts";
import { production, schemaOf } from "../core/environment.ts";
import type { LakeManifest } from "../core/manifest.ts";
import { manifestQuery } from "../core/manifest-rows.ts";
import type { Engine, Lake } from "../core/ports.ts";
import { baseName, zoneOf, zones } from "../core/relation.ts";
import { failuresSchema, ledgerSchema, quoteText } from "../core/sql-text.ts";
import { duckdbDialect } from "../dialect/duckdb/dialect.ts";
import { readsOnly } from "../dialect/duckdb/reads-only.ts";
import { standingIn } from "./environment.ts";
import { readPointers } from "./lake-pointers.ts";
import type { Target } from "./target.ts";
import { isUnbuilt, openEngine } from "./open-engine.ts";
import { openLake } from "./open-lake.ts";

/** A query, in the words of the engine that answers it. */
interface OpenedForReading {
  readonly engine: Engine;
  readonly query: string;
}

/**
 * Opens what is published for reading. Relations are read from the lake, so that a query never keeps a build from
 * opening the warehouse, nor waits for one; only the ledger and the rows that broke data tests stand in the warehouse alone.
 */
export async function openForReading(
  target: Target,
  query: string,
  environment: string,
): Promise<OpenedForReading> {
  if (target.warehouse.engine === "redshift") return openRelations(target, query, environment);
  assertReads(query);
  const { threads } = target;
  if (query.includes(ledgerSchema) || query.includes(failuresSchema)) {
    if (isUnbuilt(target)) throw nothingPublished(target.warehouse.address);
    return { engine: (await openEngine({ target, command: "query" })).engine, query };
  }
  const lake = await openLake(target);
  if (environment !== production) tellStandingIn(environment, await lake.environments());
  const manifests = (await readPointers(lake, environment)).map(({ manifest }) => manifest);
  if (manifests.length === 0) throw nothingPublished(target.lake.address);
  return { engine: await openManifests({ lake, manifests, query, threads }), query };
}

/** Where production's relations and those of environments stand beside each other, a query names them by their schemas. */
async function openRelations(
  target: Target,
  query: string,
  environment: string,
): Promise<OpenedForReading> {
  const redshift = await import("../dialect/redshift/reads-only.ts");
  if (!(await redshift.readsOnly(query))) {
    throw noQuery(
      "What builds tables is a model; what is done once goes to Redshift by another client.",
    );
  }
  const { engine } = await openEngine({ target, command: "query" });
  if (environment === production) return { engine, query: inSchemas(query, production) };
  const { openLedgerForReading, hasLedger } = await import("../record/ledger.ts");
  const known = (await hasLedger(engine))
    ? [...(await openLedgerForReading(engine).environments()).keys()]
    : [];
  tellStandingIn(environment, known);
  return {
    engine,
    query: inSchemas(query, known.includes(environment) ? environment : production),
  };
}

function noQuery(hint: string): Failure {
  const message = "This is no query: it may change something, and runner query changes nothing.";
  return new Failure([{ code: "CLI_USAGE", message, hint }]);
}

/** Whatever DuckDB would change of what is published is a view of this moment: that nothing is changed is said before. */
export function assertReads(query: string): void {
  if (readsOnly(query)) return;
  throw noQuery(
    "Ask with one SELECT, DESCRIBE, SUMMARIZE, SHOW or EXPLAIN. What builds tables is a model; --output writes rows to a file.",
  );
}

function tellStandingIn(environment: string, known: readonly string[]): void {
  const message = standingIn(environment, known);
  if (message !== undefined) process.stderr.write(`${message}\n`);
}

/** A query whose relations are named by their zones, with the schemas in which an environment's readers find these. */
function inSchemas(query: string, environment: string): string {
  const words = wordsOfSql(query);
  const names = [...words.matchAll(/(?<![.\w])(raw|cleaned|work|gold)(?=\s*\.\s*[a-z_])/gi)];
  return names.reduceRight((text, { index, 0: name }) => {
    const zone = zones.find((each) => each === name.toLowerCase());
    if (zone === undefined) return text;
    return text.slice(0, index) + schemaOf(zone, environment) + text.slice(index + name.length);
  }, query);
}

export interface ManifestsRequest {
  readonly lake: Lake;
  readonly manifests: readonly LakeManifest[];
  readonly query: string;
  readonly threads: number;
}

/** Opens a DuckDB in which every relation is a view; the files of those that the query names are on this machine then. */
export async function openManifests(request: ManifestsRequest): Promise<Engine> {
  const { openDuckDb } = await import("../engine/duckdb/engine.ts");
  const { lake, manifests, query, threads } = request;
  const words = new Set(query.toLowerCase().match(/[a-z0-9_]+/g));
  const isNamed = ({ relation }: LakeManifest) =>
    words.has(zoneOf(relation)) && words.has(baseName(relation));
  const views: string[] = [];
  for (const manifest of manifests) {
    const rows = isNamed(manifest) ? await rowsOf(manifest, lake) : unnamed(manifest);
    views.push(duckdbDialect.createView(manifest.relation, rows));
  }
  const engine = await openDuckDb({ file: ":memory:", threads });
  try {
    await engine.transaction([...zones.map((zone) => `create schema ${zone}`), ...views]);
    return engine;
  } catch (error) {
    await engine.close();
    throw error;
  }
}

async function rowsOf(manifest: LakeManifest, lake: Lake): Promise<string> {
  return manifestQuery(manifest, await localPaths(manifest, lake), duckdbDialect);
}

/** The files of a relation, which are on this machine then. */
export async function localPaths({ files }: LakeManifest, lake: Lake): Promise<readonly string[]> {
  const paths: string[] = [];
  for (const file of files) paths.push(await lake.localPath(file));
  return paths;
}

/** A relation that a query does not name by its words can be found in the catalogue, and has no rows to be read. */
export function unnamed(manifest: Pick<LakeManifest, "relation" | "columns">): string {
  const message = `${manifest.relation} can be read by a query that names it so`;
  const columns = manifest.columns.map(({ name, type }) => {
    const parsed = parseColumnType(type) ?? ({ kind: "varchar" } as const);
    return `cast(unread as ${duckdbDialect.columnType(parsed)}) as ${name}`;
  });
  return `select ${columns.join(", ")} from (select error(${quoteText(message)}) as unread) as nothing`;
}

function nothingPublished(place: string): Failure {
  const message = `Nothing is published in ${place} yet.`;
  return new Failure([{ code: "UPSTREAM_MISSING", message, hint: "Build it: runner build" }]);
}
