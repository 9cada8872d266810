import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startClientServer } from "./clients.js";
import { Failure, described } from "./failure.js";
import { acquire, release } from "./lock.js";
import { startOf } from "./processes.js";
import { Services } from "./services.js";

/**
 * The supervisor: the one process of a home that owns its Postgres and DynamoDB. It is plain JavaScript, since a
 * TypeScript loader would cost 0.25 s at every start. It says one line on stdout: where it listens, that another
 * supervisor serves the home, or why it cannot work.
 *
 * @typedef {{ home: string, durable: boolean, temporary: boolean }} Options
 * @typedef {{ address: string, ended: Promise<void>, stop: () => Promise<void>, remove: () => void }} RunningService
 */

/** How long another supervisor of the home may take to stop. */
const HANDOVER_MS = 90_000;

/** @param {Options} options */
async function supervise(options) {
  const { home } = options;
  const held = await acquire(lockOf(home), () => isServed(home), HANDOVER_MS);
  if (held === "served") return announce({ occupied: true });
  if (held === "timeout") {
    throw new Failure({
      code: "LOCAL_HOME_BUSY",
      message: `Another process has been starting or stopping the services of ${home} for too long.`,
      hint: `See ${home}/logs; its process id is part of the name of ${home}/supervisor-*.lock.`,
    });
  }
  const services = new Services(options);
  const token = randomBytes(24).toString("base64url");
  const record = join(home, "services.json");
  const server = await startClientServer({
    token,
    serve: (wanted) => services.addresses(wanted),
    describe: (error) => described(error, home),
    stop: async () => {
      // Somebody may have deleted the whole home, and a new supervisor made a new one.
      if (recordedPid(home) === process.pid) rmSync(record, { force: true });
      await services.stop();
      if (options.temporary) {
        await services.remove();
        rmSync(home, { recursive: true, force: true });
      }
      release(lockOf(home));
    },
  });
  const self = { pid: process.pid, home, port: server.port, token };
  writeFileSync(`${record}.new`, `${JSON.stringify(self)}\n`, { mode: 0o600 });
  renameSync(`${record}.new`, record);
  announce(self);
  services.onServerEnded = server.stop;
  for (const signal of ["SIGTERM", "SIGINT"]) process.on(signal, server.stop);
  process.on("SIGHUP", () => undefined);
}

/** @param {string} home */
function lockOf(home) {
  return { home, kind: "supervisor" };
}

/** @param {string} home */
function isServed(home) {
  const pid = recordedPid(home);
  return pid !== undefined && startOf(pid) !== undefined;
}

/**
 * @param {string} home
 * @returns {number | undefined}
 */
function recordedPid(home) {
  try {
    return JSON.parse(readFileSync(join(home, "services.json"), "utf8")).pid;
  } catch {
    return undefined;
  }
}

/** @param {object} message */
function announce(message) {
  process.stdout.end(`${JSON.stringify(message)}\n`);
}

/** @type {Options} */
const options = JSON.parse(process.argv[2] ?? "{}");
try {
  mkdirSync(options.home, { recursive: true });
  await supervise({ ...options, home: realpathSync(options.home) });
} catch (error) {
  release(lockOf(options.home));
  announce({ error: described(error, options.home) });
  console.error(error);
}
