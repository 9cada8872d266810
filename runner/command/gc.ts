import ms from "ms";
import { counted } from "../core/counted.ts";
import { collect } from "../execute/collect.ts";
import { holdWarehouse } from "./held-warehouse.ts";
import type { HoldingOptions } from "./held-warehouse.ts";
import { exitCodes } from "./options.ts";
import type { ExitCode } from "./options.ts";
import { openProject } from "./project.ts";

export interface GcOptions extends HoldingOptions {
  /** In milliseconds; default is the target's. */
  readonly retention?: number;
  /** In milliseconds; default is the target's. */
  readonly runRetention?: number;
}

/** Removes versions that were superseded, and runs that ended, longer ago than their retention, as every build does at its end. */
export async function gcCommand(options: GcOptions): Promise<ExitCode> {
  const linked = await openProject(options);
  return holdWarehouse({ linked, options, command: "gc" }, async (held) => {
    const { retention, runRetention } = options;
    const { retentionSeconds, runRetentionSeconds } = held.target;
    const kept = {
      retentionSeconds: retention === undefined ? retentionSeconds : retention / 1000,
      runRetentionSeconds: runRetention === undefined ? runRetentionSeconds : runRetention / 1000,
    };
    const { physical, files, bytes } = await collect(held, kept);
    // As long as one can go back to what they published.
    const runs = ms(Math.max(...Object.values(kept)) * 1000, { long: true });
    const megabytes = (bytes / 1_000_000).toFixed(1);
    const message = `Removed ${counted(physical.length, "table")} of the warehouse and ${counted(files, "file")} of the lake (${megabytes} MB). Of runs, the ledger keeps those of the last ${runs}.`;
    await held.emit({ type: "note", message });
    return exitCodes.ok;
  });
}
