import { Failure } from "../../core/diagnostic.ts";
import type { AuditRecord } from "../../core/audit.ts";
import type { Row } from "../../core/ports.ts";
import { readAuditTrail } from "../../record/audit-trail.ts";
import { auditFolder } from "../on-record.ts";
import { exitCodes } from "../options.ts";
import type { ExitCode, GlobalOptions } from "../options.ts";
import { openProject } from "../project.ts";
import { printRows } from "../query.ts";
import { resolveTarget } from "../target.ts";

export interface AccessLogOptions extends GlobalOptions {
  readonly role?: string;
  readonly user?: string;
  /** Queries that read this relation, or this column of it. */
  readonly reads?: string;
  readonly outcome?: string;
  /** A UTC day. */
  readonly since?: string;
  readonly limit?: number;
}

const listedQueries = 20;

/** Lists the queries that were asked on this machine, the latest last; with `--json` all of them, whole. */
export async function accessLogCommand(options: AccessLogOptions): Promise<ExitCode> {
  const { since, limit } = options;
  if (since !== undefined && !/^\d{4}-\d{2}-\d{2}$/.test(since)) {
    const message = `"${since}" is no day.`;
    throw new Failure([{ code: "CLI_USAGE", message, hint: "Write one such as 2026-01-31." }]);
  }
  const { project } = await openProject(options);
  const target = resolveTarget(project, options.target, () => false);
  const records = (await readAuditTrail(auditFolder(target), since)).filter(isWanted(options));
  if (options.json === true) {
    const wanted = limit === undefined ? records : records.slice(-limit);
    process.stdout.write(wanted.map((record) => `${JSON.stringify(record)}\n`).join(""));
    return exitCodes.ok;
  }
  const shown = records.slice(-(limit ?? listedQueries));
  printRows({ columns, rows: shown.map(rowOf) }, options);
  const more = shown.length < records.length ? " (see --limit)" : "";
  process.stderr.write(`${shown.length} of ${records.length} queries${more}\n`);
  return exitCodes.ok;
}

function isWanted({ role, user, reads, outcome }: AccessLogOptions) {
  return (record: AuditRecord): boolean =>
    (role === undefined || record.role === role) &&
    (user === undefined || record.user === user) &&
    (outcome === undefined || outcomeOf(record) === outcome) &&
    (reads === undefined || readsOf(record).includes(reads));
}

function outcomeOf({ ended }: AuditRecord): string {
  return ended?.outcome ?? "cut off";
}

function readsOf({ ended }: AuditRecord): readonly string[] {
  return [...(ended?.relations ?? []), ...(ended?.columns ?? [])];
}

const columns = [
  { name: "at", type: "VARCHAR" },
  { name: "user", type: "VARCHAR" },
  { name: "role", type: "VARCHAR" },
  { name: "outcome", type: "VARCHAR" },
  { name: "rows", type: "BIGINT" },
  { name: "ms", type: "BIGINT" },
  { name: "reads", type: "VARCHAR" },
  { name: "statement", type: "VARCHAR" },
];

const widestStatement = 60;

function rowOf(record: AuditRecord): Row {
  const { ended, statement } = record;
  const line = oneLine(statement);
  return {
    at: record.at.slice(0, 19),
    user: oneLine(record.user),
    role: record.role === undefined ? null : oneLine(record.role),
    outcome: outcomeOf(record),
    rows: ended?.rows ?? null,
    ms: ended === undefined ? null : Math.round(ended.milliseconds),
    reads: ended?.relations?.join(", ") ?? "",
    statement: line.length > widestStatement ? `${line.slice(0, widestStatement - 1)}…` : line,
  };
}

/** Whoever asks may call themselves anything: nothing of it may look like another line. */
function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
