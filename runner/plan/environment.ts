import type { CompiledProject } from "../compile/compile.ts";
import { production } from "../core/environment.ts";
import { isTest } from "../core/node.ts";
import type { NodeId, ProjectNode } from "../core/node.ts";
import type { RelationName } from "../core/relation.ts";
import type { WarehouseState } from "../core/state.ts";
import { fingerprintOf } from "./fingerprint-of.ts";

/** What of a selection an environment has to do. */
export interface EnvironmentPlan {
  /** What differs from production and is not built yet, with the tests that read any of it. */
  readonly selected: ReadonlySet<NodeId>;
  /** What no longer differs from production. */
  readonly released: readonly RelationName[];
  /** Source tables whose declaration differs; an environment reads production's raw zone and extracts nothing. */
  readonly changedSources: readonly RelationName[];
}

/**
 * An environment builds what differs from production by content and reads production for the rest. What it built is
 * up to date until production publishes again. Production itself builds all that is selected, and tests that are
 * selected alone run on what is published.
 */
export function planEnvironment(
  compiled: CompiledProject,
  selected: ReadonlySet<NodeId>,
  state: WarehouseState,
): EnvironmentPlan {
  if (state.environment === production) return { selected, released: [], changedSources: [] };
  const { graph } = compiled;
  const isOnlyTests = [...selected].every((id) => isTest(graph.nodes.get(id)));
  if (isOnlyTests) return { selected, released: [], changedSources: [] };
  const built = new Set<NodeId>();
  const released: RelationName[] = [];
  const changedSources: RelationName[] = [];
  for (const [id, node] of graph.nodes) {
    if (!selected.has(id) || isTest(node) || isEphemeral(node)) continue;
    const { relation } = node;
    const fingerprint = fingerprintOf(compiled, relation);
    const isAsInProduction = state.production.get(relation)?.fingerprint === fingerprint;
    const seen = state.published.get(relation);
    const own = seen?.environment === state.environment ? seen : undefined;
    if (node.kind === "source") {
      if (!isAsInProduction && state.production.has(relation)) changedSources.push(relation);
    } else if (isAsInProduction) {
      if (own !== undefined) released.push(relation);
    } else if (own?.fingerprint !== fingerprint || isBehind(own.runId, state)) {
      built.add(id);
    }
  }
  // An ephemeral model is in no warehouse: it comes with those that read it, which come after it.
  for (const [id, node] of [...graph.nodes].reverse()) {
    const isRead = graph.children.get(id)?.some((child) => built.has(child)) === true;
    if (isEphemeral(node) && selected.has(id) && isRead) built.add(id);
  }
  for (const [id, node] of graph.nodes) {
    if (!isTest(node) || !selected.has(id)) continue;
    if (graph.parents.get(id)?.some((parent) => built.has(parent)) === true) built.add(id);
  }
  return { selected: built, released, changedSources };
}

function isEphemeral(node: ProjectNode): boolean {
  return node.kind === "model" && node.materialization.type === "ephemeral";
}

/** Whether production has published since; ids of runs sort by time. */
export function isBehind(runId: string, { latestPublication }: WarehouseState): boolean {
  return latestPublication !== undefined && latestPublication > runId;
}
