import type { CompiledProject } from "../compile/compile.ts";
import { assertSound, Failure } from "../core/diagnostic.ts";
import { production } from "../core/environment.ts";
import type { RunStatus } from "../core/event.ts";
import { printStretch } from "../core/interval.ts";
import type { NodeId } from "../core/node.ts";
import { execute } from "../execute/execute.ts";
import { ensureLocalCopies } from "../execute/local-copies.ts";
import { plan } from "../plan/plan.ts";
import { artifactsOf } from "./artifacts.ts";
import { Connections } from "./connections.ts";
import { environmentOf, standingIn } from "./environment.ts";
import { fileStatements } from "./file-statements.ts";
import { holdWarehouse } from "./held-warehouse.ts";
import type { HeldWarehouse } from "./held-warehouse.ts";
import { assertIntervals } from "./interval-option.ts";
import { exitCodes } from "./options.ts";
import type { ExitCode, RunOptions } from "./options.ts";
import { withOpenLineage } from "./openlineage.ts";
import { assertPortable } from "./portability.ts";
import { printPlan } from "./print-plan.ts";
import { withClassesOf } from "./project-classes.ts";
import { compileProject, openProject } from "./project.ts";
import type { LinkedProject } from "./project.ts";
import { publishGroups } from "./publish-groups.ts";
import { nodesFor } from "./run-verb.ts";
import type { RunVerb } from "./run-verb.ts";
import { resolveTarget } from "./target.ts";
import { restoreLost, stateOfLake, tellLost } from "./restore.ts";
import { openLake } from "./open-lake.ts";
import { tellOrphaned } from "./prune.ts";
import { peekState } from "./warehouse.ts";
import { dialectOf } from "./open-engine.ts";

/** Plans and carries out; with `--dry-run` prints the plan instead. */
export async function runCommand(verb: RunVerb, options: RunOptions): Promise<ExitCode> {
  const linked = await openProject(options);
  const compiled = await withClassesOf(linked.project, await compileProject(linked, options));
  const selected = await nodesFor(verb, linked, options);
  if (selected.size === 0) {
    process.stderr.write("Nothing to do.\n");
    return exitCodes.ok;
  }
  assertIntervals(options, compiled, selected);
  assertFromRaw(options);
  await assertPortable({ linked, compiled, selected, target: options.target });
  const request = { verb, options, linked, compiled, selected };
  if (options.dryRun === true) return dryRun(request);
  return holdWarehouse({ linked, options, command: describeCommand(verb, options) }, (held) =>
    carryOut(request, held),
  );
}

/** What can be built from the raw zone alone is built anew anyway, and histories cannot be. */
function assertFromRaw({ from, fullRefresh }: RunOptions): void {
  if (from !== "raw" || fullRefresh !== true) return;
  const message = "--from raw and --full-refresh exclude one another.";
  const hint = "Leave --full-refresh out: --from raw builds everything anew but histories.";
  throw new Failure([{ code: "CLI_USAGE", message, hint }]);
}

/** What to do with a warehouse that is open. */
export interface RunRequest {
  readonly verb: RunVerb;
  readonly options: RunOptions;
  readonly linked: LinkedProject;
  readonly compiled: CompiledProject;
  readonly selected: ReadonlySet<NodeId>;
}

/** What the command line asks of a plan, whether it is printed or carried out. */
function askedPlan({ options, linked, compiled, selected }: RunRequest) {
  return {
    compiled,
    selected,
    groups: publishGroups(linked),
    fullRefresh: options.fullRefresh ?? false,
    from: options.from,
    gaps: options.gaps,
    interval: options.interval,
    failures: failuresOf({ linked, options }),
  };
}

async function dryRun(request: RunRequest): Promise<ExitCode> {
  const { options, linked, compiled } = request;
  const target = resolveTarget(linked.project, options.target);
  const environment = environmentOf(options);
  const known = await peekState(target, environment);
  const isLost = options.from === "raw" && known.production.size === 0;
  const state = isLost
    ? await stateOfLake(
        { compiled, lake: await openLake(target), dialect: dialectOf(target) },
        environment,
      )
    : known;
  const { plan: planned, diagnostics } = plan({
    ...askedPlan(request),
    dialect: dialectOf(target),
    state,
    run: { id: "dry_run", startedAt: new Date().toISOString() },
  });
  assertSound(diagnostics);
  for (const note of planned.notes ?? []) process.stderr.write(`note: ${note}\n`);
  process.stdout.write(
    printPlan(planned, options.json ?? false, fileStatements(target, { run: planned.run, state })),
  );
  return exitCodes.ok;
}

/** Builds, extracts or tests what is selected. */
export async function carryOut(request: RunRequest, held: HeldWarehouse): Promise<ExitCode> {
  const { verb, options, linked, compiled } = request;
  const { target, interruption, ...warehouse } = held;
  const environment = environmentOf(options);
  const recorded = artifactsOf(
    {
      target,
      environment,
      project: linked.project.pipelines.value.project,
      compiled,
      args: { verb, ...options },
      trigger: process.env.MERCADO_TRIGGER,
      state: () => warehouse.ledger.state(environment),
    },
    held.emit,
  );
  const emit = await withOpenLineage(linked, { compiled, target: target.name }, recorded);
  const connections = new Connections(target, warehouse.lake, held);
  try {
    if (options.from === "raw") await restoreLost(compiled, held);
    const state = await warehouse.ledger.state(environment);
    if (options.from !== "raw" && verb !== "test") await tellLost(state, held);
    const run = await warehouse.ledger.nextRun(new Date());
    warehouse.engine.nameRun?.(run.id);
    const { plan: planned, diagnostics } = plan({
      ...askedPlan(request),
      dialect: warehouse.dialect,
      state,
      run,
    });
    assertSound(diagnostics);
    if (verb === "test") assertTestable(planned.untestable);
    if (verb === "test" && environment !== production) {
      const message = standingIn(environment, (await warehouse.ledger.environments()).keys());
      if (message !== undefined) await held.emit({ type: "note", message });
    }
    await ensureLocalCopies(state, warehouse);
    const { status } = await execute({
      plan: planned,
      context: {
        ...warehouse,
        run,
        state,
        openExtractor: (name) => connections.extractor(name),
        emit,
        locate: compiled.locate,
        threads: target.threads,
        retentionSeconds: target.retentionSeconds,
        runRetentionSeconds: target.runRetentionSeconds,
        compaction: target.compaction,
        signal: interruption.signal,
      },
      command: describeCommand(verb, options),
      options: { verb, ...options },
      target: target.name,
      closing: verb === "test" ? [] : tellOrphaned(compiled.graph, state),
    });
    return exitCodeOf(status);
  } finally {
    await connections.close();
  }
}

/** What becomes of rows that break data tests: the command line's word goes before the project's. */
function failuresOf({ linked, options }: Pick<RunRequest, "linked" | "options">) {
  const { tests } = linked.project.pipelines.value;
  return {
    store: options.storeFailures ?? tests.store_failures,
    shownRows: options.showFailures,
  };
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
  if (options.selector?.length) parts.push("--selector", ...options.selector);
  if (options.exclude?.length) parts.push("--exclude", ...options.exclude);
  if (options.fullRefresh === true) parts.push("--full-refresh");
  if (options.from === "raw") parts.push("--from raw");
  if (options.gaps === true) parts.push("--gaps");
  if (options.interval !== undefined) parts.push("--interval", printStretch(options.interval));
  if (options.env !== undefined && options.env !== production) parts.push("--env", options.env);
  return parts.join(" ");
}
