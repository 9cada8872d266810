import { closest } from "../core/closest.ts";
import { Failure } from "../core/diagnostic.ts";
import type { Engine, ResultSet, Row } from "../core/ports.ts";
import { ledgerSchema, quoteText } from "../core/sql-text.ts";
import { isoTime } from "../record/ledger-text.ts";
import { printTable } from "../record/print-table.ts";
import { readLedger } from "./ledger-reader.ts";
import { exitCodes } from "./options.ts";
import type { ExitCode, GlobalOptions } from "./options.ts";
import { printRows } from "./query.ts";

export interface RunsOptions extends GlobalOptions {
  readonly limit?: number;
}

const listedRuns = 20;

/** A row's times, as text, where `timed` looks for them. */
function timesOf(row: string): string {
  return `cast(${row}.started_at as varchar(30)) as started_at, cast(${row}.finished_at as varchar(30)) as seconds`;
}

/** Tells beginnings to the second, and in the place of ends how long something took: engines differ in doing so. */
function timed(
  { columns, rows }: ResultSet,
  { showsBeginning }: { readonly showsBeginning: boolean },
): ResultSet {
  const isShown = (name: string) => showsBeginning || name !== "started_at";
  const kept = columns.filter(({ name }) => isShown(name));
  return {
    columns: kept,
    rows: rows.map((row) => {
      const [begun, ended] = [row.started_at, row.seconds].map((time) =>
        typeof time === "string" ? Date.parse(isoTime(time)) : NaN,
      );
      const seconds = ((ended ?? NaN) - (begun ?? NaN)) / 1000;
      const told: Row = {
        ...row,
        seconds: Number.isNaN(seconds) ? null : Math.round(seconds * 100) / 100,
        started_at: typeof row.started_at === "string" ? row.started_at.slice(0, 19) : null,
      };
      return Object.fromEntries(kept.map(({ name }) => [name, told[name] ?? null]));
    }),
  };
}

/** Lists the latest runs, newest first. */
export async function runsCommand(options: RunsOptions): Promise<ExitCode> {
  const listed = await readLedger(options, (engine) =>
    engine.query(`select
    run.run_id,
    ${timesOf("run")},
    run.status,
    run.environment,
    count(case when step.status = 'ok' then 1 end) as ok,
    count(case when step.status = 'warned' then 1 end) as warned,
    count(case when step.status = 'failed' then 1 end) as failed,
    count(case when step.status = 'skipped' then 1 end) as skipped,
    run.command
from ${ledgerSchema}.run as run
left join ${ledgerSchema}.step as step on step.run_id = run.run_id
group by run.run_id, run.started_at, run.finished_at, run.status, run.environment, run.command
order by run.run_id desc
limit ${String(options.limit ?? listedRuns)}`),
  );
  return printRows(timed(listed, { showsBeginning: true }), options);
}

/** The parts of a run's report, in the order in which somebody looks for them. */
const sections = ["failed", "warned", "skipped", "published", "ended"] as const;
type Section = (typeof sections)[number];

const titles: Readonly<Record<Section, string>> = {
  failed: "Failed at the root",
  warned: "Warned",
  skipped: "Skipped because of what failed",
  published: "Published",
  ended: "Ended well, or not at all",
};

function queryOf(section: Section, id: string): string {
  const steps = (columns: string, condition: string) => `select
    planned.step_id,
    planned.kind,
    coalesce(step.status, case run.status when 'running' then 'waiting' else 'interrupted' end) as status,
    ${columns}
from ${ledgerSchema}.planned_step as planned
inner join ${ledgerSchema}.run as run on run.run_id = planned.run_id
left join ${ledgerSchema}.step as step on step.run_id = planned.run_id and step.step_id = planned.step_id
where planned.run_id = ${id} and ${condition}
order by case when planned.kind like '%test' then 1 else 0 end, step.started_at nulls last, planned.step_id`;
  const end = `step.row_count as "rows", ${timesOf("step")}`;
  switch (section) {
    case "failed":
    case "warned":
      return steps(`${end}, step.message`, `step.status = '${section}'`);
    case "ended":
      return steps(end, "coalesce(step.status, '') not in ('failed', 'warned', 'skipped')");
    case "skipped":
      return steps("step.because", "step.status = 'skipped'");
    case "published":
      return `select
    relation,
    row_count as "rows",
    byte_count as bytes,
    watermark_before,
    watermark_after
from ${ledgerSchema}.publication
where run_id = ${id}
order by relation`;
  }
}

/** Shows one run: what failed first, then what ran, what was skipped because of it, and what was published. */
export async function showRunCommand(runId: string, options: GlobalOptions): Promise<ExitCode> {
  const id = quoteText(runId);
  await readLedger(options, async (engine) => {
    const run = await engine.query(`select
    run_id,
    ${timesOf("run")},
    status,
    environment,
    command
from ${ledgerSchema}.run as run
where run_id = ${id}`);
    if (run.rows.length === 0) throw await unknownRun(engine, runId);
    print("run", timed(run, { showsBeginning: true }), options);
    for (const section of sections) {
      const found = await engine.query(queryOf(section, id));
      const isTimed = found.columns.some(({ name }) => name === "seconds");
      const shown = isTimed ? timed(found, { showsBeginning: false }) : found;
      if (found.rows.length > 0) print(section, shown, options);
    }
  });
  return exitCodes.ok;
}

function print(section: Section | "run", result: ResultSet, options: GlobalOptions): void {
  if (options.json === true) {
    const lines = result.rows.map((row) => `${JSON.stringify({ section, ...row })}\n`);
    process.stdout.write(lines.join(""));
    return;
  }
  const title = section === "run" ? "" : `\n${titles[section]}\n`;
  process.stdout.write(`${title}${printTable(result)}\n`);
}

async function unknownRun(engine: Engine, runId: string): Promise<Failure> {
  const { rows } = await engine.query(`select run_id from ${ledgerSchema}.run`);
  const near = closest(
    runId,
    rows.map((row) => String(row.run_id)),
  );
  const hint = near === undefined ? "runner runs lists the runs." : `Did you mean ${near}?`;
  return new Failure([{ code: "SELECT_NOTHING", message: `There is no run "${runId}".`, hint }]);
}
