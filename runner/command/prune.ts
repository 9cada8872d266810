import ms from "ms";
import { counted } from "../core/counted.ts";
import { production } from "../core/environment.ts";
import type { WarehouseState } from "../core/state.ts";
import { prune, pruneStatements } from "../execute/republish.ts";
import type { Graph } from "../graph/graph.ts";
import { withoutNode } from "../plan/environment.ts";
import { planPrune } from "../plan/prune.ts";
import { joinSome } from "../record/summaries.ts";
import { forgetBuilt } from "./artifacts.ts";
import { holdWarehouse } from "./held-warehouse.ts";
import type { HoldingOptions } from "./held-warehouse.ts";
import { exitCodes } from "./options.ts";
import type { ExitCode } from "./options.ts";
import { printStatements } from "./print-statements.ts";
import { openProject } from "./project.ts";

export interface PruneOptions extends HoldingOptions {
  readonly dryRun?: boolean;
}

/** Takes from readers what production has and the project no longer makes, by default all of it. */
export async function pruneCommand(
  names: readonly string[],
  options: PruneOptions,
): Promise<ExitCode> {
  const linked = await openProject(options);
  const command = ["prune", ...names].join(" ");
  return holdWarehouse({ linked, options, command }, async (held) => {
    const { ledger, emit } = held;
    const state = await ledger.state(production);
    const environments = await ledger.environments();
    const relations = planPrune({
      graph: linked.graph,
      state,
      environments: await Promise.all([...environments.keys()].map((name) => ledger.state(name))),
      names,
    });
    const tell = (message: string) => emit({ type: "note", message });
    const number = counted(relations.length, "relation");
    if (relations.length === 0) {
      await tell("Every published relation is part of the project: nothing is to go.");
    } else if (options.dryRun === true) {
      printStatements(pruneStatements(relations, environments, held), options);
      await tell(`${number} would go: ${relations.join(", ")}.`);
    } else {
      await prune(relations, command, { ...held, state, run: await ledger.nextRun(new Date()) });
      await forgetBuilt(held.target, relations);
      const kept = ms(held.target.retentionSeconds * 1000, { long: true });
      await tell(
        `${number} went: ${relations.join(", ")}. For ${kept}, runner rollback can bring back what went.`,
      );
    }
    return exitCodes.ok;
  });
}

/** A word on what readers still see and nothing builds any more; none in an environment, whose builds give it up. */
export function tellOrphaned(graph: Graph, state: WarehouseState): readonly string[] {
  if (state.environment !== production) return [];
  const orphaned = withoutNode(graph, state);
  if (orphaned.length === 0) return [];
  return [
    `Still published, and no longer part of the project: ${joinSome(orphaned)}. To take ${orphaned.length === 1 ? "it" : "them"} away: runner prune`,
  ];
}
