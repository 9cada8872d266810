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
}

/** Removes versions that were superseded longer ago than the retention, as every build does at its end. */
export async function gcCommand(options: GcOptions): Promise<ExitCode> {
  const linked = await openProject(options);
  return holdWarehouse({ linked, options, command: "gc" }, async (held) => {
    const { retention } = options;
    const seconds = retention === undefined ? held.target.retentionSeconds : retention / 1000;
    const { physical, files, bytes } = await collect(held, seconds);
    const megabytes = (bytes / 1_000_000).toFixed(1);
    const message = `Removed ${counted(physical.length, "table")} of the warehouse and ${counted(files, "file")} of the lake (${megabytes} MB).`;
    await held.emit({ type: "note", message });
    return exitCodes.ok;
  });
}
