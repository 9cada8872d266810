import type { SQLQuery } from "@databases/pg";
import { outgoingHeaders, type Trace } from "../trace/trace.ts";
import { sql, type ConnectionPool, type Queryable } from "./pool.ts";

/**
 * The pool as one request uses it: each statement begins with a comment that names the request, as sqlcommenter writes it,
 * so that Postgres's log and pg_stat_activity say whose a statement is. Statements have no names on the server: it reads
 * each anew, with a comment or without.
 */
export function tracedPool(pool: ConnectionPool, trace: Trace | undefined): ConnectionPool {
  if (trace === undefined) return pool;
  const comment = commentOf(trace);
  const traced = commented(pool, comment);
  traced.tx = (work, options) =>
    pool.tx((transaction) => work(commented(transaction, comment)), options);
  return traced;
}

/** Safe in a comment: a request id is of `\w.:-`, and the rest hexadecimal. */
function commentOf(trace: Trace): SQLQuery {
  const { traceparent = "" } = outgoingHeaders(trace);
  return sql.__dangerous__rawValue(
    `/*traceparent='${traceparent}',request_id='${trace.requestId}'*/ `,
  );
}

function commented<Database extends Queryable>(database: Database, comment: SQLQuery): Database {
  const traced = Object.create(database) as Database;
  function query(asked: SQLQuery | SQLQuery[]): Promise<unknown[]> {
    return Array.isArray(asked)
      ? database.query(asked.map((one) => sql`${comment}${one}`))
      : database.query(sql`${comment}${asked}`);
  }
  return Object.assign(traced, { query });
}
