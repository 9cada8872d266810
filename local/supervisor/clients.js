import { createServer } from "node:net";

/** A supervisor that nobody joins has lost its client. */
const FIRST_CLIENT_MS = 15_000;
const GREETING_MS = 10_000;
const GREETING_BYTES = 4096;

/**
 * Listens for clients on the loopback. Each says in one line who it is and what it wants, gets one line back, and keeps
 * the connection. When the last one is gone, `stop` is called once, and the connections end after it.
 * @param {{
 *   token: string,
 *   serve: (wanted: import("./services.js").Wanted) => Promise<object>,
 *   describe: (error: unknown) => object,
 *   stop: () => Promise<void>,
 * }} options
 * @returns {Promise<{ port: number, stop: () => void }>}
 */
export async function startClientServer({ token, serve, describe, stop }) {
  /** @type {Set<import("node:net").Socket>} */
  const clients = new Set();
  /** @type {Set<import("node:net").Socket>} */
  const open = new Set();
  let stopping = false;

  const finish = async () => {
    if (stopping) return;
    stopping = true;
    clearTimeout(timer);
    server.close();
    for (const socket of open) if (!clients.has(socket)) socket.destroy();
    try {
      await stop();
    } catch (error) {
      console.error(error);
      process.exitCode = 1;
    }
    for (const socket of clients) socket.destroy();
  };

  // With allowHalfOpen a client that said goodbye can still be told that everything has stopped, by our own end.
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    if (stopping) return void socket.destroy();
    open.add(socket);
    let text = "";
    socket.setEncoding("utf8");
    socket.setTimeout(GREETING_MS, () => void socket.destroy());
    socket.on("error", () => undefined);
    socket.on("data", (chunk) => {
      if (clients.has(socket)) return;
      text += chunk;
      if (text.length > GREETING_BYTES) socket.destroy();
      else if (text.includes("\n")) void greet(socket, text.slice(0, text.indexOf("\n")));
    });
    const left = () => {
      open.delete(socket);
      const wasClient = clients.has(socket);
      if (wasClient && clients.size === 1) return void finish();
      clients.delete(socket);
      socket.end();
    };
    socket.once("end", left);
    socket.once("close", left);
  });

  /**
   * @param {import("node:net").Socket} socket
   * @param {string} line
   */
  const greet = async (socket, line) => {
    const wanted = greeting(line);
    if (stopping || wanted?.token !== token) return void socket.destroy();
    clearTimeout(timer);
    socket.setTimeout(0);
    clients.add(socket);
    socket.write("welcome\n");
    const answer = await serve(wanted).catch((error) => ({ error: describe(error) }));
    if (socket.writable && !stopping) socket.write(`${JSON.stringify(answer)}\n`);
  };

  await new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => resolve(undefined));
  });
  const timer = setTimeout(finish, FIRST_CLIENT_MS);
  const address = server.address();
  return {
    port: typeof address === "object" && address ? address.port : 0,
    stop: () => void finish(),
  };
}

/**
 * @param {string} line
 * @returns {(import("./services.js").Wanted & { token: string }) | undefined}
 */
function greeting(line) {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
