import { once } from "node:events";
import {
  createServer,
  request,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import type { DynamoDbConnection } from "../dynamodb/table.ts";

export type Fault = "pass" | "lose-response" | "refuse";

/** Stands between the service and DynamoDB; `decide` says what becomes of each request, by its operation. */
export async function openFaultyDynamoDb(
  { endpoint }: DynamoDbConnection,
  decide: (operation: string) => Fault | Promise<Fault>,
) {
  if (endpoint === undefined) throw new Error("AWS itself is not led through here");
  const target = new URL(endpoint);
  async function pass(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const fault = await decide(String(incoming.headers["x-amz-target"]).split(".")[1] ?? "");
    if (fault === "refuse") {
      incoming.socket.destroy();
      return;
    }
    const onward = request(
      { host: target.hostname, port: target.port, method: "POST", headers: incoming.headers },
      (answer: IncomingMessage) => {
        if (fault === "lose-response") {
          // It has taken effect by the time that the answer begins.
          answer.resume();
          incoming.socket.destroy();
          return;
        }
        outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(outgoing);
      },
    );
    incoming.pipe(onward);
  }
  const server: Server = createServer((incoming, outgoing) => {
    void pass(incoming, outgoing);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
