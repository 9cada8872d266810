import { existsSync } from "node:fs";
import { hostname } from "node:os";
import path from "node:path";
import { setTimeout } from "node:timers/promises";
import type { Dialect } from "../core/dialect.ts";
import { Failure } from "../core/diagnostic.ts";
import type { Lease, LeaseHolder } from "../core/lease.ts";
import type { Io } from "../core/io.ts";
import type { Ledger } from "../core/ledger.ts";
import type { Engine, KillPoint } from "../core/ports.ts";
import { emptyState } from "../core/state.ts";
import type { WarehouseState } from "../core/state.ts";
import { duckdbDialect } from "../dialect/duckdb/dialect.ts";
import type { StoredLake } from "../lake/stored-lake.ts";
import type { Target } from "./target.ts";

export interface OpenedWarehouse {
  readonly engine: Engine;
  readonly dialect: Dialect;
  readonly lake: StoredLake;
  readonly ledger: Ledger;
  readonly lease: Lease;
}

/** Where tests reach into a run; by default they are not there. */
export interface Seams {
  readonly killPoint?: KillPoint;
  readonly io?: Io;
}

export interface WarehouseRequest {
  readonly target: Target;
  /** What is told to others who want the warehouse meanwhile. */
  readonly command: string;
  readonly seams?: Seams;
  /** How long to wait for somebody else's run, in milliseconds; default is what a reader of the ledger takes. */
  readonly wait?: number;
  readonly onLost: () => void;
}

export function dialectOf(target: Target): Dialect {
  if (target.engine === "duckdb") return duckdbDialect;
  throw new Failure([
    {
      code: "ENGINE_UNSUPPORTED",
      message: `The target ${target.name} names the engine ${target.engine}, which cannot run models yet.`,
      hint: "Use a target with engine: duckdb; `runner check` compiles every model for both engines.",
    },
  ]);
}

export async function openLake(
  { lake, home }: Pick<Target, "lake" | "home">,
  seams: Seams = {},
): Promise<StoredLake> {
  switch (lake.kind) {
    case "folder": {
      const { openFolderLake } = await import("../lake/folder-lake.ts");
      return openFolderLake({ root: lake.address, ...seams });
    }
    case "s3": {
      const { openS3Lake } = await import("../lake/s3/s3-lake.ts");
      return openS3Lake({ ...lake, folder: path.join(home, "s3-lake"), ...seams });
    }
    default:
      return lake satisfies never;
  }
}

/** Opens the warehouse for writing and takes its lease; `closeWarehouse` gives both back. */
export async function openWarehouse(request: WarehouseRequest): Promise<OpenedWarehouse> {
  const { target, command, onLost } = request;
  const dialect = dialectOf(target);
  const { openDuckDb } = await import("../engine/duckdb/engine.ts");
  const { openLedger } = await import("../record/ledger.ts");
  const { acquireLease } = await import("../record/lease.ts");
  const lake = await openLake(target, request.seams);
  const holder: LeaseHolder = {
    command,
    pid: process.pid,
    host: hostname(),
    since: new Date().toISOString(),
  };
  return patiently(request.wait ?? patienceMilliseconds, async () => {
    const engine = await openDuckDb({ file: target.warehouse, threads: target.threads, holder });
    try {
      const ledger = await openLedger(engine);
      const { isExclusive } = engine;
      const lease = await acquireLease(engine, { holder, isExclusive, onLost });
      return { engine, dialect, lake, ledger, lease };
    } catch (error) {
      await engine.close();
      throw error;
    }
  });
}

export async function closeWarehouse({ engine, lease }: OpenedWarehouse): Promise<void> {
  // A lease that cannot be given back, on a full disk say, is taken over by the next run.
  await lease.release().catch(() => undefined);
  await engine.close();
}

/** How long a run waits for a reader of the ledger that has the warehouse open; another build takes longer. */
const patienceMilliseconds = 1500;

async function patiently<Result>(wait: number, open: () => Promise<Result>): Promise<Result> {
  const deadline = Date.now() + wait;
  let isTold = wait <= patienceMilliseconds;
  for (;;) {
    try {
      return await open();
    } catch (error) {
      if (!(error instanceof Failure) || !isTaken(error) || Date.now() > deadline) throw error;
      if (!isTold) process.stderr.write(`${error.diagnostics[0]?.message ?? ""} Waiting.\n`);
      isTold = true;
      await setTimeout(100);
    }
  }
}

function isTaken({ diagnostics }: Failure): boolean {
  return diagnostics.some(({ code }) => code === "WAREHOUSE_BUSY" || code === "LEASE_HELD");
}

/** The state to plan against without changing anything; an absent warehouse has the empty state. */
export async function peekState(target: Target, environment: string): Promise<WarehouseState> {
  dialectOf(target);
  if (!existsSync(target.warehouse)) return { ...emptyState, environment };
  const { openDuckDb } = await import("../engine/duckdb/engine.ts");
  const { readState } = await import("../record/ledger.ts");
  const engine = await openDuckDb({ file: target.warehouse, threads: 1, readOnly: true });
  try {
    return await readState(engine, environment);
  } finally {
    await engine.close();
  }
}
