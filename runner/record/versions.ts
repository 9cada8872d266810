import { production } from "../core/environment.ts";
import type { History, PastVersion, Publication, RelationVersion } from "../core/ledger.ts";
import type { Engine, Row } from "../core/ports.ts";
import type { RelationName } from "../core/relation.ts";
import { quoteNullable, quoteText } from "../core/sql-text.ts";
import type { PublishedRelation, WarehouseState } from "../core/state.ts";
import { insertInto, isoTime, ledgerTable, timestampLiteral } from "./ledger-text.ts";
import { deleteTexts, keyOf, readTexts, textStatements } from "./version-texts.ts";
import type { TextName, VersionTexts } from "./version-texts.ts";

const versionColumns = [
  "environment",
  "relation",
  "publication_id",
  "run_id",
  "published_at",
  "superseded_at",
  "materialization",
  "physical",
  "fingerprint",
  "watermark",
  "source_identity",
  "is_pointed",
  "is_undone",
] as const;

/** Versions that fulfil a condition, in the order of their publication. */
export async function readVersions(
  engine: Engine,
  condition: string,
): Promise<readonly PastVersion[]> {
  const times = ["published_at", "superseded_at"];
  const versions = ledgerTable("relation_version");
  const list = versionColumns
    .map((name) => (times.includes(name) ? `cast(${name} as varchar) as ${name}` : name))
    .join(", ");
  const { rows } = await engine.query(
    `select ${list} from ${versions} where ${condition} order by publication_id, relation`,
  );
  const texts = await readTexts(engine, condition);
  return rows.map((row) => versionOf(row, texts.get(keyOf(row)) ?? {}));
}

function versionOf(row: Row, texts: VersionTexts): PastVersion {
  const text = (name: string) => (row[name] === null ? undefined : String(row[name]));
  const json = (name: TextName): unknown => {
    const value = texts[name];
    return value === undefined ? undefined : JSON.parse(value);
  };
  const time = (name: string) => {
    const value = text(name);
    return value === undefined ? undefined : isoTime(value);
  };
  const intervals = json("intervals") as PublishedRelation["intervals"];
  return {
    published: {
      relation: String(row.relation) as RelationName,
      materialization: String(row.materialization) as PublishedRelation["materialization"],
      physical: text("physical"),
      definition: texts.definition ?? "",
      columns: json("columns") as PublishedRelation["columns"],
      fingerprint: String(row.fingerprint),
      ...(intervals === undefined ? {} : { intervals }),
      runId: String(row.run_id),
      environment: String(row.environment),
    },
    watermark: text("watermark"),
    identity: text("source_identity"),
    manifest: json("manifest") as RelationVersion["manifest"],
    isPointed: row.is_pointed === true,
    undo: json("undo") as RelationVersion["undo"],
    publishedBy: String(row.publication_id),
    publishedAt: time("published_at") ?? "",
    supersededAt: time("superseded_at"),
    isUndone: row.is_undone === true,
  };
}

/** Publications and versions of one environment. */
export async function readHistory(engine: Engine, environment: string): Promise<History> {
  const which = `environment = ${quoteText(environment)}`;
  const { rows: publications } = await engine.query(
    `select distinct run_id, cast(published_at as varchar) as published_at\nfrom ${ledgerTable("publication")} where ${which} order by run_id`,
  );
  const { rows: ledgers } = await engine.query(
    `select cast(horizon as varchar) as horizon from ${ledgerTable("ledger")}`,
  );
  const horizon = ledgers[0]?.horizon;
  return {
    publications: publications.map((row) => ({
      id: String(row.run_id),
      publishedAt: isoTime(String(row.published_at)),
    })),
    versions: await readVersions(engine, which),
    ...(typeof horizon === "string" ? { horizon: isoTime(horizon) } : {}),
  };
}

/** What an environment's readers see: its own relations, and production's where it has none. */
export function stateOf(
  versions: readonly PastVersion[],
  environment: string,
): Omit<WarehouseState, "latestPublication"> {
  const inProduction = versions.filter(({ published }) => published.environment === production);
  const own = versions.filter(({ published }) => published.environment === environment);
  const seen = new Map(
    [...inProduction, ...own].map((version) => [version.published.relation, version]),
  );
  const collect = <Value>(pick: (version: PastVersion) => Value | undefined) => {
    const values = new Map<RelationName, Value>();
    for (const [relation, version] of seen) {
      const value = pick(version);
      if (value !== undefined) values.set(relation, value);
    }
    return values;
  };
  return {
    environment,
    published: collect(({ published }) => published),
    production: new Map(inProduction.map(({ published }) => [published.relation, published])),
    watermarks: collect(({ watermark }) => watermark),
    manifests: collect(({ manifest }) => manifest),
    identities: collect(({ identity }) => identity),
  };
}

/** Replaces, for each relation of a publication, what the ledger says of it. */
export function publishStatements(publication: Publication): readonly string[] {
  const { runId, environment, versions, released, details } = publication;
  const at = timestampLiteral(publication.publishedAt);
  const ended = [...versions.map(({ published }) => published.relation), ...released];
  const rows = versions.map((version) => rowOf(version, publication));
  const detailRows = details.map((detail) => [
    quoteText(runId),
    quoteText(environment),
    quoteText(detail.relation),
    at,
    String(detail.rows ?? "null"),
    String(detail.bytes ?? "null"),
    quoteNullable(detail.watermarkBefore),
    quoteNullable(detail.watermarkAfter),
  ]);
  return [
    ...(ended.length > 0 ? [supersede(environment, ended, at)] : []),
    ...insertInto("relation_version", versionColumns, rows),
    ...textStatements(versions, publication),
    ...insertInto("publication", publicationColumns, detailRows),
  ];
}

const publicationColumns = [
  "run_id",
  "environment",
  "relation",
  "published_at",
  "row_count",
  "byte_count",
  "watermark_before",
  "watermark_after",
];

function supersede(environment: string, relations: readonly RelationName[], at: string): string {
  const list = relations.map(quoteText).join(", ");
  return `update ${ledgerTable("relation_version")} set superseded_at = ${at}\nwhere environment = ${quoteText(environment)} and superseded_at is null and relation in (${list})`;
}

function rowOf(version: RelationVersion, { runId, environment, publishedAt }: Publication) {
  const { published, watermark, identity, isPointed } = version;
  return [
    quoteText(environment),
    quoteText(published.relation),
    quoteText(runId),
    quoteText(published.runId),
    timestampLiteral(publishedAt),
    "null",
    quoteText(published.materialization),
    quoteNullable(published.physical),
    quoteText(published.fingerprint),
    quoteNullable(watermark),
    quoteNullable(identity),
    String(isPointed),
    "false",
  ];
}

/** Marks versions whose change in place was taken back. */
export function undoneStatements(versions: readonly PastVersion[]): readonly string[] {
  return versions.flatMap(({ published, publishedBy }) => {
    const which = `environment = ${quoteText(published.environment)} and relation = ${quoteText(published.relation)} and publication_id = ${quoteText(publishedBy)}`;
    return [
      `update ${ledgerTable("relation_version")} set is_undone = true\nwhere ${which}`,
      `delete from ${ledgerTable("version_text")}\nwhere ${which} and name = 'undo'`,
    ];
  });
}

/** Forgets versions that were superseded before `since`, a SQL literal, and the way back behind those published before. */
export function forgetStatements(since: string): readonly string[] {
  return [
    deleteTexts(`superseded_at < ${since}`),
    `delete from ${ledgerTable("relation_version")} where superseded_at < ${since}`,
    // What came before such a version is forgotten, so nobody can go back behind it.
    `${deleteTexts(`published_at < ${since}`)} and name = 'undo'`,
  ];
}
