import { production } from "../core/environment.ts";
import { quoteText } from "../core/sql-text.ts";
import { ledgerTable } from "./ledger-text.ts";

const run = ledgerTable("run");
const publication = ledgerTable("publication");

/**
 * Forgets runs that ended before `since`, a SQL literal, with their steps and what they published. There stay: the latest run, by
 * which the next one's time is told and which a retry takes up; what production, and each environment that has anything for itself, published last before
 * `since`, to whose end one may go back; and the first publication of each relation, which tells how old it is.
 */
export function forgetRunStatements(since: string): readonly string[] {
  const ended = `status <> 'running' and coalesce(finished_at, started_at) < ${since}\n  and run_id <> (select max(run_id) from ${run})`;
  const endedRuns = `run_id in (select run_id from ${run} where ${ended})`;
  const standing = `environment = ${quoteText(production)} or environment in (select environment from ${ledgerTable("relation_version")})`;
  const lastOnes = `select max(run_id) from ${publication} where published_at < ${since} and (${standing}) group by environment`;
  const firstOnes = `select relation || '/' || min(run_id) from ${publication} group by relation`;
  return [
    `delete from ${ledgerTable("step")} where ${endedRuns}`,
    `delete from ${ledgerTable("planned_step")} where ${endedRuns}`,
    `delete from ${run} where ${ended}`,
    `delete from ${publication} where published_at < ${since}\n  and run_id not in (select run_id from ${run})\n  and run_id not in (${lastOnes})\n  and relation || '/' || run_id not in (${firstOnes})`,
  ];
}
