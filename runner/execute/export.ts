import { concurrently } from "../core/concurrently.ts";
import type { LakeFile, LakeManifest } from "../core/manifest.ts";
import { dayOfKey } from "../core/partition.ts";
import type { RelationName } from "../core/relation.ts";
import type { WriteStep } from "../plan/step.ts";
import type { ExecutionContext, Findings } from "./context.ts";
import { writeDayFiles } from "./day-files.ts";
import type { DayFilesRequest } from "./day-files.ts";
import { ownManifest } from "./own-manifest.ts";
import { writeParts } from "./write-parts.ts";

/** The engine limits its own work; here the disk is waited for, file by file, until each is durable. */
export const filesAtATime = 8;

/**
 * Writes candidates to the lake under keys that no reader knows yet. Returns the manifests that the lake's pointers
 * shall follow; a relation whose file would be the one that is published already has none.
 */
export async function exportToLake(
  steps: readonly WriteStep[],
  context: ExecutionContext,
  findings: Findings,
  publishedAt: string,
): Promise<ReadonlyMap<RelationName, LakeManifest>> {
  const manifests = new Map<RelationName, LakeManifest>();
  await concurrently(steps, filesAtATime, async (step) => {
    const recorded = ownManifest(step.relation, context.state);
    const current = await intactManifest(recorded, step, context);
    if (current !== undefined && findings.unchanged.has(step.relation)) return;
    const made = await exportCandidate(step, context, { publishedAt, findings });
    const files = keepEqualFiles(current, made);
    const added = files.filter((file) => file.runId === context.run.id);
    if (added.length < files.length) {
      const keep = new Set(added.map(({ key }) => key));
      await context.lake.removeFiles(step.relation, { runs: new Set([context.run.id]), keep });
    }
    if (added.length > 0 || files.length !== current?.files.length) {
      const progress = progressOf(step, context, findings);
      manifests.set(step.relation, { ...made, files, ...progress });
    }
  });
  return manifests;
}

/** Where the next run of an incremental model goes on, for a warehouse that is lost. */
function progressOf(
  { relation, published }: WriteStep,
  { state }: Pick<ExecutionContext, "state">,
  { watermarks }: Pick<Findings, "watermarks">,
): Pick<LakeManifest, "watermark" | "intervals"> {
  const watermark = watermarks.get(relation) ?? state.watermarks.get(relation);
  return {
    ...(watermark === undefined ? {} : { watermark }),
    ...(published.intervals === undefined ? {} : { intervals: published.intervals }),
  };
}

/** What readers see of a relation in the lake, if that is what the ledger says and nothing of it is lost. */
async function intactManifest(
  recorded: LakeManifest | undefined,
  step: WriteStep,
  { lake, state }: Pick<ExecutionContext, "lake" | "state">,
): Promise<LakeManifest | undefined> {
  if (recorded === undefined) return undefined;
  if (JSON.stringify(recorded.columns) !== JSON.stringify(step.published.columns)) return undefined;
  const pointed = await lake.readManifest(step.relation, state.environment);
  if (pointed?.runId !== recorded.runId) return undefined;
  for (const { key } of recorded.files) if (!(await lake.has(key))) return undefined;
  return recorded;
}

/** A file of so many rows is written in reasonable time by one slice of a cluster; of more, each slice writes its own. */
const rowsOfOneFile = 5_000_000;

/** The rows of a relation in the order of its key. */
export function exportQuery(step: Pick<WriteStep, "candidate" | "key" | "published">): string {
  return `select ${listOf(step)} from ${step.candidate}${orderOf(step)}`;
}

const listOf = ({ published }: Pick<WriteStep, "published">) =>
  published.columns.map((column) => column.name).join(", ");

const orderOf = ({ key }: Pick<WriteStep, "key">) =>
  key.length > 0 ? ` order by ${key.join(", ")}` : "";

/** What the files of a relation that is parted by day are written from; undefined where there is one file. */
export function dayFilesOf(step: WriteStep): DayFilesRequest | undefined {
  const { relation, candidate, partitionBy, published } = step;
  if (partitionBy === undefined) return undefined;
  const { columns } = published;
  const texts = { list: listOf(step), orderBy: orderOf(step) };
  return { relation, rows: candidate, columns, partitionBy, ...texts };
}

/** One file a relation, or one a day, its rows in the order of its key, so that equal rows make equal files. */
async function exportCandidate(
  step: WriteStep,
  context: ExecutionContext,
  { publishedAt, findings }: { readonly publishedAt: string; readonly findings: Findings },
): Promise<LakeManifest> {
  const { lake, run } = context;
  const { relation } = step;
  const { columns } = step.published;
  const manifest = { relation, runId: run.id, publishedAt, columns };
  const byDay = dayFilesOf(step);
  if (byDay !== undefined) {
    const written = await writeDayFiles(byDay, context);
    return { ...manifest, files: written.map(({ file }) => file) };
  }
  const isParallel = (findings.rows.get(relation) ?? 0) > rowsOfOneFile;
  const files = await writeParts(
    {
      query: exportQuery(step),
      keyOf: (part) => lake.partKey(relation, run.id, part),
      isParallel,
    },
    context,
  );
  return { ...manifest, files };
}

/** The files that a relation is to have: those that are published already stay where their content is the same. */
function keepEqualFiles(
  current: LakeManifest | undefined,
  made: LakeManifest,
): readonly LakeFile[] {
  const published = new Map(
    current?.files.map((file) => [`${dayOfKey(file.key) ?? ""} ${file.sha256}`, file]),
  );
  return made.files.map(
    (file) => published.get(`${dayOfKey(file.key) ?? ""} ${file.sha256}`) ?? file,
  );
}

/** Removes what this run wrote to the lake for a relation. */
export async function discardExport(
  relation: RelationName,
  { lake, run }: Pick<ExecutionContext, "lake" | "run">,
): Promise<void> {
  await lake.removeFiles(relation, { runs: new Set([run.id]) });
}
