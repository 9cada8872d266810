import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";

const ATTEMPTS = 8;

/**
 * Starts a server on the port that it had last time in this home, or else on a free one. Between choosing a port and
 * listening on it somebody else may take it; then another one is tried.
 * @template T
 * @param {{ home: string, service: string, start: (port: number) => Promise<T | "port taken"> }} options
 * @returns {Promise<T>}
 */
export async function onFreePort({ home, service, start }) {
  const record = join(home, "ports.json");
  const last = recorded(record)[service];
  for (let attempt = 0; ; attempt += 1) {
    const port = attempt === 0 && last !== undefined ? last : await freePort();
    const started = await start(port);
    if (started !== "port taken") {
      writeFileSync(record, `${JSON.stringify({ ...recorded(record), [service]: port })}\n`);
      return started;
    }
    if (attempt === ATTEMPTS) throw new Error(`${ATTEMPTS} ports in a row were taken`);
  }
}

/**
 * @param {string} record
 * @returns {Partial<Record<string, number>>}
 */
function recorded(record) {
  try {
    return JSON.parse(readFileSync(record, "utf8"));
  } catch {
    return {};
  }
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}
