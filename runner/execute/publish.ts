import { production, publicNameIn } from "../core/environment.ts";
import type { RelationVersion } from "../core/ledger.ts";
import type { LakeManifest } from "../core/manifest.ts";
import type { RelationName } from "../core/relation.ts";
import { StatementFailure } from "../core/statement-failure.ts";
import type { PublishedDetail } from "../core/state.ts";
import { publicName } from "../core/published-name.ts";
import type { ExtractStep, Plan, TableExtraction, WriteStep } from "../plan/step.ts";
import type { ExecutionContext, Findings } from "./context.ts";
import {
  changesInherited,
  dropEnvironmentStatements,
  inheritedStatements,
  inheritStatements,
} from "./environment-views.ts";
import { exportToLake } from "./export.ts";
import { tableTotals } from "./source-totals.ts";
import { fenced } from "./fenced.ts";
import { publicationTime } from "./publication-time.ts";
import { ownManifest } from "./own-manifest.ts";

/** What becomes public of one relation. */
interface Release {
  readonly statements: readonly string[];
  readonly version: RelationVersion;
  readonly detail: PublishedDetail;
}

/**
 * Makes candidates public. Their Parquet files are written first, under keys that no reader knows; then one
 * transaction repoints the views and writes the ledger. The lake's pointers have yet to follow.
 */
export async function publish(
  plan: Plan,
  relations: ReadonlySet<RelationName>,
  context: ExecutionContext,
  findings: Findings,
): Promise<readonly PublishedDetail[]> {
  const { engine, ledger, lease, run, state } = context;
  const writes = plan.steps.filter(
    (step): step is WriteStep =>
      (step.kind === "model" || step.kind === "seed") && relations.has(step.relation),
  );
  const tables = plan.steps
    .filter((step): step is ExtractStep => step.kind === "extract")
    .flatMap((step) => step.tables)
    .filter(({ table }) => relations.has(table.relation));

  const publishedAt = publicationTime(run);
  const raw = tables.map((wanted) => releaseRaw(wanted, context, { findings, publishedAt }));
  const exported = await exportToLake(writes, context, findings, publishedAt);
  const built = writes.map((step) =>
    releaseBuilt(step, exported.get(step.relation), context, findings),
  );
  const releases = [...raw, ...built];
  context.killPoint("before-publish");

  const isProduction = state.environment === production;
  const statements = [
    ...lease.guardStatements(),
    // An environment needs its schemas first; views of production's relations need those.
    ...(isProduction ? [] : await ownViewStatements(releases, plan.released, context)),
    ...releases.flatMap(({ statements }) => statements),
    ...(isProduction ? await otherViewStatements(releases, context) : []),
    ...ledger.publishStatements({
      runId: run.id,
      publishedAt,
      environment: state.environment,
      versions: releases.map(({ version }) => version),
      released: plan.released,
      details: releases.map(({ detail }) => detail),
    }),
  ];
  const published = isProduction ? releases.map(({ version }) => version.published) : [];
  await fenced(lease, () => engine.transaction(statements, published));
  context.killPoint("after-publish");
  return releases.map(({ detail }) => detail);
}

/** The views of what an environment reads from production; none are left when it has nothing for itself any more. */
async function ownViewStatements(
  releases: readonly Release[],
  released: readonly RelationName[],
  context: ExecutionContext,
): Promise<readonly string[]> {
  const { dialect, state } = context;
  const built = new Set(releases.map(({ version }) => version.published.relation));
  const inherited = released.filter((relation) => state.production.has(relation));
  let hasOwn = built.size > 0;
  for (const { relation, environment } of state.published.values()) {
    if (environment === production) inherited.push(relation);
    else hasOwn ||= !released.includes(relation);
  }
  if (!hasOwn) return dropEnvironmentStatements(state.environment);
  const notBuilt = inherited.filter((relation) => !built.has(relation));
  const wanted = await readable(notBuilt, context);
  return [
    ...inheritStatements(
      state.environment,
      wanted.flatMap((relation) => state.production.get(relation) ?? []),
      dialect,
    ),
    ...released
      .filter((relation) => !state.production.has(relation))
      .map((relation) => dialect.dropView(publicName(state, relation))),
  ];
}

/**
 * Without the views of production that cannot be read any more, such as one that the project has forgotten and whose
 * columns are gone: nobody can make a view of it either.
 */
async function readable(
  relations: readonly RelationName[],
  { engine, state, emit }: Pick<ExecutionContext, "engine" | "state" | "emit">,
): Promise<readonly RelationName[]> {
  const broken = new Set<RelationName>();
  for (const relation of relations) {
    if (state.production.get(relation)?.materialization !== "view") continue;
    try {
      await engine.describe(`select * from ${publicNameIn(production)(relation)}`);
    } catch (error) {
      if (!(error instanceof StatementFailure)) throw error;
      broken.add(relation);
    }
  }
  if (broken.size === 0) return relations;
  const message = `Production's ${[...broken].join(", ")} cannot be read any more, and so not in ${state.environment} either.`;
  await emit({ type: "note", message });
  return relations.filter((relation) => !broken.has(relation));
}

/** The views by which environments read what production publishes, where there are none yet or columns changed. */
async function otherViewStatements(
  releases: readonly Release[],
  { dialect, ledger, state }: ExecutionContext,
): Promise<readonly string[]> {
  const changed = releases
    .map(({ version }) => version.published)
    .filter((published) =>
      changesInherited(state.published.get(published.relation), published, dialect),
    );
  if (changed.length === 0) return [];
  const environments = await ledger.environments();
  return inheritedStatements({ published: changed, removed: [] }, environments, dialect);
}

function releaseBuilt(
  step: WriteStep,
  manifest: LakeManifest | undefined,
  { state }: ExecutionContext,
  findings: Findings,
): Release {
  const { relation } = step;
  const before = state.watermarks.get(relation);
  const watermark = findings.watermarks.get(relation) ?? before;
  const current = ownManifest(relation, state);
  return {
    statements: step.publish,
    version: {
      published: step.published,
      watermark,
      manifest: manifest ?? current,
      isPointed: manifest === undefined,
      undo: step.undo,
    },
    detail: {
      relation,
      rows: findings.rows.get(relation),
      bytes: bytesOf(manifest?.files ?? []),
      watermarkBefore: before,
      watermarkAfter: watermark,
    },
  };
}

function releaseRaw(
  wanted: TableExtraction,
  { run, state }: ExecutionContext,
  { findings, publishedAt }: { readonly findings: Findings; readonly publishedAt: string },
): Release {
  const { relation } = wanted.table;
  const result = findings.extracted.get(relation);
  const contents = findings.rawContents.get(relation);
  const candidate = findings.rawCandidates.get(relation);
  if (result === undefined || contents === undefined || candidate === undefined) {
    throw new Error(`${relation} was not extracted`);
  }
  const before = state.watermarks.get(relation);
  const watermark = findings.watermarks.get(relation) ?? before;
  const totals = tableTotals(wanted, result);
  const identity = findings.identities.get(relation) ?? state.identities.get(relation);
  return {
    statements: candidate.publish,
    version: {
      published: {
        relation,
        materialization: "source",
        ...candidate.published,
        columns: contents.columns,
        fingerprint: wanted.fingerprint,
        runId: run.id,
        environment: state.environment,
      },
      watermark,
      identity,
      manifest: {
        relation,
        runId: run.id,
        publishedAt,
        ...contents,
        ...(totals === undefined ? {} : { totals }),
        ...(watermark === undefined ? {} : { watermark }),
        ...(identity === undefined ? {} : { identity }),
      },
      isPointed: false,
      undo: candidate.undo,
    },
    detail: {
      relation,
      rows: result.totals.rows,
      bytes: bytesOf(contents.files.filter((file) => file.runId === run.id)),
      watermarkBefore: before,
      watermarkAfter: watermark,
    },
  };
}

function bytesOf(files: readonly { readonly bytes: number }[]): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0);
}
