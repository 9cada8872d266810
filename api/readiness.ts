import { DescribeTableCommand } from "@aws-sdk/client-dynamodb";
import type { Shop } from "./context.ts";
import { sql } from "./postgres/pool.ts";

type ServiceState = "ok" | "unreachable";

export interface Readiness {
  status: "ready" | "unavailable";
  postgres: ServiceState;
  dynamodb: ServiceState;
}

function stateOf(result: PromiseSettledResult<unknown>): ServiceState {
  return result.status === "fulfilled" ? "ok" : "unreachable";
}

/** Whether checkouts can be served: both databases answer, and hold what migration made. */
export async function checkReadiness({ pool, table }: Shop): Promise<Readiness> {
  const [postgres, dynamodb] = await Promise.allSettled([
    pool.query(sql`select identity from database_identity`),
    table.client.send(new DescribeTableCommand({ TableName: table.name })),
  ]);
  const states = { postgres: stateOf(postgres), dynamodb: stateOf(dynamodb) };
  const ready = states.postgres === "ok" && states.dynamodb === "ok";
  return { status: ready ? "ready" : "unavailable", ...states };
}
