import type { LakeManifest } from "../core/manifest.ts";
import type { RelationName } from "../core/relation.ts";
import type { PublishedRelation } from "../core/state.ts";
import type { ExtractStep, Plan, TableExtraction, WriteStep } from "../plan/step.ts";
import type { ExecutionContext, Findings } from "./context.ts";
import { exportToLake } from "./export.ts";
import { rawQuery } from "./extract-step.ts";

/**
 * Makes candidates public. Their Parquet files are written first, under keys that no reader knows; then one
 * transaction repoints the views and writes the ledger. The lake's pointers have yet to follow.
 */
export async function publish(
  plan: Plan,
  relations: ReadonlySet<RelationName>,
  context: ExecutionContext,
  findings: Findings,
): Promise<void> {
  const writes = plan.steps.filter(
    (step): step is WriteStep =>
      (step.kind === "model" || step.kind === "seed") && relations.has(step.relation),
  );
  const tables = plan.steps
    .filter((step): step is ExtractStep => step.kind === "extract")
    .flatMap((step) => step.tables)
    .filter(({ table }) => relations.has(table.relation));

  const publishedAt = new Date().toISOString();
  const raw = tables.map((wanted) => publishRaw(wanted, context, findings, publishedAt));
  const exported = await exportToLake(writes, context, findings, publishedAt);
  context.killPoint("before-publish");

  await context.engine.transaction([
    ...raw.flatMap(({ statements }) => statements),
    ...writes.flatMap((step) => step.publish),
    ...context.ledger.publishStatements({
      runId: context.run.id,
      publishedAt,
      relations: [
        ...raw.map(({ published }) => published),
        ...writes.map((step) => step.published),
      ],
      watermarks: new Map([...findings.watermarks].filter(([relation]) => relations.has(relation))),
      identities: new Map([...findings.identities].filter(([relation]) => relations.has(relation))),
      manifests: [...raw.map(({ manifest }) => manifest), ...exported],
    }),
  ]);
  context.killPoint("after-publish");
}

function publishRaw(
  wanted: TableExtraction,
  context: ExecutionContext,
  findings: Findings,
  publishedAt: string,
): {
  readonly statements: readonly string[];
  readonly published: PublishedRelation;
  readonly manifest: LakeManifest;
} {
  const { dialect, run } = context;
  const { relation } = wanted.table;
  const result = findings.extracted.get(relation);
  if (result === undefined) throw new Error(`${relation} was not extracted`);
  return {
    statements: [
      dialect.replaceView(dialect.relation(relation), rawQuery(wanted, result, context)),
      dialect.dropView(wanted.candidate),
    ],
    published: { relation, materialization: "source", columns: result.columns, runId: run.id },
    manifest: {
      relation,
      runId: run.id,
      publishedAt,
      columns: result.columns,
      files: [...wanted.keptFiles, ...result.files],
    },
  };
}
