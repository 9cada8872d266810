import { existsSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import type { Dialect } from "../core/dialect.ts";
import { Failure } from "../core/diagnostic.ts";
import type { Engine, KillPoint, Lake, Ledger } from "../core/ports.ts";
import { emptyState } from "../core/state.ts";
import type { WarehouseState } from "../core/state.ts";
import { duckdbDialect } from "../dialect/duckdb/dialect.ts";
import type { Target } from "./target.ts";

export interface OpenedWarehouse {
  readonly engine: Engine;
  readonly dialect: Dialect;
  readonly lake: Lake;
  readonly ledger: Ledger;
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

export async function openLake(target: Target, killPoint?: KillPoint): Promise<Lake> {
  const { openFolderLake } = await import("../lake/folder-lake.ts");
  return openFolderLake({ root: target.lake, killPoint });
}

/** Opens the warehouse for writing; no other process can open it meanwhile. */
export async function openWarehouse(
  target: Target,
  killPoint: KillPoint,
): Promise<OpenedWarehouse> {
  const dialect = dialectOf(target);
  const { openDuckDb } = await import("../engine/duckdb/engine.ts");
  const { openLedger } = await import("../record/ledger.ts");
  const lake = await openLake(target, killPoint);
  const engine = await patiently(() =>
    openDuckDb({ file: target.warehouse, threads: target.threads }),
  );
  try {
    return { engine, dialect, lake, ledger: await openLedger(engine) };
  } catch (error) {
    await engine.close();
    throw error;
  }
}

/** How long a run waits for a reader of the ledger that has the warehouse open; another build takes longer. */
const patienceMilliseconds = 1500;

async function patiently<Result>(open: () => Promise<Result>): Promise<Result> {
  const deadline = Date.now() + patienceMilliseconds;
  for (;;) {
    try {
      return await open();
    } catch (error) {
      const isBusy = error instanceof Failure && error.diagnostics[0]?.code === "WAREHOUSE_BUSY";
      if (!isBusy || Date.now() > deadline) throw error;
      await setTimeout(100);
    }
  }
}

/** The state to plan against without changing anything; an absent warehouse has the empty state. */
export async function peekState(target: Target): Promise<WarehouseState> {
  dialectOf(target);
  if (!existsSync(target.warehouse)) return emptyState;
  const { openDuckDb } = await import("../engine/duckdb/engine.ts");
  const { readState } = await import("../record/ledger.ts");
  const engine = await openDuckDb({ file: target.warehouse, threads: 1, readOnly: true });
  try {
    return await readState(engine);
  } finally {
    await engine.close();
  }
}
