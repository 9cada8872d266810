import { mkdirSync } from "node:fs";
import { homeFailure } from "../failure.ts";
import { acquire, others, release } from "../supervisor/lock.js";
import { DemoError } from "./failure.ts";

/** Two that begin at the same time may both step back, more than once; one that shops takes seconds. */
const PATIENCE_MS = 500;

/** Makes this the only demo of the home until the returned function is called, or the process ends. */
export async function holdHome(home: string): Promise<() => void> {
  const lock = { home, kind: "demo" };
  const letGo = () => {
    release(lock);
  };
  try {
    mkdirSync(home, { recursive: true });
    if ((await acquire(lock, () => false, PATIENCE_MS)) === "held") {
      process.once("exit", letGo);
      return letGo;
    }
  } catch (error) {
    throw homeFailure(home, error) ?? error;
  }
  const [holder] = others(lock);
  throw new DemoError({
    code: "DEMO_RUNNING",
    message: `Another demo${holder === undefined ? "" : ` (process ${holder})`} is shopping in ${home}.`,
    hint: "Wait until it has ended, or give this one a folder of its own with MERCADO_HOME.",
  });
}
