import { messageOf } from "../../../core/caught.ts";
import { errorAsJson } from "./error-as-json.ts";
import { openLockedEngine } from "./locked-engine.ts";
import { carryOutWriting } from "./observe-writing.ts";
import type { SandboxReply, SandboxRequest } from "./protocol.ts";
import { admit } from "./statement-gate.ts";
import { writeOutput } from "./write-output.ts";

/** What Node itself and an engine that holds nothing may take beside the limit, in bytes. */
const allowance = 400_000_000;

/** How often the memory is looked at, in milliseconds. */
const watched = 100;

/**
 * The whole life of a sandbox's process: it answers one request of the process that started it, which ends it. Without
 * that process it ends at once, whatever the engine does.
 */
export function serve(): void {
  // Who asks decides what an interruption ends.
  process.on("SIGINT", () => undefined);
  process.once("disconnect", end);
  process.once("message", (request: SandboxRequest) => {
    watchMemory(request.memoryBytes);
    void answer(request).then((reply) => process.send?.(reply));
  });
}

/** Native work that nobody stops would keep a process alive until it is done. */
function end(): void {
  process.kill(process.pid, "SIGKILL");
}

/** The engine does not count everything that it takes. */
function watchMemory(limit: number): void {
  setInterval(() => {
    if (process.memoryUsage.rss() < limit + allowance) return;
    const error = JSON.stringify({
      exception_type: "Out of Memory",
      exception_message: "the process took more than its limit",
    });
    process.send?.({ kind: "failed", error } satisfies SandboxReply, end);
  }, watched).unref();
}

async function answer(request: SandboxRequest): Promise<SandboxReply> {
  const { statement, output, writing } = request;
  let engine;
  try {
    engine = await openLockedEngine(request);
  } catch (error) {
    return { kind: "unprepared", error: messageOf(error) };
  }
  try {
    const admitted = await admit(engine.asking, statement, writing !== undefined);
    if ("reason" in admitted) return { kind: "refused", ...admitted };
    return admitted.kind === "reading" || writing === undefined
      ? await writeOutput(admitted.prepared, engine.trusted, output)
      : await carryOutWriting(admitted, engine.asking, writing);
  } catch (error) {
    return { kind: "failed", error: errorAsJson(messageOf(error), statement) };
  }
}
