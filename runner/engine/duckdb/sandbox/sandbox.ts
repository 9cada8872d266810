import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { SandboxReply, SandboxRequest } from "./protocol.ts";

/** Set where the runner is bundled: a text that changes with any of its files. */
declare const RUNNER_FINGERPRINT: string | undefined;

const program = fileURLToPath(new URL("../../../sandbox.js", import.meta.url));

/** What came of a request: an answer, or why there is none. */
export type SandboxOutcome =
  | SandboxReply
  | { readonly kind: "timeout" }
  | { readonly kind: "interrupted" }
  | { readonly kind: "died"; readonly cause: string };

/**
 * A process that answers one request and has nothing of this one's: no environment, no standard input, a folder of its
 * own to stand in. It loads its code while the request is prepared.
 */
export class Sandbox {
  readonly #process: ChildProcess;
  #isInterrupted = false;

  /** `folder` is the process's working folder. */
  constructor(folder: string) {
    const version = typeof RUNNER_FINGERPRINT === "undefined" ? [] : [RUNNER_FINGERPRINT];
    this.#process = spawn(process.execPath, [program, ...version], {
      cwd: folder,
      env: {},
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    // It must not keep a command alive that ends for another reason; what waits for its answer does.
    this.#process.unref();
    this.#process.channel?.unref();
  }

  /** Answers, or ends the process when the time is over. May be called once. */
  async ask(request: SandboxRequest, seconds: number): Promise<SandboxOutcome> {
    if (this.#isInterrupted) return { kind: "interrupted" };
    const child = this.#process;
    child.ref();
    child.channel?.ref();
    let complaint = "";
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      complaint = (complaint + text).slice(-2000);
    });
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise<SandboxOutcome>((resolve) => {
        timer = setTimeout(() => {
          resolve({ kind: "timeout" });
        }, seconds * 1000);
        child.once("message", (reply: SandboxReply) => {
          resolve(reply);
        });
        child.once("error", (error) => {
          resolve({ kind: "died", cause: error.message });
        });
        child.once("close", (code, signal) => {
          const cause = complaint.trim() || `It ended with ${signal ?? `exit code ${code}`}.`;
          resolve(this.#isInterrupted ? { kind: "interrupted" } : { kind: "died", cause });
        });
        child.send(request, (error) => {
          if (error !== null) resolve({ kind: "died", cause: error.message });
        });
      });
    } finally {
      clearTimeout(timer);
      await this.end();
    }
  }

  /** Ends what is asked, or will be, whose asker gets no answer. */
  async interrupt(): Promise<void> {
    this.#isInterrupted = true;
    await this.end();
  }

  /** Ends the process, whatever it does. Doing so again is no error. */
  async end(): Promise<void> {
    const child = this.#process;
    if (child.exitCode !== null || child.signalCode !== null) return;
    // One that was never asked keeps nothing alive, not even this wait.
    child.ref();
    const exited = once(child, "exit");
    if (child.kill("SIGKILL")) await exited;
  }
}
