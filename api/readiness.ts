import { DescribeTableCommand } from "@aws-sdk/client-dynamodb";
import { send } from "./dynamodb/send.ts";
import type { Table } from "./dynamodb/table.ts";
import { sql, type ConnectionPool } from "./postgres/pool.ts";

type ServiceState = "ok" | "unreachable";

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

function stateOf(work: Promise<unknown>): Promise<ServiceState> {
  return new Promise((resolve) => {
    const settle = (state: ServiceState) => {
      clearTimeout(timer);
      resolve(state);
    };
    const timer = setTimeout(settle, PATIENCE_MILLISECONDS, "unreachable");
    work.then(
      () => {
        settle("ok");
      },
      () => {
        settle("unreachable");
      },
    );
  });
}

/** Whether checkouts can be served: both databases answer soon, and hold what migration made. */
export async function checkReadiness({ pool, table }: ReadinessStores): Promise<Readiness> {
  const [postgres, dynamodb] = await Promise.all([
    stateOf(pool.query(sql`select identity from database_identity`)),
    stateOf(send(table, new DescribeTableCommand({ TableName: table.name }))),
  ]);
  const ready = postgres === "ok" && dynamodb === "ok";
  return { status: ready ? "ready" : "unavailable", postgres, dynamodb };
}
