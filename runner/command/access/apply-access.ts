import { production } from "../../core/environment.ts";
import { accessStatements } from "../../dialect/redshift/access/statements.ts";
import { fenced } from "../../execute/fenced.ts";
import { holdWarehouse } from "../held-warehouse.ts";
import type { HoldingOptions } from "../held-warehouse.ts";
import { exitCodes } from "../options.ts";
import type { ExitCode } from "../options.ts";
import { openProject } from "../project.ts";
import { compareAccess } from "./compare-access.ts";
import { assertEnforces, declaredAccess } from "./declared-access.ts";
import { countChanges } from "./print-access.ts";

/**
 * Makes a warehouse say what the project declares, in one transaction: all of it or nothing. It holds the warehouse's
 * lease, for a build puts rights on what it publishes, too.
 */
export async function applyAccessCommand(options: HoldingOptions): Promise<ExitCode> {
  const linked = await openProject(options);
  declaredAccess(linked.project);
  assertEnforces(linked.project, options.target);
  return holdWarehouse({ linked, options, command: "access apply" }, async (held) => {
    const { engine, dialect, ledger, lease } = held;
    const { changes } = await compareAccess(linked, engine, await ledger.state(production));
    const statements = accessStatements(changes, (type) => dialect.columnType(type));
    if (statements.length > 0) {
      held.killPoint("before-access");
      await fenced(lease, () => engine.transaction([...lease.guardStatements(), ...statements]));
      held.killPoint("after-access");
    }
    const done = countChanges(changes)
      .replace(" to make", " made")
      .replace(" to take back", " taken back");
    await held.emit({ type: "note", message: done });
    return exitCodes.ok;
  });
}
