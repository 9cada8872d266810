import { DescribeTableCommand } from "@aws-sdk/client-dynamodb";
import { z } from "zod";
import { send } from "./dynamodb/send.ts";
import type { Table } from "./dynamodb/table.ts";
import { one, sql, type ConnectionPool } from "./postgres/pool.ts";

type ServiceState = "ok" | "read-only" | "unreachable";

export interface Readiness {
  status: "ready" | "unavailable";
  postgres: ServiceState;
  dynamodb: ServiceState;
}

export interface ReadinessStores {
  pool: ConnectionPool;
  table: Table;
}

/** What watches a service gives up after a few seconds; a database that hangs should be named before that. */
const PATIENCE_MILLISECONDS = 2_000;

function stateOf(work: Promise<ServiceState>): Promise<ServiceState> {
  return new Promise((resolve) => {
    const settle = (state: ServiceState) => {
      clearTimeout(timer);
      resolve(state);
    };
    const timer = setTimeout(settle, PATIENCE_MILLISECONDS, "unreachable");
    work.then(settle, () => {
      settle("unreachable");
    });
  });
}

async function askPostgres(pool: ConnectionPool): Promise<ServiceState> {
  const { readOnly } = await one(
    pool,
    z.object({ readOnly: z.boolean() }),
    sql`select current_setting('transaction_read_only') = 'on' as "readOnly" from database_identity`,
  );
  return readOnly ? "read-only" : "ok";
}

async function askDynamoDb(table: Table): Promise<ServiceState> {
  await send(table, new DescribeTableCommand({ TableName: table.name }));
  return "ok";
}

/** Whether checkouts can be served: both databases answer soon, hold what migration made, and take writes. */
export async function checkReadiness({ pool, table }: ReadinessStores): Promise<Readiness> {
  const [postgres, dynamodb] = await Promise.all([
    stateOf(askPostgres(pool)),
    stateOf(askDynamoDb(table)),
  ]);
  const ready = postgres === "ok" && dynamodb === "ok";
  return { status: ready ? "ready" : "unavailable", postgres, dynamodb };
}
