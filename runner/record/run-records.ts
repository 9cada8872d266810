import type { StepOutcome } from "../core/event.ts";
import type { BeginningRun, UnfinishedRun } from "../core/ledger.ts";
import type { Engine } from "../core/ports.ts";
import type { RelationName } from "../core/relation.ts";
import { quoteNullable, quoteText } from "../core/sql-text.ts";
import { insertInto, ledgerTable, timestampLiteral } from "./ledger-text.ts";

/** A run and all of its steps, as they are recorded before any of them begins. */
export function beginRunStatements(run: BeginningRun): readonly string[] {
  const id = quoteText(run.id);
  const steps = run.steps.map((step) => [
    id,
    quoteText(step.id),
    quoteText(step.kind),
    quoteText(step.relations.join(" ")),
  ]);
  return [
    ...insertInto(
      "run",
      ["run_id", "environment", "command", "options", "pid", "started_at", "finished_at", "status"],
      [
        [
          id,
          quoteText(run.environment),
          quoteText(run.command.slice(0, 1000)),
          quoteText(JSON.stringify(run.options)),
          String(process.pid),
          timestampLiteral(run.startedAt),
          "null",
          "'running'",
        ],
      ],
    ),
    ...insertInto("planned_step", ["run_id", "step_id", "kind", "relations"], steps),
  ];
}

export function finishStepStatements(runId: string, outcome: StepOutcome): readonly string[] {
  const { id, kind, status, rows, because, milliseconds } = outcome;
  // A statement's text ends at a null character.
  const message = outcome.diagnostic?.message.replaceAll("\0", "").slice(0, 4000);
  const end = Date.now();
  const time = (at: number) =>
    status === "skipped" ? "null" : timestampLiteral(new Date(at).toISOString());
  return insertInto(
    "step",
    [
      "run_id",
      "step_id",
      "kind",
      "status",
      "started_at",
      "finished_at",
      "row_count",
      "message",
      "because",
    ],
    [
      [
        quoteText(runId),
        quoteText(id),
        quoteText(kind),
        quoteText(status),
        time(end - milliseconds),
        time(end),
        String(rows ?? "null"),
        quoteNullable(message),
        quoteNullable(because?.join(" ")),
      ],
    ],
  );
}

/** Of commands that carry out a plan the ledger keeps the verb; what repoints or collects has left nothing undone. */
const hasVerb = `options like '%"verb":%'`;

/** What is left of a run, by default of the latest one that could be done again. */
export async function readUnfinished(
  engine: Engine,
  runId: string | undefined,
): Promise<UnfinishedRun | undefined> {
  const which = runId === undefined ? `where ${hasVerb}` : `where run_id = ${quoteText(runId)}`;
  const { rows: runs } = await engine.query(
    `select run_id, status, options from ${ledgerTable("run")} ${which} order by run_id desc limit 1`,
  );
  const [run] = runs;
  if (run === undefined) return undefined;
  const id = quoteText(String(run.run_id));
  const { rows: steps } = await engine.query(
    `select planned.step_id, planned.relations, coalesce(step.status, 'interrupted') as status
from ${ledgerTable("planned_step")} as planned
left join ${ledgerTable("step")} as step on step.run_id = planned.run_id and step.step_id = planned.step_id
where planned.run_id = ${id}`,
  );
  const { rows: published } = await engine.query(
    `select relation from ${ledgerTable("publication")} where run_id = ${id}`,
  );
  const done = new Set(published.map((row) => String(row.relation)));
  const planned = steps.map((row) => ({
    id: String(row.step_id),
    relations: String(row.relations).split(" ").filter(Boolean) as RelationName[],
    isGood: row.status === "ok" || row.status === "warned",
  }));
  return {
    id: String(run.run_id),
    status: String(run.status) as UnfinishedRun["status"],
    options: JSON.parse(String(run.options)) as UnfinishedRun["options"],
    relations: planned.flatMap(({ relations }) => relations.filter((name) => !done.has(name))),
    steps: planned
      .filter(({ relations, isGood }) => relations.length === 0 && !isGood)
      .map(({ id }) => id),
  };
}
