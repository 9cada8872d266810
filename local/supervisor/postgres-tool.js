import { spawn } from "node:child_process";
import { closeSync, fstatSync, openSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Failure, diskFull, lastLines, spawnFailure } from "./failure.js";

/** Postgres reads its locale and much else from the environment; the user's own PG… variables are none of its business. */
export const POSTGRES_ENVIRONMENT = {
  PATH: process.env["PATH"] ?? "/usr/bin:/bin",
  LC_ALL: "C",
  TZ: "UTC",
};

/**
 * Runs one of Postgres's programs to its end.
 * @param {{
 *   binaries: import("./postgres-binaries.js").Binaries,
 *   account: import("./account.js").Account | undefined,
 *   name: "initdb" | "postgres",
 *   words: string[],
 *   log: string,
 *   input?: string,
 *   closingWords?: string,
 * }} options  With `closingWords` it has failed unless it said them: a single-user Postgres survives every failed statement,
 *   and ends with code 0.
 */
export async function runPostgresTool(options) {
  const { binaries, account, name, words, log, input, closingWords = "" } = options;
  const output = openSync(log, "a");
  const from = fstatSync(output).size;
  try {
    const child = spawn(join(binaries.folder, "bin", name), words, {
      ...account,
      cwd: "/",
      env: POSTGRES_ENVIRONMENT,
      stdio: ["pipe", output, output],
    });
    child.stdin?.on("error", () => undefined);
    child.stdin?.end(input ?? "");
    const code = await new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", resolve);
    });
    if (code !== 0) throw postgresFailure(log, `${name} ended with code ${code}`);
    if (!readFileSync(log).subarray(from).includes(closingWords)) {
      throw postgresFailure(log, `${name} did not do all that it was told`);
    }
  } catch (error) {
    throw spawnFailure(error, "MERCADO_POSTGRES_URL") ?? error;
  } finally {
    closeSync(output);
  }
}

/**
 * The user's view of a Postgres program that failed, from the end of its log.
 * @param {string} log
 * @param {string} what
 */
export function postgresFailure(log, what) {
  const said = lastLines(log);
  if (/No space left on device|Disk quota exceeded|wrote only \d+ of \d+ bytes/.test(said)) {
    return diskFull(dirname(dirname(log)));
  }
  if (/user does not exist/.test(said)) {
    return new Failure({
      code: "LOCAL_USER_UNKNOWN",
      message: `Postgres cannot create its data as a user without a name (id ${process.getuid?.()}).`,
      hint: "Give this user a line in /etc/passwd, or run as root, or set MERCADO_POSTGRES_URL to a Postgres that runs elsewhere.",
    });
  }
  return new Failure({
    code: "LOCAL_POSTGRES_FAILED",
    message: `Postgres did not start: ${what}. Its log ends with:\n${said}`,
    hint: `The whole log is ${log}.`,
  });
}
