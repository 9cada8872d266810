import { Failure } from "../core/diagnostic.ts";
import type { UnfinishedRun } from "../core/ledger.ts";
import { isTest } from "../core/node.ts";
import type { NodeId } from "../core/node.ts";
import type { Graph } from "../graph/graph.ts";
import { testsOf } from "../graph/select.ts";
import { holdWarehouse } from "./held-warehouse.ts";
import type { HeldWarehouse } from "./held-warehouse.ts";
import { exitCodes } from "./options.ts";
import type { ExitCode, RunOptions } from "./options.ts";
import { assertPortable } from "./portability.ts";
import { withClassesOf } from "./project-classes.ts";
import { compileProject, openProject } from "./project.ts";
import type { LinkedProject } from "./project.ts";
import { carryOut } from "./run.ts";
import { nodesFor } from "./run-verb.ts";
import type { RunVerb } from "./run-verb.ts";

/** Goes on with what a run, by default the latest one, did not bring to its end, as it was told to. */
export async function retryCommand(
  runId: string | undefined,
  options: RunOptions,
): Promise<ExitCode> {
  const linked = await openProject(options);
  const command = ["retry", runId].filter(Boolean).join(" ");
  return holdWarehouse({ linked, options, command }, async (held) => {
    const unfinished = await held.ledger.unfinished(runId);
    if (unfinished === undefined) throw noRun(runId);
    const { verb, ...before } = unfinished.options as unknown as RunOptions & {
      readonly verb?: RunVerb;
    };
    if (verb === undefined) throw notRepeatable(unfinished);
    const told = { ...before, ...options };
    const selected = await whatIsLeft(unfinished, verb, { linked, held, options: told });
    if (selected.size === 0) {
      await held.emit({ type: "note", message: `Nothing is left of the run ${unfinished.id}.` });
      return exitCodes.ok;
    }
    const compiled = await withClassesOf(linked.project, await compileProject(linked, told));
    await assertPortable({ linked, compiled, selected, target: told.target });
    return carryOut({ verb, options: told, linked, compiled, selected }, held);
  });
}

interface RetryContext {
  readonly linked: LinkedProject;
  readonly held: HeldWarehouse;
  /** What the run was told, and what the retry is told besides. */
  readonly options: RunOptions;
}

/** Relations that were not published, with the tests that the verb gives them, and tests that did not end well. */
async function whatIsLeft(
  unfinished: UnfinishedRun,
  verb: RunVerb,
  { linked, held, options }: RetryContext,
): Promise<ReadonlySet<NodeId>> {
  const { graph } = linked;
  const { known, gone } = split([...unfinished.relations, ...unfinished.steps], graph);
  if (gone.length > 0) {
    const message = `No longer part of the project: ${gone.join(", ")}.`;
    await held.emit({ type: "note", message });
  }
  if (verb !== "build") return new Set(known);
  const relations = new Set(known.filter((id) => !isTest(graph.nodes.get(id))));
  const tests = testsOf(graph, relations);
  const { exclude = [], state } = options;
  if (exclude.length === 0) return new Set([...known, ...tests]);
  const wanted = await nodesFor(verb, linked, { exclude, state, target: options.target });
  return new Set([...known, ...[...tests].filter((id) => wanted.has(id))]);
}

function split(
  ids: readonly string[],
  graph: Graph,
): { readonly known: readonly NodeId[]; readonly gone: readonly string[] } {
  const isKnown = (id: string): id is NodeId => graph.nodes.has(id as NodeId);
  return {
    known: ids.filter(isKnown),
    // A run's hooks and extractions are no nodes; they come with what they belong to.
    gone: ids.filter((id) => !isKnown(id) && !/^(?:hook|extract)\./.test(id)),
  };
}

function noRun(runId: string | undefined): Failure {
  const message = runId === undefined ? "There was no run yet." : `There is no run "${runId}".`;
  return new Failure([{ code: "SELECT_NOTHING", message, hint: "runner runs lists the runs." }]);
}

function notRepeatable({ id }: UnfinishedRun): Failure {
  const message = `The run ${id} was no build, extract, run or test.`;
  return new Failure([{ code: "SELECT_NOTHING", message, hint: "runner runs lists the runs." }]);
}
