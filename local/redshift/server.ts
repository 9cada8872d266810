import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { authorise } from "./authorisation.ts";
import { openConnections, type Isolation } from "./connections.ts";
import { DataApiError } from "./data-api-error.ts";
import { answerFaultRequest } from "./fault-requests.ts";
import { FaultPlan, type Faults } from "./faults.ts";
import { REDSHIFT_LIMITS, type Limits } from "./limits.ts";
import type { Answer, OperationContext } from "./operation.ts";
import { OPERATIONS } from "./operations.ts";
import { readCall, sendAnswer, sendError, type Call } from "./protocol.ts";
import { Sessions } from "./sessions.ts";
import { Slots } from "./slots.ts";
import type { Storage } from "./sql/execute-statement.ts";
import { StatementHistory } from "./statement-history.ts";
import { ADMINISTRATOR } from "./warehouse.ts";

export interface RedshiftServerOptions {
  /** A Postgres server, as a user who may create databases. */
  readonly postgresUrl: string;
  /** Created when missing. Default `warehouse`. */
  readonly database?: string;
  /** Default `serializable`, where most conflicts are found. AWS's own default is `snapshot`. */
  readonly isolation?: Isolation;
  /** Default 0: any free port of 127.0.0.1. */
  readonly port?: number;
  /** Default `mercado`. */
  readonly workgroups?: readonly string[];
  /** Default `mercado`. */
  readonly clusters?: readonly string[];
  /** The key of the administrator `IAM:mercado`, that requests are signed with. Default `local`. */
  readonly accessKeyId?: string;
  /** Further keys, each with the user of the database that its IAM identity is: `IAM:ana`, `IAMR:analysts`. */
  readonly identities?: Readonly<Record<string, string>>;
  /** Users of the database by the ARNs of their secrets. Any other secret is that of `awsuser`. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** Where COPY and UNLOAD find s3:// locations. Default: AWS itself. */
  readonly storage?: Partial<Storage>;
  readonly limits?: Partial<Limits>;
  /** Statements outside sessions that run at the same time; the others wait in the queue. Default 20. */
  readonly slots?: number;
  /** Milliseconds since 1970. Default: the clock. */
  readonly now?: () => number;
}

export interface RedshiftServer {
  readonly endpoint: string;
  readonly faults: Faults;
  /** Cancels what runs, rolls back open transactions, and stops. May be called twice. */
  close(): Promise<void>;
}

/** The user of whoever signs with the first key: a superuser, as who made the warehouse is. */
const CALLER = "IAM:mercado";

/** Starts a server that speaks the Redshift Data API to the AWS SDK over a Postgres database. */
export async function openRedshiftServer(options: RedshiftServerOptions): Promise<RedshiftServer> {
  const faults = new FaultPlan();
  const region = options.storage?.region ?? "us-east-1";
  const limits = { ...REDSHIFT_LIMITS, ...options.limits };
  const now = options.now ?? Date.now;
  const connections = await openConnections({
    postgresUrl: options.postgresUrl,
    database: options.database ?? "warehouse",
    isolation: options.isolation ?? "serializable",
    administrators: [ADMINISTRATOR, CALLER],
  });
  const context: OperationContext = {
    connections,
    faults,
    limits,
    now,
    sessions: new Sessions({ connections, limits, now }),
    slots: new Slots(options.slots ?? 20),
    storage: { endpoint: undefined, ...options.storage, region },
    history: new StatementHistory(limits, now),
    warehouses: {
      workgroups: options.workgroups ?? ["mercado"],
      clusters: options.clusters ?? ["mercado"],
    },
    identities: { caller: CALLER, secrets: options.secrets ?? {} },
  };
  const keys = { ...options.identities, [options.accessKeyId ?? "local"]: CALLER };
  const server = createServer((request, response) => {
    void answer(request, response, { context, keys });
  });
  server.listen(options.port ?? 0, "127.0.0.1");
  try {
    await once(server, "listening");
  } catch (error) {
    await connections.close();
    throw error;
  }
  const { port } = server.address() as AddressInfo;
  let closing: Promise<void> | undefined;
  const close = async () => {
    server.close();
    server.closeAllConnections();
    const running = context.history.list().filter(({ hasEnded }) => !hasEnded);
    for (const { cancelling } of running) cancelling.abort(new Error("The server stops."));
    await Promise.all(running.map(({ ended }) => ended));
    await context.sessions.endAll();
    await connections.close();
  };
  return { endpoint: `http://127.0.0.1:${port}`, faults, close: () => (closing ??= close()) };
}

interface Front {
  readonly context: OperationContext;
  /** Users of the database by the keys of their identities. */
  readonly keys: Readonly<Record<string, string>>;
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { context, keys }: Front,
): Promise<void> {
  try {
    if (request.url === "/_faults") {
      await answerFaultRequest(request, response, context.faults);
      return;
    }
    const call = await readCall(request);
    const caller = authorise(request.headers, keys);
    const identities = { ...context.identities, caller };
    const result = await answerCall(call, { ...context, identities });
    if (result === undefined) request.socket.destroy();
    else sendAnswer(response, result);
  } catch (error) {
    sendError(response, error);
  }
}

/** Undefined when the response is to be lost. */
async function answerCall(call: Call, context: OperationContext): Promise<Answer | undefined> {
  const { operation, body } = call;
  const occasion = { operation, sqls: sqlsOf(body) };
  const [refusal] = context.faults.atCall(["refusal"], occasion);
  if (refusal !== undefined) {
    throw new DataApiError(refusal.error ?? "ThrottlingException", "Rate exceeded");
  }
  const lost = context.faults.atCall(["lost-response"], occasion);
  if (lost.some(({ when }) => when === "before")) return undefined;
  const run = OPERATIONS.get(operation);
  if (run === undefined) {
    throw new DataApiError("UnknownOperationException", `${operation} is not an operation here.`);
  }
  const result = await run(body, context);
  if (lost.length === 0) return result;
  if (SUBMISSIONS.includes(operation) && "Id" in result) {
    await context.history.find(String(result.Id)).statement.ended;
  }
  return undefined;
}

/** A lost answer to one of these is lost after the statement has ended, so that its work is done. */
const SUBMISSIONS = ["ExecuteStatement", "BatchExecuteStatement"];

function sqlsOf(body: unknown): string[] {
  const { Sql, Sqls } = body as { Sql?: unknown; Sqls?: unknown };
  return [Sql, ...(Array.isArray(Sqls) ? (Sqls as unknown[]) : [])].filter(
    (sql): sql is string => typeof sql === "string",
  );
}
