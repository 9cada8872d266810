import { createHash } from "node:crypto";
import { readFileSync, readlinkSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Failure, spawnFailure } from "./failure.js";
import { onFreePort } from "./ports.js";
import { postgresBinaries } from "./postgres-binaries.js";
import { ensureCluster, locateCluster } from "./postgres-cluster.js";
import { POSTGRES_ENVIRONMENT, postgresFailure } from "./postgres-tool.js";
import { holdsWords, runningProcesses, startOf, stopProcess } from "./processes.js";
import { prepareLog, readiness, startServer } from "./server-process.js";

/** Recovery after a crash of a large database takes long. */
const START_MS = 300_000;

/**
 * @param {{ home: string, durable: boolean, temporary: boolean }} options
 * @returns {Promise<import("./main.js").RunningService>}
 */
export async function startPostgres({ home, durable, temporary }) {
  const log = join(home, "logs", "postgres.log");
  prepareLog(log);
  const cluster = locateCluster(home);
  const mark = `mercado-${createHash("sha256").update(home).digest("hex").slice(0, 16)}`;
  await clearDataFolder(cluster.data, mark);
  const binaries = postgresBinaries(cluster.account);
  await ensureCluster(cluster, { binaries, durable, log });
  const password = readFileSync(join(cluster.folder, "password"), "utf8");

  /** @param {number} port */
  const start = async (port) => {
    const words = ["-D", cluster.data, "-p", String(port), ...settings(mark, durable)];
    const program = join(binaries.folder, "bin", "postgres");
    for (let attempt = 0; ; attempt += 1) {
      const from = prepareLog(log);
      const server = await startServer({
        ...{ program, words, log, account: cluster.account },
        ...{ cwd: cluster.data, env: POSTGRES_ENVIRONMENT },
      });
      const outcome = await readiness(server, () => isReady(cluster.data, server.pid), START_MS);
      if (outcome === "ready") return { server, port };
      if (outcome === "timeout") {
        await server.stop("SIGINT");
        throw postgresFailure(log, `not ready within ${START_MS / 1000} s`);
      }
      const said = readFileSync(log, "utf8").slice(from);
      if (/could not (bind|create any TCP)/.test(said)) return "port taken";
      // The backends of a killed server need a moment to notice its death.
      if (attempt === 50 || !/pre-existing shared memory block/.test(said)) {
        throw postgresFailure(log, "it ended at once");
      }
      await sleep(100);
    }
  };
  try {
    const { server, port } = await onFreePort({ home, service: "postgres", start });
    return {
      address: `postgres://mercado:${password}@127.0.0.1:${port}/mercado`,
      ended: server.ended,
      stop: () => server.stop(temporary ? "SIGQUIT" : "SIGINT"),
      remove: () => rmSync(cluster.folder, { recursive: true, force: true }),
    };
  } catch (error) {
    throw spawnFailure(error, "MERCADO_POSTGRES_URL") ?? error;
  }
}

/**
 * @param {string} mark shows in the process list, so that an orphan is known as one of this home
 * @param {boolean} durable
 */
function settings(mark, durable) {
  const all = [`cluster_name=${mark}`, "listen_addresses=127.0.0.1", "unix_socket_directories="];
  // Shared memory as files of the data folder: a container has little of the other kind, and a killed server leaves it.
  all.push("dynamic_shared_memory_type=mmap");
  // What the user's own server or a stray postgresql.conf says about logs must not hide errors from us.
  all.push("logging_collector=off", "log_destination=stderr");
  if (!durable) {
    all.push("fsync=off", "full_page_writes=off", "shared_buffers=32MB");
  }
  return all.flatMap((each) => ["-c", each]);
}

/**
 * The eighth line of postmaster.pid is the server's own word on its state.
 * @param {string} data
 * @param {number} pid
 */
function isReady(data, pid) {
  const lines = postmasterLines(data);
  return Number(lines[0]) === pid && lines[7]?.trim() === "ready";
}

/**
 * @param {string} data
 * @returns {string[]}
 */
function postmasterLines(data) {
  try {
    return readFileSync(join(data, "postmaster.pid"), "utf8").split("\n");
  } catch {
    return [];
  }
}

/**
 * Stops what a killed supervisor left running on the data, and refuses when somebody else's server runs on it.
 * @param {string} data
 * @param {string} mark
 */
async function clearDataFolder(data, mark) {
  for (const running of runningProcesses()) {
    const isOurs =
      holdsWords(running, ["-D", data]) && holdsWords(running, [`cluster_name=${mark}`]);
    if (isOurs) await stopProcess(running.pid, "SIGINT", 30_000);
  }
  // Backends outlive a killed server for a moment, and would write beside the new one.
  for (const { pid, command } of runningProcesses()) {
    if (command.startsWith(`postgres: ${mark}: `)) await stopProcess(pid, "SIGQUIT", 2_000);
  }
  const pid = Number(postmasterLines(data)[0]);
  if (!(pid > 0)) return;
  if (startOf(pid) !== undefined && isPostgresOn(data, pid)) {
    throw new Failure({
      code: "LOCAL_DATA_FOLDER_TAKEN",
      message: `Another Postgres (process ${pid}) is running on ${data}.`,
      hint: `Stop that server, or set MERCADO_POSTGRES_URL to use it, or choose another home with MERCADO_HOME.`,
    });
  }
  // Postgres itself would take a zombie, or another program with the same id, for a running server.
  rmSync(join(data, "postmaster.pid"), { force: true });
}

/**
 * @param {string} data
 * @param {number} pid
 */
function isPostgresOn(data, pid) {
  const command = runningProcesses().find((each) => each.pid === pid)?.command ?? "";
  if (!/^(postgres|postmaster)/.test(basename(command.split(/[\0 ]/)[0] ?? ""))) return false;
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === data;
  } catch {
    // Where its folder cannot be seen, a Postgres whose id stands in the data folder is taken at its word.
    return true;
  }
}
