import type { RelationName } from "../core/relation.ts";
import type { Plan } from "../plan/step.ts";
import type { ExecutionContext } from "./context.ts";
import { discardExport } from "./export.ts";
import { discardRawStatements } from "./raw-candidate.ts";

/** Removes the candidates that were not published, from the warehouse and from the lake. */
export async function discard(
  plan: Plan,
  published: ReadonlySet<RelationName>,
  context: Pick<ExecutionContext, "engine" | "dialect" | "lake" | "run">,
): Promise<void> {
  const { engine, dialect } = context;
  // Readers before what they read: a candidate view may stand on a staged table.
  for (const step of [...plan.steps].reverse()) {
    if (step.kind === "test" || step.kind === "unit_test" || step.kind === "hook") continue;
    if (step.kind === "extract") {
      for (const { table, candidate } of step.tables) {
        if (published.has(table.relation)) continue;
        for (const statement of discardRawStatements(candidate, dialect)) {
          await engine.execute(statement);
        }
        await discardExport(table.relation, context);
      }
    } else if (!published.has(step.relation)) {
      for (const statement of step.discard) await engine.execute(statement);
      await discardExport(step.relation, context);
    }
  }
}
