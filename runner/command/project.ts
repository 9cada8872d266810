import { hash } from "node:crypto";
import path from "node:path";
import type { CompiledProject } from "../compile/compile.ts";
import { compile } from "../compile/compile.ts";
import { assertSound, Failure } from "../core/diagnostic.ts";
import type { Diagnostic } from "../core/diagnostic.ts";
import type { Graph } from "../graph/graph.ts";
import { link } from "../graph/link.ts";
import { readNamedSelectors } from "../graph/named-selectors.ts";
import type { Selector } from "../graph/selector.ts";
import { loadHelpers } from "../load/helpers.ts";
import type { MemoryFile } from "../load/memory-file.ts";
import { loadProjectFiles } from "../load/project-files.ts";
import { findProjectRoot, homeOf } from "../load/project-root.ts";
import { parseProject } from "../parse/project.ts";
import type { ParsedProject } from "../parse/project.ts";
import type { GlobalOptions } from "./options.ts";
import { resolveVars } from "./vars.ts";

export interface LinkedProject {
  readonly project: ParsedProject;
  readonly graph: Graph;
  /** A hash of the runner and of all of the project's files; undefined when the runner starts from its source. */
  readonly contentKey?: () => string | undefined;
  /** The selectors of `pipelines.yaml` by name. */
  readonly selectors: ReadonlyMap<string, Selector>;
}

/** Load, parse and link: all that `ls` needs. Every problem of every file is reported together. */
export async function openProject(options: GlobalOptions): Promise<LinkedProject> {
  const root = findProjectRoot(options.project ?? process.cwd());
  const memory = await openMemory(root);
  const files = loadProjectFiles(root);
  const parsed = parseProject(files, memory);
  memory?.save();
  const diagnostics: Diagnostic[] = [...parsed.diagnostics];
  if (parsed.project === undefined) throw new Failure(diagnostics);
  const named = readNamedSelectors(parsed.project.pipelines);
  diagnostics.push(...named.diagnostics);
  const linked = link(parsed.project);
  // A file that could not be read leaves refs to it dangling; the first cause is the one to mend.
  if (diagnostics.length === 0) diagnostics.push(...linked.diagnostics);
  assertSound(diagnostics);
  const contentKey = () =>
    typeof RUNNER_FINGERPRINT === "undefined"
      ? undefined
      : hash("sha256", JSON.stringify([RUNNER_FINGERPRINT, files]));
  return { project: parsed.project, graph: linked.graph, selectors: named.selectors, contentKey };
}

/** Set where the runner is bundled: a text that changes with any of its files. */
declare const RUNNER_FINGERPRINT: string | undefined;

/** What earlier commands parsed. A runner that starts from its source has none, for nothing tells its versions apart. */
async function openMemory(root: string): Promise<MemoryFile | undefined> {
  if (typeof RUNNER_FINGERPRINT === "undefined") return undefined;
  const { openMemoryFile } = await import("../load/memory-file.ts");
  return openMemoryFile(path.join(homeOf(root), "cache", "parsed-models"), RUNNER_FINGERPRINT);
}

export interface RenderableProject extends CompiledProject {
  /** A hash of everything that a compiled project is made of; undefined when the runner starts from its source. */
  readonly key: () => string | undefined;
}

/** Adds the macros' code and the variables, so that SQL can be rendered. */
export async function compileProject(
  { project, graph, contentKey }: LinkedProject,
  { vars, target = project.pipelines.value.default_target }: CompileSettings,
): Promise<RenderableProject> {
  const loaded = await loadHelpers(project.root, project.macros.helperFiles);
  assertSound(loaded.diagnostics);
  const settings = { vars: resolveVars(project, vars), target, env: process.env };
  const key = () => {
    const content = contentKey?.();
    const made = [content, settings, [...loaded.checksums]];
    return content === undefined ? undefined : hash("sha256", JSON.stringify(made));
  };
  const { targets } = project.pipelines.value;
  const compiled = compile(graph, {
    engine: targets[target]?.engine,
    partials: project.macros.partials,
    runHooks: project.runHooks,
    helpers: loaded.helpers,
    helperChecksums: loaded.checksums,
    ...settings,
  });
  return { ...compiled, key };
}

interface CompileSettings {
  readonly vars?: string;
  readonly target?: string;
}
