import type { Diagnostic } from "../../core/diagnostic.ts";
import type { RunEvent, StepOutcome } from "../../core/event.ts";
import type { PublishedDetail } from "../../core/state.ts";
import { roundMilliseconds } from "../round-milliseconds.ts";
import { schemaVersion } from "./schemas.ts";
import type { RunResults, SourceState, StepResult } from "./schemas.ts";
import { statementResults, statementTotals } from "./statements.ts";

export interface RunResultsOptions {
  /** What the command line asked for. */
  readonly args: Readonly<Record<string, unknown>>;
  /** What a pipeline ran it for. */
  readonly trigger?: string;
  /** What is published of each source table now. */
  readonly sources: () => Promise<Readonly<Record<string, SourceState>>>;
  readonly write: (results: RunResults) => Promise<void>;
}

/**
 * Makes a run's results of its events, and hands them over when it begins and when it ends, however it ends. A
 * process that is killed leaves results that say `running`.
 */
export function recordRunResults(options: RunResultsOptions): (event: RunEvent) => Promise<void> {
  let results: RunResults | undefined;
  return async (event) => {
    if (event.type === "run_started") {
      results = begin(event, options);
      await options.write(results);
      return;
    }
    if (results === undefined) return;
    switch (event.type) {
      case "step_finished":
        results.results.push(stepResult(event.outcome));
        break;
      case "published":
        results.published.push(...event.relations.map((name) => publication(name, event.details)));
        results.publication = {
          milliseconds: roundMilliseconds(event.milliseconds),
          statements: statementResults(event.submissions),
        };
        break;
      case "withheld":
        results.withheld.push(
          ...event.relations.map(({ relation, because }) => ({ relation, because })),
        );
        break;
      case "run_finished": {
        const { status, load } = event;
        const milliseconds = roundMilliseconds(event.milliseconds);
        const finished_at = new Date().toISOString();
        // A warehouse that broke cannot be asked what it holds; the rest is still worth having.
        const sources = await options.sources().catch(() => ({}));
        const statements = load && statementTotals(load);
        results = { ...results, status, finished_at, milliseconds, statements, sources };
        await options.write(results);
        break;
      }
      default:
    }
  };
}

function begin(
  event: Extract<RunEvent, { readonly type: "run_started" }>,
  { args, trigger }: RunResultsOptions,
): RunResults {
  return {
    schema_version: schemaVersion,
    run_id: event.runId,
    command: event.command,
    args: { ...args },
    trigger,
    target: event.target,
    environment: event.environment,
    status: "running",
    started_at: event.startedAt,
    results: [],
    published: [],
    withheld: [],
    sources: {},
  };
}

function publication(
  relation: string,
  details: readonly PublishedDetail[],
): RunResults["published"][number] {
  const detail = details.find((each) => each.relation === relation);
  return {
    relation,
    rows: detail?.rows,
    bytes: detail?.bytes,
    watermark_before: detail?.watermarkBefore,
    watermark_after: detail?.watermarkAfter,
  };
}

function stepResult(outcome: StepOutcome): StepResult {
  const { id, kind, milliseconds, rows, rejected, mode, diagnostic, because } = outcome;
  return {
    id,
    kind,
    status: statusOf(outcome),
    milliseconds: roundMilliseconds(milliseconds),
    rows,
    rejected,
    mode,
    statements: statementResults(outcome.submissions),
    diagnostic: diagnostic && flat(diagnostic),
    because: because && [...because],
  };
}

/** What a test says when it could be carried out and does not hold. */
const failing = ["DATA_TEST_FAILED", "UNIT_TEST_FAILED"] as const;

/** dbt's words: a data test passes, warns or fails; what could not do its work is an error. */
function statusOf({
  kind,
  status,
  diagnostic,
}: Pick<StepOutcome, "kind" | "status" | "diagnostic">): StepResult["status"] {
  switch (status) {
    case "ok":
      return kind === "test" || kind === "unit_test" ? "pass" : "success";
    case "warned":
      return "warn";
    case "skipped":
      return "skipped";
    case "failed":
      return failing.some((code) => code === diagnostic?.code) ? "fail" : "error";
  }
}

function flat({ code, message, place, cause, hint }: Diagnostic): StepResult["diagnostic"] {
  return { code, message, ...place, cause, hint };
}
