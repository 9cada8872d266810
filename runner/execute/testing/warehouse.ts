import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { production } from "../../core/environment.ts";
import type { RunEvent } from "../../core/event.ts";
import type { FileEngine } from "../../core/file-engine.ts";
import type { Row } from "../../core/ports.ts";
import { duckdbDialect } from "../../dialect/duckdb/dialect.ts";
import { openDuckDb } from "../../engine/duckdb/engine.ts";
import { openFolderLake } from "../../lake/folder-lake.ts";
import type { Plan, Step } from "../../plan/step.ts";
import { acquireLease } from "../../record/lease.ts";
import { openLedger } from "../../record/ledger.ts";
import type { ExecutionContext } from "../context.ts";
import { execute } from "../execute.ts";
import type { ExecutionResult } from "../execute.ts";

export interface TestWarehouse
  extends Omit<ExecutionContext, "run" | "state" | "signal" | "engine" | "dialect">, FileEngine {
  readonly events: RunEvent[];
  rows(query: string): Promise<readonly Row[]>;
  /** Carries out steps as the run `run<number>`. */
  execute(
    number: number,
    steps: readonly Step[],
    more?: Partial<ExecutionContext> & Pick<Plan, "end">,
  ): Promise<ExecutionResult>;
  close(): Promise<void>;
}

/** A DuckDB in memory with its ledger, and a lake in a temporary folder. */
export async function openTestWarehouse(): Promise<TestWarehouse> {
  const folder = mkdtempSync(join(tmpdir(), "mercado-execute-"));
  const engine = await openDuckDb({ file: ":memory:", threads: 2 });
  const ledger = await openLedger(engine);
  const holder = { command: "build", pid: process.pid, host: "", since: "" };
  const lease = await acquireLease(engine, {
    holder,
    dialect: duckdbDialect,
    isExclusive: true,
    onLost: () => undefined,
  });
  const events: RunEvent[] = [];
  const context = {
    engine,
    dialect: duckdbDialect,
    openFileEngine: () => Promise.resolve({ engine, dialect: duckdbDialect }),
    lake: openFolderLake({ root: folder }),
    ledger,
    lease,
    openExtractor: () => Promise.reject(new Error("there is no source here")),
    emit: (event: RunEvent) => {
      events.push(event);
      return Promise.resolve();
    },
    killPoint: () => undefined,
    locate: () => undefined,
    threads: 2,
    retentionSeconds: 3600,
    runRetentionSeconds: 3600,
  };
  return {
    ...context,
    events,
    rows: async (query) => (await engine.query(query)).rows,
    execute: async (number, steps, { end, ...more } = {}) => {
      const run = { id: `run${number}`, startedAt: `2026-03-0${number}T00:00:00.000Z` };
      return execute({
        plan: { run, groups: [], steps, released: [], changedSources: [], untestable: [], end },
        context: { ...context, run, state: await ledger.state(production), ...more },
        command: "build",
        options: {},
        target: "test",
      });
    },
    close: async () => {
      await lease.release();
      await engine.close();
      rmSync(folder, { recursive: true });
    },
  };
}
