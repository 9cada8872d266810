import { existsSync } from "node:fs";
import type { Dialect } from "../core/dialect.ts";
import { noLoad, withCost } from "../core/engine-load.ts";
import type { EngineLoad } from "../core/engine-load.ts";
import type { FileEngine } from "../core/file-engine.ts";
import type { LeaseHolder } from "../core/lease.ts";
import type { Engine } from "../core/ports.ts";
import { duckdbDialect } from "../dialect/duckdb/dialect.ts";
import { redshiftDialect } from "../dialect/redshift/dialect.ts";
import { sharedOf } from "../execute/write-parts.ts";
import { openLake } from "./open-lake.ts";
import type { Target } from "./target.ts";

/** A warehouse that is open, and what works on the lake's files beside it. */
export interface OpenedEngine {
  readonly engine: Engine;
  /** Of all that was asked of an engine that works elsewhere. */
  readonly load?: () => EngineLoad;
  readonly dialect: Dialect;
  /** Opened when it is first asked for, where the warehouse does not do it itself. */
  readonly openFileEngine: () => Promise<FileEngine>;
  readonly close: () => Promise<void>;
}

export interface EngineRequest {
  readonly target: Target;
  /** What the statements are for, in a word or two. */
  readonly command: string;
  /** Told to others that find a DuckDB warehouse busy; absent for readers, which change nothing. */
  readonly holder?: LeaseHolder;
  /** For how long an engine elsewhere is asked again that does not answer, in milliseconds; default is the engine's. */
  readonly patience?: number;
  /** Told what keeps the engine waiting; default is a line on stderr. */
  readonly tell?: ((message: string) => void) | undefined;
}

function tellOnStderr(message: string): void {
  process.stderr.write(`${message}\n`);
}

export function dialectOf({ warehouse }: Pick<Target, "warehouse">): Dialect {
  switch (warehouse.engine) {
    case "duckdb":
      return duckdbDialect;
    case "redshift":
      return redshiftDialect(warehouse);
    default:
      return warehouse satisfies never;
  }
}

/** Whether there is nothing to open: a file that no build has made. Elsewhere only the warehouse itself can tell. */
export function isUnbuilt({ warehouse }: Pick<Target, "warehouse">): boolean {
  return warehouse.engine === "duckdb" && !existsSync(warehouse.file);
}

export async function openEngine(request: EngineRequest): Promise<OpenedEngine> {
  const { target, command, holder, patience, tell = tellOnStderr } = request;
  const { warehouse, threads } = target;
  switch (warehouse.engine) {
    case "duckdb": {
      const { openDuckDb } = await import("../engine/duckdb/engine.ts");
      const { file } = warehouse;
      const engine = await openDuckDb(
        holder === undefined ? { file, threads: 1, readOnly: true } : { file, threads, holder },
      );
      return {
        engine,
        dialect: duckdbDialect,
        openFileEngine: () => Promise.resolve({ engine, dialect: duckdbDialect }),
        close: () => engine.close(),
      };
    }
    case "redshift": {
      const { openRedshift } = await import("../engine/redshift/engine.ts");
      const opened = await openRedshift({
        ...warehouse,
        threads,
        home: target.home,
        name: command,
        tell,
        ...(patience === undefined ? {} : { patience: patienceOf(patience) }),
        readObject: async (location) => sharedOf(await openLake(target)).readText(location),
      });
      let load = noLoad;
      const engine = opened.metered((cost) => {
        load = withCost(load, cost);
      });
      const files = new FilesOfThisMachine(threads);
      return {
        engine,
        load: () => load,
        dialect: redshiftDialect(warehouse),
        openFileEngine: () => files.open(),
        close: async () => {
          await files.close();
          await engine.close();
        },
      };
    }
    default:
      return warehouse satisfies never;
  }
}

function patienceOf(totalMilliseconds: number) {
  return { totalMilliseconds, firstPauseMilliseconds: 100, longestPauseMilliseconds: 1_000 };
}

/** A DuckDB in memory, for the files that an engine elsewhere neither reads nor writes. */
class FilesOfThisMachine {
  readonly #threads: number;
  #opened: Promise<FileEngine> | undefined;

  constructor(threads: number) {
    this.#threads = threads;
  }

  open(): Promise<FileEngine> {
    this.#opened ??= import("../engine/duckdb/engine.ts").then(async ({ openDuckDb }) => ({
      engine: await openDuckDb({ file: ":memory:", threads: this.#threads }),
      dialect: duckdbDialect,
    }));
    return this.#opened;
  }

  async close(): Promise<void> {
    const opened = await this.#opened?.catch(() => undefined);
    await opened?.engine.close();
  }
}
