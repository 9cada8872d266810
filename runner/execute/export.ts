import { concurrently } from "../core/concurrently.ts";
import type { LakeManifest } from "../core/manifest.ts";
import type { RelationName } from "../core/relation.ts";
import type { WriteStep } from "../plan/step.ts";
import type { ExecutionContext, Findings } from "./context.ts";
import { ownManifest } from "./own-manifest.ts";

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
    const made = await exportCandidate(step, context, publishedAt);
    const manifest = { ...made, ...progressOf(step, context, findings) };
    if (isSameFile(current, manifest)) await discardExport(step.relation, context);
    else manifests.set(step.relation, manifest);
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

/** One file a relation, its rows in the order of its key, so that equal rows make equal files. */
async function exportCandidate(
  step: WriteStep,
  { engine, lake, run }: ExecutionContext,
  publishedAt: string,
): Promise<LakeManifest> {
  const key = lake.partKey(step.relation, run.id, 0);
  const columns = step.published.columns;
  const list = columns.map((column) => column.name).join(", ");
  const order = step.key.length > 0 ? ` order by ${step.key.join(", ")}` : "";
  const staged = await lake.stagePart(key);
  const rows = await engine.writeParquet(`select ${list} from ${step.candidate}${order}`, staged);
  const file = await lake.commitPart(key, run.id, rows);
  return { relation: step.relation, runId: run.id, publishedAt, columns, files: [file] };
}

function isSameFile(current: LakeManifest | undefined, made: LakeManifest): boolean {
  const [before, ...others] = current?.files ?? [];
  return others.length === 0 && before !== undefined && before.sha256 === made.files[0]?.sha256;
}

/** Removes what this run wrote to the lake for a relation. */
export async function discardExport(
  relation: RelationName,
  { lake, run }: Pick<ExecutionContext, "lake" | "run">,
): Promise<void> {
  await lake.removeFiles(relation, { runs: new Set([run.id]) });
}
