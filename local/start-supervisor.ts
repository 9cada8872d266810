import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync } from "node:fs";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { homeFailure, LocalServiceError, type LocalServiceFailure } from "./failure.ts";

export interface Supervisor {
  pid: number;
  home: string;
  port: number;
  token: string;
}

type Announcement = Supervisor | { occupied: true } | { error: LocalServiceFailure };

const PROGRAM = fileURLToPath(new URL("./supervisor/main.js", import.meta.url));

/**
 * Starts a supervisor in a session of its own, so that a Ctrl-C in this terminal does not reach it.
 * Undefined when another one serves the home already.
 */
export async function startSupervisor(options: {
  home: string;
  durable: boolean;
  temporary: boolean;
}): Promise<Supervisor | undefined> {
  const { home, durable, temporary } = options;
  const log = openLog(home);
  const child = spawn(process.execPath, [PROGRAM, JSON.stringify({ home, durable, temporary })], {
    detached: true,
    stdio: ["ignore", "pipe", log],
    // Loaders of the client (tsx, jest) are not wanted there.
    env: { ...process.env, NODE_OPTIONS: "" },
  });
  const stdout = child.stdout as Readable;
  closeSync(log);
  child.unref();
  const announcement = await new Promise<Announcement | undefined>((resolve) => {
    let text = "";
    stdout.setEncoding("utf8");
    stdout.on("data", (chunk: string) => {
      text += chunk;
    });
    stdout.once("close", () => {
      resolve(parsedLine(text) as Announcement | undefined);
    });
    child.once("error", () => {
      resolve(undefined);
    });
  });
  stdout.destroy();
  if (announcement === undefined) {
    throw new LocalServiceError({
      code: "LOCAL_SUPERVISOR_FAILED",
      message:
        "The process that looks after the local services was killed, or ended without a word.",
      hint: `Try again; if that does not help, see ${join(home, "logs", "supervisor.log")}.`,
    });
  }
  if ("error" in announcement) throw new LocalServiceError(announcement.error);
  return "occupied" in announcement ? undefined : announcement;
}

/** The first line of the text as JSON; undefined when it is none. */
export function parsedLine(text: string): unknown {
  try {
    return JSON.parse(text.slice(0, text.indexOf("\n")));
  } catch {
    return undefined;
  }
}

function openLog(home: string): number {
  try {
    mkdirSync(join(home, "logs"), { recursive: true });
    return openSync(join(home, "logs", "supervisor.log"), "a");
  } catch (error) {
    throw homeFailure(home, error) ?? error;
  }
}
