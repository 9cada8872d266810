import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";

/** What happens to a query on its way to the server, or to its answer: the connection breaks before, or after it took effect. */
export type PostgresFault = "none" | "reset" | "lose";

export interface FaultyPostgres {
  /** Like the real one's, but leading here. */
  readonly url: string;
  /** Queries that came, on all connections. */
  readonly queries: number;
  close(): Promise<void>;
}

const PARSE = "P".charCodeAt(0);
const QUERY = "Q".charCodeAt(0);

/** Whether a chunk of a client's begins a query: node-postgres writes each in a chunk of its own. */
function isQuery(chunk: Buffer): boolean {
  return chunk[0] === PARSE || chunk[0] === QUERY;
}

/**
 * Stands between a client and the real Postgres at `target`, on 127.0.0.1, and breaks the connections that `faultOf` says,
 * by the number of the query over all connections. A query whose answer is lost has been answered by the real server.
 */
export async function openFaultyPostgres(
  target: string,
  faultOf: (number: number) => PostgresFault,
): Promise<FaultyPostgres> {
  const { hostname, port } = new URL(target);
  const state = { queries: 0 };
  const open = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    let losing = false;
    const breakOff = () => {
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on("error", breakOff);
      socket.on("close", () => {
        open.delete(socket);
        breakOff();
      });
    }
    client.on("data", (chunk: Buffer) => {
      if (isQuery(chunk)) {
        const fault = faultOf(state.queries);
        state.queries += 1;
        if (fault === "reset") {
          breakOff();
          return;
        }
        losing ||= fault === "lose";
      }
      upstream.write(chunk);
    });
    upstream.on("data", (chunk: Buffer) => {
      if (losing) breakOff();
      else client.write(chunk);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = new URL(target);
  url.hostname = "127.0.0.1";
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.href,
    get queries() {
      return state.queries;
    },
    async close() {
      server.close();
      for (const socket of open) socket.destroy();
      await once(server, "close");
    },
  };
}
