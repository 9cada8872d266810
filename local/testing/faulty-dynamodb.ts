import { createServer, request, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";

/** What happens to a request on its way to the real server, or to the answer on its way back. */
export type Fault =
  | { readonly kind: "none" }
  /**
   * An error of DynamoDB's own, or a fault of the server; the request does not arrive. `reasons` are those of a
   * transaction that was cancelled, one for each of its items.
   */
  | {
      readonly kind: "refuse";
      readonly status: number;
      readonly type: string;
      readonly reasons?: readonly string[];
    }
  /** The request does not arrive: the connection breaks. */
  | { readonly kind: "reset" }
  /** The request takes effect; the connection breaks before the answer, or in the middle of it. */
  | { readonly kind: "lose" }
  | { readonly kind: "cut" }
  | { readonly kind: "delay"; readonly milliseconds: number }
  /** A batch of which DynamoDB did only the first `items`. */
  | { readonly kind: "leave unprocessed"; readonly items: number };

export interface SeenRequest {
  /** `Scan`, `Query`, … */
  readonly operation: string;
  readonly body: string;
  readonly fault: Fault;
}

export interface FaultyDynamoDb {
  readonly endpoint: string;
  /** All requests, in the order of their arrival. */
  readonly requests: readonly SeenRequest[];
  close(): Promise<void>;
}

/** Stands between a client and the real DynamoDB at `target`, on 127.0.0.1, and disturbs what `faultOf` says. */
export async function openFaultyDynamoDb(
  target: string,
  faultOf: (operation: string, number: number) => Fault | Promise<Fault>,
): Promise<FaultyDynamoDb> {
  const requests: SeenRequest[] = [];
  const server = createServer((incoming, outgoing) => {
    void readAll(incoming).then(async (body) => {
      const operation = String(incoming.headers["x-amz-target"]).split(".").at(-1) ?? "";
      const number = requests.length;
      const request: { -readonly [Field in keyof SeenRequest]: SeenRequest[Field] } = {
        operation,
        body: body.toString("utf8"),
        fault: { kind: "none" },
      };
      requests.push(request);
      const fault = await faultOf(operation, number);
      request.fault = fault;
      switch (fault.kind) {
        case "refuse":
          answer(outgoing, fault);
          return;
        case "reset":
          incoming.socket.destroy();
          return;
        case "delay":
          await sleep(fault.milliseconds, undefined, { ref: false });
          break;
        default:
      }
      forward(target, incoming, body, (response, content) => {
        if (fault.kind === "lose") return void incoming.socket.destroy();
        if (fault.kind === "leave unprocessed") {
          outgoing.writeHead(200, { "content-type": "application/x-amz-json-1.0" });
          return void outgoing.end(leaveUnprocessed(body, content, fault.items));
        }
        outgoing.writeHead(response.statusCode ?? 500, response.headers);
        if (fault.kind !== "cut") return void outgoing.end(content);
        outgoing.write(content.subarray(0, content.length / 2), () => incoming.socket.destroy());
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => {
          resolve();
        });
      }),
  };
}

function answer(outgoing: ServerResponse, fault: Extract<Fault, { kind: "refuse" }>): void {
  const { status, type, reasons } = fault;
  outgoing.writeHead(status, { "content-type": "application/x-amz-json-1.0" });
  const __type = `com.amazonaws.dynamodb.v20120810#${type}`;
  const CancellationReasons = reasons?.map((Code) => ({ Code }));
  outgoing.end(JSON.stringify({ __type, message: `${type} by the test`, CancellationReasons }));
}

type JsonItem = Readonly<Record<string, unknown>>;

/** The real answer to a BatchGetItem of one table, less what stands behind the first items. */
function leaveUnprocessed(requested: Buffer, answered: Buffer, items: number): string {
  const { RequestItems: tables } = JSON.parse(requested.toString("utf8")) as {
    readonly RequestItems: Readonly<Record<string, { readonly Keys: readonly JsonItem[] }>>;
  };
  const answer = JSON.parse(answered.toString("utf8")) as {
    readonly Responses: Readonly<Record<string, readonly JsonItem[]>>;
  };
  const [table = ""] = Object.keys(tables);
  const keys = tables[table]?.Keys ?? [];
  const isOneOf = (some: readonly JsonItem[]) => (item: JsonItem) =>
    some.some((key) =>
      Object.entries(key).every(([name, value]) => isDeepStrictEqual(item[name], value)),
    );
  return JSON.stringify({
    Responses: { [table]: (answer.Responses[table] ?? []).filter(isOneOf(keys.slice(0, items))) },
    UnprocessedKeys: { [table]: { Keys: keys.slice(items), ConsistentRead: true } },
  });
}

function forward(
  target: string,
  incoming: IncomingMessage,
  body: Buffer,
  done: (response: IncomingMessage, content: Buffer) => void,
): void {
  const { host, ...headers } = incoming.headers;
  const upstream = request(
    target,
    { method: "POST", headers: { ...headers, host } },
    (response) => {
      void readAll(response).then((content) => {
        done(response, content);
      });
    },
  );
  upstream.on("error", () => incoming.socket.destroy());
  upstream.end(body);
}

async function readAll(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
