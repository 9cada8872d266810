import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { Failure, diskFull, lastLines, spawnFailure } from "./failure.js";
import { onFreePort } from "./ports.js";
import { holdsWords, runningProcesses, stopProcess } from "./processes.js";
import { prepareLog, readiness, startServer } from "./server-process.js";

const START_MS = 60_000;
/** The name under which our servers stand in the process list. */
const MARK = "mercado-dynoxide";

/**
 * @param {{ home: string }} options
 * @returns {Promise<import("./main.js").RunningService>}
 */
export async function startDynamodb({ home }) {
  const log = join(home, "logs", "dynamodb.log");
  const file = join(home, "dynamodb", "tables.sqlite");
  const program = binary();
  await clearDataFile(file);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const { server, port } = await onFreePort({
    home,
    service: "dynamodb",
    start: async (port) => {
      const from = prepareLog(log);
      const words = ["serve", "--host", "127.0.0.1", "--port", String(port), "--db-path", file];
      const options = { program, words, log, cwd: dirname(file), env: {}, argv0: MARK };
      const server = await startServer(options).catch((error) => {
        throw spawnFailure(error, "MERCADO_DYNAMODB_ENDPOINT") ?? error;
      });
      const said = () => readFileSync(log, "utf8").slice(from);
      const outcome = await readiness(server, () => said().includes("listening on"), START_MS);
      if (outcome === "ready") return { server, port };
      if (outcome === "ended" && /already in use/.test(said())) return "port taken";
      await server.stop("SIGTERM");
      throw dynamodbFailure(log, file);
    },
  });
  return {
    address: `http://127.0.0.1:${port}`,
    ended: server.ended,
    stop: () => server.stop("SIGTERM"),
    remove: () => undefined,
  };
}

function binary() {
  const name = `@dynoxide/${process.platform}-${process.arch}`;
  try {
    return createRequire(import.meta.url).resolve(`${name}/dynoxide`);
  } catch {
    throw new Failure({
      code: "LOCAL_DYNAMODB_MISSING",
      message: `The embedded DynamoDB for this platform (npm package ${name}) is not installed.`,
      hint: "Start DynamoDB Local (docker compose up -d dynamodb) and set MERCADO_DYNAMODB_ENDPOINT to its URL, or to aws.",
    });
  }
}

/**
 * Stops what a killed supervisor left running on the file, and refuses when somebody else's server uses it.
 * @param {string} file
 */
async function clearDataFile(file) {
  if (!existsSync(file)) return;
  for (const running of runningProcesses()) {
    if (!holdsWords(running, ["--db-path", file])) continue;
    if (!running.command.startsWith(MARK)) {
      throw new Failure({
        code: "LOCAL_DATA_FOLDER_TAKEN",
        message: `Another program (process ${running.pid}) is running on ${file}.`,
        hint: "Stop that server, or set MERCADO_DYNAMODB_ENDPOINT to use it, or choose another home with MERCADO_HOME.",
      });
    }
    await stopProcess(running.pid, "SIGTERM", 10_000);
  }
}

/**
 * @param {string} log
 * @param {string} file
 */
function dynamodbFailure(log, file) {
  const said = lastLines(log);
  if (/disk is full|No space left on device/.test(said)) return diskFull(file);
  return new Failure({
    code: "LOCAL_DYNAMODB_FAILED",
    message: `The embedded DynamoDB did not start. Its log ends with:\n${said}`,
    hint: `The whole log is ${log}.`,
  });
}
