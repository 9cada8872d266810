import type { FileDialect } from "./dialect.ts";
import type { LocalEngine } from "./ports.ts";

/** What reads and writes the lake's Parquet files on this machine. */
export interface FileEngine {
  readonly engine: LocalEngine;
  readonly dialect: FileDialect;
}
