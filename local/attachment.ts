import { readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { LocalServiceError, type LocalServiceFailure } from "./failure.ts";
import { parsedLine, startSupervisor, type Supervisor } from "./start-supervisor.ts";

export interface AttachOptions {
  home: string;
  durable: boolean;
  temporary: boolean;
  /** Which services this client needs; the others are not started for it. */
  postgres: boolean;
  dynamodb: boolean;
}

/** The hold of one process on the services of a home. A service that was not asked for has an empty address. */
export interface Attachment {
  postgresUrl: string;
  dynamodbEndpoint: string;
  closed: Promise<void>;
  close(): Promise<void>;
}

type Answer = { postgresUrl?: string; dynamodbEndpoint?: string } | { error: LocalServiceFailure };

const PATIENCE_MS = 120_000;
/** A supervisor says its first line at once; a stranger that got its port may say nothing for ever. */
const WELCOME_MS = 10_000;

/** Joins the supervisor of the home, starting one when none is alive. */
export async function attach(options: AttachOptions): Promise<Attachment> {
  if (process.platform === "win32") throw windows();
  const giveUpAt = Date.now() + PATIENCE_MS;
  while (Date.now() < giveUpAt) {
    const running = recordedSupervisor(options.home);
    const joined = running && (await joinSupervisor(running, options));
    if (joined) return joined;
    const started = await startSupervisor(options);
    const own = started && (await joinSupervisor(started, options));
    if (own) return own;
    await sleep(20);
  }
  throw new LocalServiceError({
    code: "LOCAL_HOME_BUSY",
    message: `The services of ${options.home} neither started nor stopped within ${PATIENCE_MS / 1000} s.`,
    hint: `See ${join(options.home, "logs")} for what they are doing.`,
  });
}

function windows(): LocalServiceError {
  return new LocalServiceError({
    code: "LOCAL_PLATFORM_UNSUPPORTED",
    message: "The embedded services do not run on Windows.",
    hint: "Use WSL, or set MERCADO_POSTGRES_URL and MERCADO_DYNAMODB_ENDPOINT to services that run elsewhere.",
  });
}

function recordedSupervisor(home: string): Supervisor | undefined {
  try {
    return JSON.parse(readFileSync(join(home, "services.json"), "utf8")) as Supervisor;
  } catch {
    return undefined;
  }
}

/** Undefined when nobody, or a stranger, answers there, or the supervisor is just stopping. */
async function joinSupervisor(
  supervisor: Supervisor,
  options: AttachOptions,
): Promise<Attachment | undefined> {
  const socket = connect({ host: "127.0.0.1", port: supervisor.port });
  const closed = new Promise<void>((resolve) => socket.once("close", resolve));
  socket.on("error", () => undefined);
  const { postgres, dynamodb } = options;
  socket.write(`${JSON.stringify({ token: supervisor.token, postgres, dynamodb })}\n`);
  const answer = await firstAnswer(socket);
  if (answer === undefined) {
    socket.destroy();
    return undefined;
  }
  if ("error" in answer) {
    await leave(socket, closed, supervisor);
    throw new LocalServiceError(answer.error);
  }
  socket.unref();
  return {
    postgresUrl: answer.postgresUrl ?? "",
    dynamodbEndpoint: answer.dynamodbEndpoint ?? "",
    closed,
    close: () => leave(socket, closed, supervisor),
  };
}

function firstAnswer(socket: Socket): Promise<Answer | undefined> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      resolve(undefined);
    }, WELCOME_MS);
    let text = "";
    socket.setEncoding("utf8");
    socket.on("data", (chunk: string) => {
      text += chunk;
      const [welcome, answer] = text.split("\n");
      if (text.includes("\n")) clearTimeout(timer);
      if (welcome !== "welcome" && text.includes("\n")) resolve(undefined);
      if (text.endsWith("\n") && answer) resolve(parsedLine(`${answer}\n`) as Answer | undefined);
    });
    socket.once("close", () => {
      clearTimeout(timer);
      resolve(undefined);
    });
  });
}

/** The supervisor ends the connection of its last client only after both servers have stopped. */
async function leave(socket: Socket, closed: Promise<void>, supervisor: Supervisor): Promise<void> {
  socket.ref();
  socket.end();
  await closed;
  // What is left to a stopped supervisor is its own exit; if it serves others, its record is still there.
  for (let waited = 0; waited < 100 && exists(supervisor.pid); waited += 1) {
    if (recordedSupervisor(supervisor.home)?.pid === supervisor.pid) return;
    await sleep(5);
  }
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
