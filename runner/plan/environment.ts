import { production } from "../core/environment.ts";
import { isEphemeral, isTest } from "../core/node.ts";
import type { NodeId, ProjectNode } from "../core/node.ts";
import { readThroughEphemeral } from "../core/read-through.ts";
import type { RelationName } from "../core/relation.ts";
import type { WarehouseState } from "../core/state.ts";
import type { Graph } from "../graph/graph.ts";
import { fingerprintOf } from "./fingerprint-of.ts";
import type { PlanRequest } from "./request.ts";

/** What of a selection an environment has to do. */
export interface EnvironmentPlan {
  /** What differs from production and is not built yet, with the tests that read any of it. */
  readonly selected: ReadonlySet<NodeId>;
  /** What no longer differs from production, or is no longer part of the project. */
  readonly released: readonly RelationName[];
  /** Source tables whose declaration differs; an environment reads production's raw zone and extracts nothing. */
  readonly changedSources: readonly RelationName[];
}

export type EnvironmentRequest = Pick<
  PlanRequest,
  "compiled" | "selected" | "state" | "fullRefresh" | "from" | "gaps" | "interval"
>;

/**
 * An environment builds what differs from production by content, with all that reads it, and reads production for the
 * rest. What it built is up to date until production publishes again, what it reads is built again, or a refresh or
 * intervals are asked for. Production itself builds all that is selected, and tests that are selected alone run on
 * what is published.
 */
export function planEnvironment(request: EnvironmentRequest): EnvironmentPlan {
  const { compiled, selected, state } = request;
  const { graph } = compiled;
  const isOnlyTests = [...selected].every((id) => isTest(graph.nodes.get(id)));
  if (state.environment === production || isOnlyTests) {
    return { selected, released: [], changedSources: [] };
  }
  const built = new Set<NodeId>();
  const released = new Set(withoutNode(graph, state));
  const changedSources: RelationName[] = [];
  const ownOf = (id: NodeId) => {
    const seen = state.published.get(id as RelationName);
    const isOwn = seen?.environment === state.environment && !released.has(seen.relation);
    return isOwn ? seen : undefined;
  };
  for (const [id, node] of graph.nodes) {
    if (!selected.has(id) || isTest(node) || isEphemeral(node)) continue;
    const { relation } = node;
    const fingerprint = fingerprintOf(compiled, relation);
    const isAsInProduction = state.production.get(relation)?.fingerprint === fingerprint;
    if (node.kind === "source") {
      if (!isAsInProduction && state.production.has(relation)) changedSources.push(relation);
      continue;
    }
    const own = ownOf(id);
    const parents = readThroughEphemeral(id, graph);
    // A fingerprint tells what was declared, and not whether a selection had left out to build what it reads.
    const readsOwn = parents.some((parent) => built.has(parent) || ownOf(parent) !== undefined);
    if (isAsInProduction && !readsOwn) {
      if (own !== undefined) released.add(relation);
    } else if (
      own === undefined ||
      own.fingerprint !== fingerprint ||
      isBehind(own.runId, state) ||
      isAskedFor(node, request) ||
      parents.some((parent) => built.has(parent) || (ownOf(parent)?.runId ?? "") > own.runId)
    ) {
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
  return { selected: built, released: [...released], changedSources };
}

/** What a run reads whose environment gives these up: production's, where there is one. */
export function withoutReleased(
  state: WarehouseState,
  released: readonly RelationName[],
): WarehouseState {
  if (released.length === 0) return state;
  const published = new Map(state.published);
  for (const relation of released) {
    const inProduction = state.production.get(relation);
    if (inProduction === undefined) published.delete(relation);
    else published.set(relation, inProduction);
  }
  return { ...state, published };
}

/** What an environment, or production, has for itself and the project no longer makes: nothing would ever build it again. */
export function withoutNode(
  graph: Graph,
  { published, environment }: Pick<WarehouseState, "published" | "environment">,
): RelationName[] {
  return [...published.values()]
    .filter((own) => own.environment === environment)
    .map(({ relation }) => relation)
    .filter((relation) => {
      const node = graph.nodes.get(relation);
      return node === undefined || isEphemeral(node);
    });
}

/** A refresh or a stretch of time is built whatever the content says. */
function isAskedFor(
  node: ProjectNode,
  { fullRefresh, from, gaps, interval }: EnvironmentRequest,
): boolean {
  if (node.kind !== "model") return false;
  const { materialization } = node;
  if (materialization.type === "snapshot") return fullRefresh;
  if (materialization.type !== "incremental") return false;
  const isByInterval = materialization.strategy === "by_interval";
  const isAnew = fullRefresh || from === "raw";
  return isAnew || (isByInterval && (gaps === true || interval !== undefined));
}

/** Whether production has published since; ids of runs sort by time. */
export function isBehind(runId: string, { latestPublication }: WarehouseState): boolean {
  return latestPublication !== undefined && latestPublication > runId;
}
