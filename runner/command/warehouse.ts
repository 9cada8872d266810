import { setTimeout } from "node:timers/promises";
import { Failure } from "../core/diagnostic.ts";
import type { Lease, LeaseHolder } from "../core/lease.ts";
import { isGoneHere, ownIdentity } from "../core/process-identity.ts";
import type { Ledger } from "../core/ledger.ts";
import { emptyState } from "../core/state.ts";
import type { WarehouseState } from "../core/state.ts";
import type { StoredLake } from "../lake/stored-lake.ts";
import { openLake } from "./open-lake.ts";
import type { Seams } from "./open-lake.ts";
import { isUnbuilt, openEngine } from "./open-engine.ts";
import type { OpenedEngine } from "./open-engine.ts";
import type { Target } from "./target.ts";

export interface OpenedWarehouse extends OpenedEngine {
  readonly lake: StoredLake;
  readonly ledger: Ledger;
  readonly lease: Lease;
}

export interface WarehouseRequest {
  readonly target: Target;
  /** What is told to others who want the warehouse meanwhile. */
  readonly command: string;
  readonly seams?: Seams;
  /** How long to wait for somebody else's run, in milliseconds; default is what a reader of the ledger takes. */
  readonly wait?: number;
  readonly onLost: () => void;
  /** Told what keeps the warehouse waiting; default is a line on stderr. */
  readonly tell?: (message: string) => void;
}

/** Opens the warehouse for writing and takes its lease; `closeWarehouse` gives both back. */
export async function openWarehouse(request: WarehouseRequest): Promise<OpenedWarehouse> {
  const { target, command, onLost, tell } = request;
  const { openLedger } = await import("../record/ledger.ts");
  const { acquireLease } = await import("../record/lease.ts");
  const lake = await openLake(target, request.seams);
  const holder: LeaseHolder = {
    command: shortened(command),
    ...ownIdentity(),
    since: new Date().toISOString(),
  };
  return patiently(request.wait ?? patienceMilliseconds, async () => {
    const opened = await openEngine({ target, command, holder, tell });
    try {
      const { engine, dialect } = opened;
      const ledger = await openLedger(engine);
      const { isExclusive } = engine;
      const lease = await acquireLease(engine, {
        holder,
        dialect,
        isExclusive,
        isGone: isGoneHere,
        onLost,
      });
      return { ...opened, lake, ledger, lease };
    } catch (error) {
      await opened.close();
      throw error;
    }
  });
}

/**
 * Ends what the engine does, and lets the next run begin without waiting. What this run left, the next one undoes or
 * finishes, as after a kill.
 */
export async function letGoOfWarehouse({ engine, lease }: OpenedWarehouse): Promise<void> {
  await engine.interrupt();
  // Where nobody else can have the warehouse open, the lease ends with the process.
  if (!engine.isExclusive) await lease.release();
}

export async function closeWarehouse({ close, lease }: OpenedWarehouse): Promise<void> {
  // A lease that cannot be given back, on a full disk say, is taken over by the next run.
  await lease.release().catch(() => undefined);
  await close();
}

/** So much of a command as tells which one it is; the ledger's column is no longer than 1000 bytes. */
function shortened(command: string): string {
  return command.length <= 100 ? command : `${command.slice(0, 99)}…`;
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
  if (isUnbuilt(target)) return { ...emptyState, environment };
  const { readState } = await import("../record/ledger.ts");
  const { engine, close } = await openEngine({ target, command: "plan" });
  try {
    return await readState(engine, environment);
  } finally {
    await close();
  }
}
