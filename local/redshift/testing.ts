import {
  BatchExecuteStatementCommand,
  DescribeStatementCommand,
  ExecuteStatementCommand,
  GetStatementResultCommand,
  RedshiftDataClient,
  type BatchExecuteStatementInput,
  type DescribeStatementResponse,
  type ExecuteStatementInput,
  type Field,
} from "@aws-sdk/client-redshift-data";
import pg from "pg";
import type { Faults } from "./faults.ts";
import { openTestServices } from "../testing.ts";
import { openRedshiftServer, type RedshiftServer, type RedshiftServerOptions } from "./server.ts";

/** The warehouse that a test server has. */
export const WAREHOUSE = { WorkgroupName: "mercado", Database: "warehouse" };

export interface TestRedshift extends RedshiftServer {
  readonly data: DataApi;
  readonly postgresUrl: string;
  /** A further server over the same database, closed with this one. */
  open(options?: Partial<RedshiftServerOptions>): Promise<RedshiftServer & { data: DataApi }>;
}

/** A server over a Postgres of its own, for one test file. */
export async function openTestRedshift(): Promise<TestRedshift> {
  const services = await openTestServices();
  const { postgresUrl } = services;
  const servers: RedshiftServer[] = [];
  const open = async (options: Partial<RedshiftServerOptions> = {}) => {
    const server = await openRedshiftServer({ postgresUrl, ...options });
    servers.push(server);
    return { ...server, data: dataApi(server.endpoint) };
  };
  return {
    ...(await open()),
    postgresUrl,
    open,
    async close() {
      for (const server of servers.reverse()) await server.close();
      await services.close();
    },
  };
}

export interface DataApi {
  readonly client: RedshiftDataClient;
  /** Submits to the test's warehouse unless a session is named; gives the id back. */
  submit(sql: string, further?: Partial<ExecuteStatementInput>): Promise<string>;
  submitBatch(sqls: string[], further?: Partial<BatchExecuteStatementInput>): Promise<string>;
  /** The description once the statement has ended. */
  settled(id: string): Promise<DescribeStatementResponse>;
  run(sql: string, further?: Partial<ExecuteStatementInput>): Promise<DescribeStatementResponse>;
  runBatch(
    sqls: string[],
    further?: Partial<BatchExecuteStatementInput>,
  ): Promise<DescribeStatementResponse>;
  /** The rows of a query that must succeed, as plain values. */
  rows(sql: string, further?: Partial<ExecuteStatementInput>): Promise<unknown[][]>;
}

/** The real client, signing with the server's key, and the few steps that every test takes with it. */
export function dataApi(endpoint: string, accessKeyId = "local"): DataApi {
  const client = new RedshiftDataClient({
    endpoint,
    region: "us-east-1",
    credentials: { accessKeyId, secretAccessKey: "local" },
  });
  const where = (further: { SessionId?: string | undefined }) =>
    further.SessionId === undefined ? WAREHOUSE : {};
  const api: DataApi = {
    client,
    async submit(Sql, further = {}) {
      const input = { ...where(further), Sql, ...further };
      const { Id = "" } = await client.send(new ExecuteStatementCommand(input));
      return Id;
    },
    async submitBatch(Sqls, further = {}) {
      const input = { ...where(further), Sqls, ...further };
      const { Id = "" } = await client.send(new BatchExecuteStatementCommand(input));
      return Id;
    },
    settled: (Id) => client.send(new DescribeStatementCommand({ Id, WaitTimeSeconds: 30 })),
    run: async (sql, further) => api.settled(await api.submit(sql, further)),
    runBatch: async (sqls, further) => api.settled(await api.submitBatch(sqls, further)),
    async rows(sql, further) {
      const { Id, Error: reason } = await api.run(sql, further);
      if (reason !== undefined) throw new Error(reason);
      const { Records } = await client.send(new GetStatementResultCommand({ Id }));
      return (Records ?? []).map((record) => record.map(plain));
    },
  };
  return api;
}

function plain(field: Field): unknown {
  return field.isNull === true ? null : Object.values(field)[0];
}

/** Past the API, for what Redshift has no words for. */
export async function inPostgres({ postgresUrl }: TestRedshift, sql: string) {
  const client = new pg.Client(postgresUrl);
  await client.connect();
  try {
    return await client.query(sql);
  } finally {
    await client.end();
  }
}

/** A query that takes so long on this server. */
export function slowQuery({ faults }: { readonly faults: Faults }, milliseconds: number): string {
  const sql = `select 'takes ${milliseconds} ms'`;
  faults.add({ kind: "slowness", sql: `^${sql}$`, milliseconds, times: "always" });
  return sql;
}

/** Gives the rows 1 to `count` of `n(i)`, or without a count keeps the database busy for ever. */
export function numbers(count = Infinity): string {
  const last = count === Infinity ? "" : ` where i < ${count}`;
  return `with recursive n(i) as (select cast(1 as bigint) union all select i + 1 from n${last})`;
}

/** How a call was refused, as `name: message`. */
export async function refusal(call: Promise<unknown>): Promise<string> {
  const outcome: unknown = await call.catch((error: unknown) => error);
  return outcome instanceof Error ? `${outcome.name}: ${outcome.message}` : "accepted";
}
