import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RunEvent } from "../../core/event.ts";
import type { Row } from "../../core/ports.ts";
import { duckdbDialect } from "../../dialect/duckdb/dialect.ts";
import { openDuckDb } from "../../engine/duckdb/engine.ts";
import { openFolderLake } from "../../lake/folder-lake.ts";
import type { Step } from "../../plan/step.ts";
import { openLedger } from "../../record/ledger.ts";
import type { ExecutionContext } from "../context.ts";
import { execute } from "../execute.ts";
import type { ExecutionResult } from "../execute.ts";

export interface TestWarehouse extends Omit<ExecutionContext, "run" | "signal"> {
  readonly events: RunEvent[];
  rows(query: string): Promise<readonly Row[]>;
  /** Carries out steps as the run `run<number>`. */
  execute(
    number: number,
    steps: readonly Step[],
    more?: Partial<ExecutionContext>,
  ): Promise<ExecutionResult>;
  close(): Promise<void>;
}

/** A DuckDB in memory with its ledger, and a lake in a temporary folder. */
export async function openTestWarehouse(): Promise<TestWarehouse> {
  const folder = mkdtempSync(join(tmpdir(), "mercado-execute-"));
  const engine = await openDuckDb({ file: ":memory:", threads: 2 });
  const events: RunEvent[] = [];
  const context = {
    engine,
    dialect: duckdbDialect,
    lake: openFolderLake({ root: folder }),
    ledger: await openLedger(engine),
    openExtractor: () => Promise.reject(new Error("there is no source here")),
    emit: (event: RunEvent) => {
      events.push(event);
      return Promise.resolve();
    },
    killPoint: () => undefined,
    threads: 2,
  };
  return {
    ...context,
    events,
    rows: async (query) => (await engine.query(query)).rows,
    execute: (number, steps, more = {}) => {
      const run = { id: `run${number}`, startedAt: `2026-03-0${number}T00:00:00.000Z` };
      return execute({
        plan: { run, steps, untestable: [] },
        context: { ...context, run, ...more },
        command: "build",
        target: "test",
      });
    },
    close: async () => {
      await engine.close();
      rmSync(folder, { recursive: true });
    },
  };
}
