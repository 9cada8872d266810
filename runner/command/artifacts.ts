import { hash } from "node:crypto";
import { readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import path from "node:path";
import type { CompiledProject } from "../compile/compile.ts";
import { messageOf } from "../core/caught.ts";
import { production } from "../core/environment.ts";
import type { Emit } from "../core/event.ts";
import type { WarehouseState } from "../core/state.ts";
import { adoptNodes, mergeBuilt, withoutNodes } from "../record/artifacts/built.ts";
import type { Built } from "../record/artifacts/built.ts";
import { printArtifact, readArtifact, replaceFile } from "../record/artifacts/files.ts";
import { createManifest, manifestText, printManifest } from "../record/artifacts/manifest.ts";
import { recordRunResults } from "../record/artifacts/run-results.ts";
import { manifestSchema, sourcesSchema } from "../record/artifacts/schemas.ts";
import type { Manifest } from "../record/artifacts/schemas.ts";
import { sourceStates } from "../record/artifacts/source-states.ts";
import type { Target } from "./target.ts";

export const artifactNames = {
  manifest: "manifest.json",
  runResults: "run_results.json",
  sources: "sources.json",
} as const;

/** The latest command's artifacts. */
export function artifactsFolder({ home }: Pick<Target, "home">): string {
  return path.join(home, "artifacts");
}

/** What an environment of a target was last built from: each node as it was at its own last build. */
export function builtFolder(target: Pick<Target, "home" | "name">, environment: string): string {
  const folder = environment === production ? target.name : `${target.name}.${environment}`;
  return path.join(artifactsFolder(target), "built", folder);
}

async function readBuilt(folder: string): Promise<Built> {
  const [manifest, sources] = await Promise.all([
    readArtifact(path.join(folder, artifactNames.manifest), manifestSchema),
    readArtifact(path.join(folder, artifactNames.sources), sourcesSchema),
  ]);
  return { manifest, sources };
}

/** Writes `<home>/artifacts/manifest.json`. */
async function writeManifest(
  target: Target,
  project: string,
  compiled: CompiledProject,
): Promise<Manifest> {
  const manifest = createManifest(project, compiled);
  const file = path.join(artifactsFolder(target), artifactNames.manifest);
  await replaceFile(file, printManifest(manifest));
  return manifest;
}

/**
 * As `writeManifest`, for a caller that wants none of it but the file. With a key that stands for everything that a
 * manifest is made of, a file that was made under the same key, and is still what was written, stays as it is.
 */
export async function refreshManifest(
  target: Target,
  project: string,
  compiled: CompiledProject,
  key: string | undefined,
): Promise<void> {
  const file = path.join(artifactsFolder(target), artifactNames.manifest);
  const note = path.join(target.home, "cache", "manifest");
  const noteOf = (content: string | Buffer) => `${key ?? ""} ${hash("sha256", content)}\n`;
  if (key !== undefined && isNoted(note, file, noteOf)) return;
  const text = manifestText(project, compiled);
  await replaceFile(file, text);
  // Only spares time later; a home that takes no more files has its manifest by now.
  if (key !== undefined) await replaceFile(note, noteOf(text)).catch(() => undefined);
}

function isNoted(note: string, file: string, noteOf: (content: Buffer) => string): boolean {
  try {
    return readFileSync(note, "utf8") === noteOf(readFileSync(file));
  } catch {
    return false;
  }
}

export interface ArtifactsRequest {
  readonly target: Target;
  readonly environment: string;
  readonly project: string;
  readonly compiled: CompiledProject;
  readonly args: Readonly<Record<string, unknown>>;
  /** What a pipeline ran it for. */
  readonly trigger: string | undefined;
  readonly state: () => Promise<WarehouseState>;
}

/**
 * Listens to a run and writes its artifacts. Should that fail, on a full disk say, the run goes on and says so: what
 * is published does not depend on them.
 */
export function artifactsOf(request: ArtifactsRequest, emit: Emit): Emit {
  const { target, environment, project, compiled } = request;
  let manifest: Manifest | undefined;
  const record = recordRunResults({
    args: request.args,
    trigger: request.trigger,
    sources: async () => sourceStates(compiled.graph, await request.state()),
    write: async (results) => {
      const folder = artifactsFolder(target);
      manifest ??= await writeManifest(target, project, compiled);
      await replaceFile(path.join(folder, artifactNames.runResults), printArtifact(results));
      if (results.status === "running") return;
      const before = await readBuilt(builtFolder(target, environment)).catch(() => ({}));
      const merged = mergeBuilt(before, manifest, results);
      const built = builtFolder(target, environment);
      await replaceFile(path.join(built, artifactNames.manifest), printManifest(merged.manifest));
      await replaceFile(path.join(built, artifactNames.sources), printArtifact(merged.sources));
    },
  });
  return async (event) => {
    try {
      await record(event);
    } catch (error) {
      const message = `The run's artifacts could not be written: ${messageOf(error)}`;
      await emit({ type: "note", message });
    }
    await emit(event);
  };
}

/** After a promotion: what production was built from is what the environment was, which is then forgotten. */
export async function promoteBuilt(
  target: Target,
  environment: string,
  relations: readonly string[],
): Promise<void> {
  const own = builtFolder(target, environment);
  const folder = builtFolder(target, production);
  const [before, promoted] = await Promise.all([readBuilt(folder), readBuilt(own)]);
  if (before.manifest !== undefined && promoted.manifest !== undefined) {
    const adopted = adoptNodes(before.manifest, promoted.manifest, relations);
    await replaceFile(path.join(folder, artifactNames.manifest), printManifest(adopted));
  }
  await rm(own, { recursive: true, force: true });
}

/** After a rollback: nobody knows any more what these were built from, so that they count as new. */
export async function forgetBuilt(target: Target, relations: readonly string[]): Promise<void> {
  const folder = builtFolder(target, production);
  const { manifest } = await readBuilt(folder);
  if (manifest === undefined) return;
  const kept = withoutNodes(manifest, relations);
  await replaceFile(path.join(folder, artifactNames.manifest), printManifest(kept));
}

/** After an environment is dropped. */
export async function dropBuilt(target: Target, environment: string): Promise<void> {
  await rm(builtFolder(target, environment), { recursive: true, force: true });
}
