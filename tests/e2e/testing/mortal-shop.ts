import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createServer, request, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { KillPoint } from "../../../api/checkout/kill-points.ts";
import { openService } from "../../../api/testing-process.ts";

/** How a process of the service ends: when it is at a kill point for the nth time, or by a signal some time after its start. */
export type Death =
  | { readonly at: `${KillPoint}:${number}` }
  | { readonly signal: "SIGKILL" | "SIGTERM"; readonly afterMilliseconds: number };

/** What becomes of a request on its way: it does not arrive, or it is answered and the answer is lost. */
export type Fault = "none" | "lose-request" | "lose-response";

export interface MortalShopOptions {
  readonly environment: Readonly<Record<string, string>>;
  /** Of each process that serves side by side with the others: its deaths, after each of which it is started again. */
  readonly deaths: readonly (readonly Death[])[];
  readonly decide: () => Fault;
}

/** The real service in several processes behind one address, which die and are started again as they are told. */
export interface MortalShop {
  readonly url: string;
  /** How each death went: the exit code, or the signal. */
  readonly died: readonly (number | NodeJS.Signals)[];
  readonly lostResponses: number;
  /** Whether every planned death has happened; nothing dies from then on. */
  isOver(): boolean;
  /** Resolves when nothing that was sent is being worked on any more, and no answer is lost from then on. */
  calm(): Promise<void>;
  /** Stops the processes that are left, gracefully; returns how each ended. */
  close(): Promise<(number | NodeJS.Signals)[]>;
}

interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<number | NodeJS.Signals>;
  readonly url: URL;
}

async function start(environment: Readonly<Record<string, string>>): Promise<Running> {
  const { child, url, ended } = await openService(environment);
  return { child, ended: ended.then(({ code }) => code), url: new URL(url) };
}

export async function openMortalShop(options: MortalShopOptions): Promise<MortalShop> {
  const { environment, deaths } = options;
  const alive = new Set<Running>();
  const died: (number | NodeJS.Signals)[] = [];
  const traffic = { underWay: 0, lostResponses: 0, isCalm: false };

  async function live(death: Death | undefined): Promise<Running> {
    const killPoint = death !== undefined && "at" in death ? death.at : "";
    const running = await start({ ...environment, MERCADO_API_KILL_POINT: killPoint });
    alive.add(running);
    if (death !== undefined && "signal" in death) {
      const timer = setTimeout(() => running.child.kill(death.signal), death.afterMilliseconds);
      void running.ended.then(() => {
        clearTimeout(timer);
      });
    }
    return running;
  }

  async function liveAndDie(planned: readonly Death[], first: Running): Promise<void> {
    let running = first;
    for (const next of [...planned.slice(1), undefined]) {
      died.push(await running.ended);
      alive.delete(running);
      running = await live(next);
    }
  }

  function forward(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const fault = traffic.isCalm ? "none" : options.decide();
    const hosts = [...alive];
    const host = hosts[Math.floor(Math.random() * hosts.length)];
    if (host === undefined || fault === "lose-request") {
      incoming.socket.destroy();
      return;
    }
    traffic.underWay += 1;
    const { hostname, port } = host.url;
    const onward = request(
      { hostname, port, path: incoming.url, method: incoming.method, headers: incoming.headers },
      (answer) => {
        answer.on("error", () => incoming.socket.destroy());
        if (fault === "lose-response") {
          traffic.lostResponses += 1;
          answer.resume();
          incoming.socket.destroy();
          return;
        }
        outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(outgoing);
      },
    );
    onward.on("error", () => incoming.socket.destroy());
    onward.on("close", () => {
      traffic.underWay -= 1;
    });
    // A client that has gone does not take back what it sent.
    incoming.pipe(onward);
  }

  const first = await Promise.all(deaths.map((planned) => live(planned[0])));
  const lives = Promise.all(deaths.map((planned, index) => liveAndDie(planned, first[index]!)));
  let failure: unknown;
  lives.catch((error: unknown) => {
    failure = error;
  });
  const proxy = createServer(forward).listen(0, "127.0.0.1");
  await once(proxy, "listening");
  const planned = deaths.flat().length;
  return {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    died,
    get lostResponses() {
      return traffic.lostResponses;
    },
    isOver() {
      if (failure !== undefined) throw failure as Error;
      return died.length === planned && alive.size === deaths.length;
    },
    async calm() {
      await lives;
      while (traffic.underWay > 0) await sleep(10);
      traffic.isCalm = true;
    },
    async close() {
      await lives.catch(() => undefined);
      proxy.closeAllConnections();
      proxy.close();
      for (const { child } of alive) child.kill("SIGTERM");
      return Promise.all([...alive].map(({ ended }) => ended));
    },
  };
}
