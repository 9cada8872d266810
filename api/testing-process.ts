import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { createShopClient } from "./client.ts";
import type { DynamoDbConnection } from "./dynamodb/table.ts";

const MAIN = fileURLToPath(new URL("main.ts", import.meta.url));

export interface ServiceProcess {
  child: ChildProcess;
  /** Undefined when it ended before it listened. */
  url: string | undefined;
  /** Its exit code (or signal), and all that it wrote to stderr. */
  ended: Promise<{ code: number | NodeJS.Signals; stderr: string }>;
}

/** The real service in a process of its own, with these variables and no others. For tests. */
export async function startService(
  variables: NodeJS.ProcessEnv,
  args: readonly string[] = [],
): Promise<ServiceProcess> {
  const child = spawn(process.execPath, ["--import", "tsx", MAIN, ...args], {
    env: { PATH: process.env["PATH"], MERCADO_API_PORT: "0", ...variables },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stderr = "";
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = once(child, "close").then((values) => {
    const [code, signal] = values as [number, null] | [null, NodeJS.Signals];
    return { code: code ?? signal, stderr };
  });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const first = await lines.next();
  return { child, url: first.done === true ? undefined : first.value, ended };
}

/** {@link startService} of one that has to listen. */
export async function openService(
  variables: NodeJS.ProcessEnv,
): Promise<ServiceProcess & { url: string }> {
  const { child, url, ended } = await startService(variables);
  if (url === undefined) throw new Error((await ended).stderr);
  return { child, url, ended };
}

export function variablesFor(shop: {
  postgresUrl: string;
  dynamodb: DynamoDbConnection;
}): NodeJS.ProcessEnv {
  return {
    MERCADO_POSTGRES_URL: shop.postgresUrl,
    MERCADO_DYNAMODB_ENDPOINT: shop.dynamodb.endpoint,
    AWS_REGION: shop.dynamodb.region,
    AWS_ACCESS_KEY_ID: shop.dynamodb.accessKeyId,
    AWS_SECRET_ACCESS_KEY: shop.dynamodb.secretAccessKey,
  };
}

export interface Wire {
  /** Where to connect to instead of the target. */
  port: number;
  /** From now on (or no longer), accepts and answers nothing. */
  hang(hanging: boolean): void;
  /** All that went to the target. */
  sent(): string;
  close(): Promise<void>;
}

/** Stands between the service and a database. For tests. */
export async function openWire(target: { host: string; port: number }): Promise<Wire> {
  const sockets = new Set<Socket>();
  let hanging = false;
  let sent = "";
  const server = createServer((near) => {
    const far = connect(target.port, target.host);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      if (hanging) from.pause();
      from.on("data", (chunk: Buffer) => {
        if (from === near) sent += chunk.toString("latin1");
        to.write(chunk);
        if (hanging) from.pause();
      });
      from.on("error", () => to.destroy());
      from.on("close", () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    hang(now) {
      hanging = now;
      for (const socket of sockets) {
        if (now) socket.pause();
        else socket.resume();
      }
    },
    sent: () => sent,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

/** `url` with the wire's port in place of its own. */
export function through(wire: Wire, url: string): string {
  const changed = new URL(url);
  changed.hostname = "127.0.0.1";
  changed.port = String(wire.port);
  return changed.href;
}

export function addressOf(url: string): { host: string; port: number } {
  const { hostname, port } = new URL(url);
  return { host: hostname, port: Number(port) };
}

/** A service on the shop's databases, seen by a client that sends a call once. */
export async function startShopProcess(
  shop: Parameters<typeof variablesFor>[0],
  variables: NodeJS.ProcessEnv = {},
) {
  const { child, url, ended } = await openService({ ...variablesFor(shop), ...variables });
  return {
    client: createShopClient({ url, retries: 0 }),
    /** Exit code, or the signal that ended it. */
    ended: ended.then(({ code }) => code),
    stop: () => child.kill("SIGTERM"),
  };
}
