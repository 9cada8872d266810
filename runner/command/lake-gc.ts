import { printBytes } from "../core/byte-size.ts";
import { counted } from "../core/counted.ts";
import { Failure } from "../core/diagnostic.ts";
import type { Swept } from "../lake/stored-lake.ts";
import { sweepLake } from "../execute/sweep.ts";
import { holdWarehouse } from "./held-warehouse.ts";
import type { HoldingOptions } from "./held-warehouse.ts";
import { exitCodes } from "./options.ts";
import type { ExitCode } from "./options.ts";
import { openProject } from "./project.ts";

export interface LakeGcOptions extends HoldingOptions {
  readonly dryRun?: boolean;
  /** In milliseconds. */
  readonly olderThan?: number;
}

const day = 24 * 60 * 60 * 1000;
const leastAge = 60 * 60 * 1000;

const meanings: Readonly<Record<Swept["kind"], string>> = {
  part: "in no manifest",
  staged: "staged and never committed",
  upload: "an upload that was never completed",
  copy: "a copy on this machine",
};

/** Removes what no manifest lists, of the lake or of the ledger, and what unfinished work has left. */
export async function lakeGcCommand(options: LakeGcOptions): Promise<ExitCode> {
  const { dryRun = false, olderThan = day } = options;
  if (olderThan < leastAge) {
    const message = "What is younger than an hour may be written by a build.";
    const hint = "Give --older-than 1h or more.";
    throw new Failure([{ code: "CLI_USAGE", message, hint }]);
  }
  const linked = await openProject(options);
  return holdWarehouse({ linked, options, command: "lake gc" }, async (held) => {
    const before = new Date(Date.now() - olderThan);
    const swept = await sweepLake(held, (needed) => held.lake.sweep({ needed, before, dryRun }));
    for (const each of swept) {
      process.stdout.write(
        options.json === true
          ? `${JSON.stringify({ ...each, address: held.lake.locate(each.key), removed: !dryRun })}\n`
          : `${each.key}  ${meanings[each.kind]}${each.bytes === 0 ? "" : `, ${printBytes(each.bytes)}`}\n`,
      );
    }
    const bytes = swept.reduce((sum, each) => sum + each.bytes, 0);
    const verb = dryRun ? "Would remove" : "Removed";
    process.stderr.write(`${verb} ${counted(swept.length, "file")}, ${printBytes(bytes)}.\n`);
    return exitCodes.ok;
  });
}
