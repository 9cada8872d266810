import { closest } from "../core/closest.ts";
import { Failure } from "../core/diagnostic.ts";
import { ledgerSchema, quoteText } from "../core/sql-text.ts";
import type { ExitCode, GlobalOptions } from "./options.ts";
import { printRows, readPublished } from "./query.ts";

export interface RunsOptions extends GlobalOptions {
  readonly limit?: number;
}

const listedRuns = 20;

function secondsOf(row: string): string {
  return `round(date_diff('millisecond', ${row}.started_at, ${row}.finished_at) / 1000.0, 2) as seconds`;
}

/** Lists the latest runs, newest first. */
export async function runsCommand(options: RunsOptions): Promise<ExitCode> {
  const result = await readPublished(
    `select
    run.run_id,
    strftime(run.started_at, '%Y-%m-%d %H:%M:%S') as started_at,
    ${secondsOf("run")},
    run.status,
    count(case when step.status = 'ok' then 1 end) as ok,
    count(case when step.status = 'warned' then 1 end) as warned,
    count(case when step.status = 'failed' then 1 end) as failed,
    count(case when step.status = 'skipped' then 1 end) as skipped,
    run.command
from ${ledgerSchema}.run as run
left join ${ledgerSchema}.step as step on step.run_id = run.run_id
group by all
order by run.run_id desc
limit ${String(options.limit ?? listedRuns)}`,
    options,
  );
  return printRows(result, options);
}

/** Shows the steps of one run: what failed first, then what ran, then what was skipped because of it. */
export async function showRunCommand(runId: string, options: GlobalOptions): Promise<ExitCode> {
  const result = await readPublished(
    `select
    step_id,
    kind,
    status,
    row_count as "rows",
    ${secondsOf("step")},
    message
from ${ledgerSchema}.step as step
where run_id = ${quoteText(runId)}
order by
    case status when 'failed' then 0 when 'warned' then 1 when 'skipped' then 3 else 2 end,
    started_at,
    step_id`,
    options,
  );
  if (result.rows.length === 0) await assertKnown(runId, options);
  return printRows(result, options);
}

async function assertKnown(runId: string, options: GlobalOptions): Promise<void> {
  const { rows } = await readPublished(`select run_id from ${ledgerSchema}.run`, options);
  const known = rows.map((row) => String(row.run_id));
  if (known.includes(runId)) return;
  const near = closest(runId, known);
  const hint = near === undefined ? "runner runs lists the runs." : `Did you mean ${near}?`;
  throw new Failure([{ code: "SELECT_NOTHING", message: `There is no run "${runId}".`, hint }]);
}
