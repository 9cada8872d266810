import postgres, {
  sql,
  type ConnectionPool,
  type Queryable,
  type SQLQuery,
  type Transaction,
} from "@databases/pg";
import type { ZodType } from "zod";

export { sql, type ConnectionPool, type Queryable, type Transaction };

export interface PoolOptions {
  postgresUrl: string;
  /** At most so many at a time. Default 10. */
  connections?: number;
  /** Told of connections lost while idle; the pool replaces them by itself. */
  onConnectionLost?: (error: Error) => void;
}

export function openPool(options: PoolOptions): ConnectionPool {
  return postgres.default({
    connectionString: options.postgresUrl,
    applicationName: "mercado-api",
    bigIntMode: "string",
    poolSize: options.connections ?? 10,
    connectionTimeoutMilliseconds: 5_000,
    queueTimeoutMilliseconds: 15_000,
    statementTimeoutMilliseconds: 15_000,
    // Ends a statement whose server has gone silent, so that its connection is replaced.
    queryTimeoutMilliseconds: 20_000,
    lockTimeoutMilliseconds: 10_000,
    onError: options.onConnectionLost ?? (() => undefined),
  });
}

/** All rows, each checked against `row`: a column that is not what the code believes fails here. */
export async function many<Row>(
  database: Queryable,
  row: ZodType<Row>,
  query: SQLQuery,
): Promise<Row[]> {
  const rows: unknown[] = await database.query(query);
  return rows.map((value) => row.parse(value));
}

/** The only row, or null; more than one is a fault. */
export async function maybeOne<Row>(
  database: Queryable,
  row: ZodType<Row>,
  query: SQLQuery,
): Promise<Row | null> {
  const rows = await many(database, row, query);
  if (rows.length > 1) throw new Error(`expected at most one row, found ${rows.length}`);
  return rows[0] ?? null;
}

export async function one<Row>(
  database: Queryable,
  row: ZodType<Row>,
  query: SQLQuery,
): Promise<Row> {
  const found = await maybeOne(database, row, query);
  if (found === null) throw new Error("expected one row, found none");
  return found;
}

/** A timestamptz column as the 27-character UTC text that the whole API speaks. */
export function utc(
  column:
    "joined_at" | "updated_at" | "archived_at" | "checked_out_at" | "changed_at" | "refunded_at",
): SQLQuery {
  return sql`to_char(${sql.ident(column)} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
}
