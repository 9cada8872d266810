import { readFileSync } from "node:fs";

/** An error for the user. The codes are listed in `local/failure.ts`. */
export class Failure extends Error {
  /** @param {{ code: string, message: string, hint: string }} failure */
  constructor({ code, message, hint }) {
    super(message);
    this.code = code;
    this.hint = hint;
  }
}

/**
 * What the client is told about any error of this process.
 * @param {unknown} error
 * @param {string} home
 */
export function described(error, home) {
  const failure = error instanceof Failure ? error : fromSystem(error, home);
  return { code: failure.code, message: failure.message, hint: failure.hint };
}

/**
 * @param {unknown} error
 * @param {string} home
 */
function fromSystem(error, home) {
  const { code, message } = /** @type {NodeJS.ErrnoException} */ (error);
  switch (code) {
    case "ENOSPC":
    case "EDQUOT":
      return diskFull(home);
    case "EROFS":
    case "EACCES":
    case "EPERM":
      return notWritable(home, message);
    default:
      return new Failure({
        code: "LOCAL_SUPERVISOR_FAILED",
        message: `The local services of ${home} could not be started: ${message}`,
        hint: `See ${home}/logs.`,
      });
  }
}

/** @param {string} home */
export function diskFull(home) {
  return new Failure({
    code: "LOCAL_DISK_FULL",
    message: `The disk that holds ${home} is full.`,
    hint: "Free some space there, or choose another folder with MERCADO_HOME.",
  });
}

/**
 * @param {string} home
 * @param {string} cause
 */
function notWritable(home, cause) {
  return new Failure({
    code: "LOCAL_HOME_NOT_WRITABLE",
    message: `Cannot write to ${home}: ${cause}`,
    hint: "Make the folder writable for this user, or choose another one with MERCADO_HOME.",
  });
}

/**
 * The last lines of a server's log, for an error message.
 * @param {string} path
 */
export function lastLines(path, count = 8) {
  try {
    const lines = readFileSync(path, "utf8").trimEnd().split("\n").slice(-count);
    return lines.map((line) => `  ${line}`).join("\n");
  } catch {
    return "  (no log)";
  }
}

/**
 * Why a server's program could not be started at all; undefined when the error is about something else.
 * @param {unknown} error
 * @param {string} variable names a service that runs elsewhere
 */
export function spawnFailure(error, variable) {
  const { code, syscall, path } = /** @type {NodeJS.ErrnoException} */ (error);
  if (!syscall?.startsWith("spawn")) return undefined;
  switch (code) {
    case "EPERM":
    case "EINVAL":
      return new Failure({
        code: "LOCAL_USER_SWITCH_REFUSED",
        message:
          "Postgres does not run as root, and this root may not start a process as another user.",
        hint: `Run this as an ordinary user, or set ${variable} to a service that runs elsewhere.`,
      });
    case "ENOENT":
    case "ENOEXEC":
    case "EACCES":
      return new Failure({
        code: "LOCAL_PLATFORM_UNSUPPORTED",
        message: `${path} cannot be executed here (${code}): its folder forbids programs, or this system lacks the GNU C library.`,
        hint: `Set ${variable} to a service that runs elsewhere.`,
      });
    default:
      return undefined;
  }
}
