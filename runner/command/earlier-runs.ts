import { stat } from "node:fs/promises";
import path from "node:path";
import { Failure } from "../core/diagnostic.ts";
import { production } from "../core/environment.ts";
import type { Diagnostic } from "../core/diagnostic.ts";
import type { NodeId } from "../core/node.ts";
import { hasState } from "../graph/compare-state.ts";
import type { Comparison } from "../graph/compare-state.ts";
import type { SelectionContext, VersionedNode } from "../graph/selection-context.ts";
import type { Method } from "../graph/selector.ts";
import { readArtifact } from "../record/artifacts/files.ts";
import { createManifest } from "../record/artifacts/manifest.ts";
import { manifestSchema, runResultsSchema, sourcesSchema } from "../record/artifacts/schemas.ts";
import type { Manifest, SourceState } from "../record/artifacts/schemas.ts";
import { isFresher, sourceStates } from "../record/artifacts/source-states.ts";
import { artifactNames, artifactsFolder, builtFolder } from "./artifacts.ts";
import { environmentOf } from "./environment.ts";
import type { SelectionOptions } from "./options.ts";
import { compileProject } from "./project.ts";
import type { LinkedProject } from "./project.ts";
import { resolveTarget } from "./target.ts";
import type { Target } from "./target.ts";
import { peekState } from "./warehouse.ts";

/** Reads what selectors ask about earlier runs, and nothing that none of them asks about. */
export async function earlierRuns(
  linked: LinkedProject,
  options: SelectionOptions,
  used: ReadonlySet<Method>,
): Promise<SelectionContext> {
  const target = resolveTarget(linked.project, options.target);
  return {
    state: used.has("state") ? await stateContext(linked, options, target) : undefined,
    results: used.has("result") ? await resultContext(options, target) : undefined,
    fresher: used.has("source_status") ? await freshContext(linked, options, target) : undefined,
  };
}

/** The folder of artifacts to compare with, and the manifest in it. */
async function earlier(
  given: string | undefined,
  byDefault: string,
): Promise<{ readonly folder: string; readonly manifest: string }> {
  if (given === undefined) {
    return { folder: byDefault, manifest: path.join(byDefault, artifactNames.manifest) };
  }
  const found = path.resolve(given);
  const isFile = (await stat(found).catch(() => undefined))?.isFile() ?? false;
  return isFile
    ? { folder: path.dirname(found), manifest: found }
    : { folder: found, manifest: path.join(found, artifactNames.manifest) };
}

async function stateContext(
  linked: LinkedProject,
  options: SelectionOptions,
  target: Target,
): Promise<SelectionContext["state"]> {
  const { manifest: file } = await earlier(options.state, builtFolder(target, production));
  const manifest = await readArtifact(file, manifestSchema);
  if (manifest === undefined) throw missing("state:", file, options);
  const compiled = await compileProject(linked, options);
  const now = versionsOf(createManifest(manifest.project, compiled));
  const comparison = {
    before: versionsOf(manifest),
    now: now as ReadonlyMap<NodeId, VersionedNode>,
  };
  const from = await nameOf(file);
  process.stderr.write(`Compared with ${from}: ${summaryOf(comparison)}.\n`);
  return { from, value: comparison };
}

function versionsOf(manifest: Manifest): ReadonlyMap<string, VersionedNode> {
  return new Map(
    Object.entries(manifest.nodes).map(([id, { fingerprint, depends_on }]) => {
      const { own, body, config, contract, macros, vars } = fingerprint;
      return [id, { own, parts: { body, config, contract, macros, vars }, parents: depends_on }];
    }),
  );
}

function summaryOf(comparison: Comparison): string {
  const { before, now } = comparison;
  const ids = [...now.keys()];
  const added = ids.filter((id) => !before.has(id)).length;
  const modified = ids.filter((id) => hasState(id, "modified", comparison)).length - added;
  const removed = [...before.keys()].filter((id) => !now.has(id as NodeId)).length;
  const isSame = added + modified + removed === 0;
  return isSame ? "the same" : `${added} new, ${modified} modified, ${removed} removed`;
}

async function resultContext(
  options: SelectionOptions,
  target: Target,
): Promise<SelectionContext["results"]> {
  const { folder } = await earlier(options.state, artifactsFolder(target));
  const file = path.join(folder, artifactNames.runResults);
  const results = await readArtifact(file, runResultsSchema);
  if (results === undefined) throw missing("result:", file, options);
  const from = `the run ${results.run_id} (${results.command}) in ${await nameOf(file)}`;
  return { from, value: new Map(results.results.map(({ id, status }) => [id, status])) };
}

async function freshContext(
  { graph }: LinkedProject,
  options: SelectionOptions,
  target: Target,
): Promise<SelectionContext["fresher"]> {
  const { folder } = await earlier(options.state, builtFolder(target, production));
  const file = path.join(folder, artifactNames.sources);
  const results = path.join(folder, artifactNames.runResults);
  const then: Readonly<Record<string, SourceState>> | undefined =
    (await readArtifact(file, sourcesSchema))?.sources ??
    (await readArtifact(results, runResultsSchema))?.sources;
  if (then === undefined) throw missing("source_status:", file, options);
  const now = sourceStates(graph, await peekState(target, environmentOf(options)));
  const fresher = Object.entries(now).filter(([id, state]) => isFresher(state, then[id]));
  return { from: await nameOf(file), value: new Set(fresher.map(([id]) => id)) };
}

/** A file as its reader would name it, with when it was written. */
async function nameOf(file: string): Promise<string> {
  const relative = path.relative(process.cwd(), file);
  const written = (await stat(file).catch(() => undefined))?.mtime.toISOString();
  const at = written === undefined ? "" : ` of ${written.slice(0, 19).replace("T", " ")} UTC`;
  return `${relative.startsWith("..") ? file : relative}${at}`;
}

function missing(method: string, file: string, { state }: SelectionOptions): Failure {
  const diagnostic: Diagnostic = {
    code: "ARTIFACT_MISSING",
    message: `${method} has nothing to compare with: there is no ${file}.`,
    hint:
      state === undefined
        ? "Build once, or name a folder with an earlier run's artifacts: --state <folder>."
        : `--state names a folder that holds ${Object.values(artifactNames).join(", ")}.`,
  };
  return new Failure([diagnostic]);
}
