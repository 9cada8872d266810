import { appendFile } from "node:fs/promises";
import { messageOf } from "../../core/caught.ts";
import { counted } from "../../core/counted.ts";
import type { LineageEvent } from "./events.ts";

/** Where events go: a file of one JSON object a line, or an HTTP endpoint. */
export type Destination =
  | { readonly file: string }
  | { readonly url: string; readonly apiKey?: string; readonly timeoutMilliseconds?: number };

export interface Delivery {
  /** Returns at once. What does not fit into the queue is counted as lost. */
  send(event: LineageEvent): void;
  /** Waits for what is under way, 5 seconds at most, and says what could not be delivered; undefined where all was. */
  close(): Promise<string | undefined>;
}

const queueLength = 10_000;
const closingMilliseconds = 5_000;
/** So many failures one after the other, and nothing more is tried. */
const patience = 3;

/** Delivers events in their order beside the run, which neither waits for them nor fails with them. */
export function deliverTo(destination: Destination): Delivery {
  const queue: LineageEvent[] = [];
  let [lost, failures] = [0, 0];
  let cause = "";
  let working = Promise.resolve();
  let [isBusy, isClosed] = [false, false] as [boolean, boolean];

  async function work(): Promise<void> {
    for (let event = queue.shift(); event !== undefined; event = queue.shift()) {
      if (failures >= patience || isClosed) {
        lost += 1;
        continue;
      }
      try {
        await deliver(event, destination);
        failures = 0;
      } catch (error) {
        lost += 1;
        failures += 1;
        // What fetch says is only that it failed.
        cause = messageOf(error instanceof TypeError ? (error.cause ?? error) : error);
      }
    }
    isBusy = false;
  }

  return {
    send: (event) => {
      if (queue.length >= queueLength) lost += 1;
      else queue.push(event);
      if (isBusy) return;
      isBusy = true;
      working = work();
    },
    close: async () => {
      let timer: NodeJS.Timeout | undefined;
      const end = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, closingMilliseconds);
      });
      await Promise.race([working, end]);
      clearTimeout(timer);
      isClosed = true;
      const undelivered = lost + queue.length + (isBusy ? 1 : 0);
      if (undelivered === 0) return undefined;
      const where = "file" in destination ? destination.file : destination.url;
      const why = cause === "" ? "it does not answer" : cause;
      return `${counted(undelivered, "OpenLineage event")} could not be delivered to ${where}: ${why}`;
    },
  };
}

async function deliver(event: LineageEvent, destination: Destination): Promise<void> {
  const text = JSON.stringify(event);
  if ("file" in destination) {
    await appendFile(destination.file, `${text}\n`);
    return;
  }
  const { url, apiKey, timeoutMilliseconds = 2_000 } = destination;
  const headers = new Headers({ "content-type": "application/json" });
  if (apiKey !== undefined) headers.set("authorization", `Bearer ${apiKey}`);
  const response = await fetch(url, {
    method: "POST",
    headers,
    body: text,
    signal: AbortSignal.timeout(timeoutMilliseconds),
  });
  await response.arrayBuffer();
  if (!response.ok) throw new Error(`it answered ${response.status}`);
}
