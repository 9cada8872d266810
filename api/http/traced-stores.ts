import type { Table } from "../dynamodb/table.ts";
import type { ConnectionPool } from "../postgres/pool.ts";
import { tracedPool } from "../postgres/traced-pool.ts";
import type { Trace } from "../trace/trace.ts";

/** Both databases as one request uses them: each hears for which request it works. */
export function tracedStores<Stores extends { pool: ConnectionPool; table: Table }>(
  stores: Stores,
  trace: Trace | undefined,
): Stores {
  return { ...stores, pool: tracedPool(stores.pool, trace), table: { ...stores.table, trace } };
}
