import { randomUUID } from "node:crypto";
import { Failure } from "../core/diagnostic.ts";
import type { Dialect } from "../core/dialect.ts";
import type { Lease, LeaseHolder } from "../core/lease.ts";
import type { Engine } from "../core/ports.ts";
import { quoteText } from "../core/sql-text.ts";
import { ledgerTable } from "./ledger-text.ts";

/** A lease without a heartbeat for this long is stale: its holder is gone, or cut off from the warehouse. */
export const staleAfterSeconds = 60;

export interface LeaseRequest {
  readonly holder: LeaseHolder;
  readonly dialect: Pick<Dialect, "now">;
  /** Where no other process can have the warehouse open, whoever holds its lease is gone. */
  readonly isExclusive: boolean;
  /** Whether a holder's process is certainly gone, so that nobody need wait for its heartbeat. Default: nobody knows. */
  readonly isGone?: (holder: LeaseHolder) => boolean;
  /** Called once when a heartbeat finds that somebody else has taken the lease over. */
  readonly onLost: () => void;
  readonly staleAfterSeconds?: number;
}

const lease = ledgerTable("lease");

/** Takes the lease, which is kept by a heartbeat until it is released. Somebody else's is a `LEASE_HELD` failure. */
export async function acquireLease(engine: Engine, request: LeaseRequest): Promise<Lease> {
  const stale = request.staleAfterSeconds ?? staleAfterSeconds;
  const holder = JSON.stringify({ ...request.holder, id: randomUUID() });
  const { now } = request.dialect;
  const take = async (isFree: string) => {
    await engine.execute(
      `update ${lease} set token = token + 1, holder = ${quoteText(holder)}, heartbeat_at = ${now}\nwhere ${isFree}`,
    );
    return tokenAndHolder(engine);
  };
  const isStale = `heartbeat_at < ${now} - interval '${stale} seconds'`;
  let found = await take(request.isExclusive ? "1 = 1" : `holder is null or ${isStale}`);
  if (found.holder !== holder && request.isGone?.(JSON.parse(found.holder) as LeaseHolder) === true)
    // The token tells whether somebody else was quicker.
    found = await take(`token = ${found.token}`);
  if (found.holder !== holder) throw held(found.holder);
  return new WarehouseLease(engine, found.token, {
    now,
    heartbeatMilliseconds: (stale * 1000) / 4,
    onLost: request.onLost,
  });
}

async function tokenAndHolder(engine: Engine) {
  const { rows } = await engine.query(`select token, holder from ${lease}`);
  return { token: Number(rows[0]?.token), holder: String(rows[0]?.holder ?? "{}") };
}

class WarehouseLease implements Lease {
  readonly token: number;
  readonly #engine: Engine;
  readonly #now: string;
  readonly #heartbeat: NodeJS.Timeout;

  constructor(
    engine: Engine,
    token: number,
    beat: {
      readonly now: string;
      readonly heartbeatMilliseconds: number;
      readonly onLost: () => void;
    },
  ) {
    this.#engine = engine;
    this.#now = beat.now;
    this.token = token;
    this.#heartbeat = setInterval(() => {
      this.#beat(beat.onLost).catch(() => undefined);
    }, beat.heartbeatMilliseconds);
    // A process with nothing else to do need not wait for a heartbeat.
    this.#heartbeat.unref();
  }

  guardStatements(): readonly string[] {
    const fence = ledgerTable("fence");
    return [
      // Touching the row makes a takeover that happens meanwhile conflict with this transaction.
      this.#beatStatement(),
      `delete from ${fence}`,
      // The column takes no null, which is what the highest of no tokens is.
      `insert into ${fence} (token)\nselect max(token) from ${lease} where token = ${this.token}`,
    ];
  }

  async isHeld(): Promise<boolean> {
    return (await tokenAndHolder(this.#engine)).token === this.token;
  }

  async release(): Promise<void> {
    clearInterval(this.#heartbeat);
    await this.#engine.execute(
      `update ${lease} set holder = null, heartbeat_at = null where token = ${this.token}`,
    );
  }

  #beatStatement(): string {
    return `update ${lease} set heartbeat_at = ${this.#now} where token = ${this.token}`;
  }

  async #beat(onLost: () => void): Promise<void> {
    await this.#engine.execute(this.#beatStatement());
    if (await this.isHeld()) return;
    clearInterval(this.#heartbeat);
    onLost();
  }
}

function held(text: string): Failure {
  const { command, pid, host, since } = JSON.parse(text) as Partial<LeaseHolder>;
  return new Failure([
    {
      code: "LEASE_HELD",
      message: `Another run has the warehouse: runner ${command ?? "?"} (process ${pid ?? "?"} on ${host ?? "?"}, since ${since ?? "?"}).`,
      hint: "Wait for it with --wait 10m, or until its heartbeat has been missing for a minute.",
    },
  ]);
}
