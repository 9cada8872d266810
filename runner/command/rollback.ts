import { counted } from "../core/counted.ts";
import { production } from "../core/environment.ts";
import { rollBack } from "../execute/republish.ts";
import { planRollback } from "../plan/rollback.ts";
import type { RollbackPlan } from "../plan/rollback.ts";
import { forgetBuilt } from "./artifacts.ts";
import { holdWarehouse } from "./held-warehouse.ts";
import type { HoldingOptions } from "./held-warehouse.ts";
import { exitCodes } from "./options.ts";
import type { ExitCode } from "./options.ts";
import { printStatements } from "./print-statements.ts";
import { openProject } from "./project.ts";

export interface RollbackOptions extends HoldingOptions {
  readonly dryRun?: boolean;
}

/** Repoints every relation of production to what it was when a run, by default the last but one, had published. */
export async function rollbackCommand(
  runId: string | undefined,
  options: RollbackOptions,
): Promise<ExitCode> {
  const linked = await openProject(options);
  const command = ["rollback", runId].filter(Boolean).join(" ");
  return holdWarehouse({ linked, options, command }, async (held) => {
    const { ledger, dialect, emit } = held;
    const plan = planRollback(await ledger.history(production), runId, dialect);
    if (plan.restored.length === 0 && plan.removed.length === 0) {
      const message = `Readers see already what ${plan.to.id} published.`;
      await emit({ type: "note", message });
      return exitCodes.ok;
    }
    if (options.dryRun === true) {
      printStatements(plan.statements, options);
      await emit({ type: "note", message: describe(plan, "would go") });
      return exitCodes.ok;
    }
    const run = await ledger.nextRun(new Date());
    const state = await ledger.state(production);
    await rollBack(plan, command, { ...held, run, state });
    const relations = [
      ...plan.restored.map(({ published }) => published.relation),
      ...plan.removed,
    ];
    await forgetBuilt(held.target, relations);
    await emit({ type: "note", message: describe(plan, "went") });
    return exitCodes.ok;
  });
}

function describe({ to, restored, removed }: RollbackPlan, went: string): string {
  const gone = removed.join(", ");
  if (restored.length === 0) return `${gone} ${went}: not published when ${to.id} had ended.`;
  const back = `${counted(restored.length, "relation")} ${went} back to what ${to.id} published`;
  return removed.length === 0 ? `${back}.` : `${back}; ${gone} did not exist then and ${went}.`;
}
