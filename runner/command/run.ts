import { assertSound, Failure } from "../core/diagnostic.ts";
import type { Emit, RunStatus } from "../core/event.ts";
import type { NodeId } from "../core/node.ts";
import { execute } from "../execute/execute.ts";
import { recover } from "../execute/recover.ts";
import type { Graph } from "../graph/graph.ts";
import { plan } from "../plan/plan.ts";
import { createReporter } from "../record/reporter.ts";
import { Connections } from "./connections.ts";
import { abortOnInterruption } from "./interruption.ts";
import { killPointFromEnvironment } from "./kill-point.ts";
import { exitCodes } from "./options.ts";
import type { ExitCode, RunOptions } from "./options.ts";
import { printPlan } from "./print-plan.ts";
import { compileProject, openProject } from "./project.ts";
import { relationsOnly, selectNodes, withTests } from "./selection.ts";
import { resolveTarget } from "./target.ts";
import { dialectOf, openWarehouse, peekState } from "./warehouse.ts";

/** The commands that carry out a plan, told apart by what of the selection they take. */
export type RunVerb = "build" | "extract" | "run" | "test";

function nodesFor(verb: RunVerb, graph: Graph, options: RunOptions): ReadonlySet<NodeId> {
  switch (verb) {
    case "build":
      return withTests(graph, options);
    case "test":
      return new Set(
        [...withTests(graph, options)].filter((id) => graph.nodes.get(id)?.kind === "test"),
      );
    case "extract":
      return onlyKinds(graph, selectNodes(graph, options), ["source"]);
    case "run":
      return onlyKinds(graph, relationsOnly(graph, selectNodes(graph, options)), ["model", "seed"]);
  }
}

function onlyKinds(
  graph: Graph,
  ids: ReadonlySet<NodeId>,
  kinds: readonly string[],
): ReadonlySet<NodeId> {
  const found = [...ids].filter((id) => kinds.includes(graph.nodes.get(id)?.kind ?? ""));
  if (found.length > 0) return new Set(found);
  throw new Failure([
    {
      code: "SELECT_NOTHING",
      message: `The selection holds no ${kinds.join(" or ")}.`,
      hint: "runner ls lists what there is, with its kind under --json.",
    },
  ]);
}

/** Plans and carries out; with `--dry-run` prints the plan instead. */
export async function runCommand(verb: RunVerb, options: RunOptions): Promise<ExitCode> {
  const linked = await openProject(options);
  const declared = resolveTarget(linked.project, options.target);
  const target = { ...declared, threads: options.threads ?? declared.threads };
  const selected = nodesFor(verb, linked.graph, options);
  const compiled = await compileProject(linked, options.vars);
  const request = {
    compiled,
    selected,
    dialect: dialectOf(target),
    fullRefresh: options.fullRefresh ?? false,
  };

  if (options.dryRun === true) {
    const run = { id: "dry_run", startedAt: new Date().toISOString() };
    const state = await peekState(target);
    const { plan: planned, diagnostics } = plan({ ...request, state, run });
    assertSound(diagnostics);
    process.stdout.write(printPlan(planned, options.json ?? false));
    return exitCodes.ok;
  }

  const killPoint = killPointFromEnvironment();
  const emit: Emit = createReporter({ json: options.json ?? false });
  const warehouse = await openWarehouse(target, killPoint);
  const connections = new Connections(target, warehouse.lake, killPoint);
  const interruption = new AbortController();
  abortOnInterruption(interruption, () => {
    warehouse.engine.interrupt();
  });
  try {
    await recover({ ...warehouse, emit });
    const state = await warehouse.ledger.state();
    const run = await warehouse.ledger.nextRun(new Date());
    const { plan: planned, diagnostics } = plan({ ...request, state, run });
    assertSound(diagnostics);
    if (verb === "test") assertTestable(planned.untestable);
    const { status } = await execute({
      plan: planned,
      context: {
        ...warehouse,
        run,
        openExtractor: (name) => connections.extractor(name),
        emit,
        killPoint,
        threads: target.threads,
        signal: interruption.signal,
      },
      command: describeCommand(verb, options),
      target: target.name,
    });
    return exitCodeOf(status);
  } finally {
    await connections.close();
    await warehouse.engine.close();
  }
}

function exitCodeOf(status: RunStatus): ExitCode {
  switch (status) {
    case "succeeded":
      return exitCodes.ok;
    case "failed":
      return exitCodes.failed;
    case "interrupted":
      return exitCodes.interrupted;
  }
}

/** A test that was asked for and cannot run is an error, never a pass. */
function assertTestable(
  untestable: readonly {
    readonly test: { readonly name: string };
    readonly missing: readonly string[];
  }[],
): void {
  if (untestable.length === 0) return;
  const missing = [...new Set(untestable.flatMap((entry) => entry.missing))];
  throw new Failure([
    {
      code: "UPSTREAM_MISSING",
      message: `${untestable.length} of the tests cannot run: ${missing.join(", ")} ${missing.length === 1 ? "was" : "were"} never built.`,
      hint: "Build first: runner build",
    },
  ]);
}

function describeCommand(verb: RunVerb, options: RunOptions): string {
  const parts: string[] = [verb];
  if (options.select?.length) parts.push("--select", ...options.select);
  if (options.exclude?.length) parts.push("--exclude", ...options.exclude);
  if (options.fullRefresh === true) parts.push("--full-refresh");
  return parts.join(" ");
}
