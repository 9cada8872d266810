import { counted } from "../core/counted.ts";
import { Failure } from "../core/diagnostic.ts";
import { production } from "../core/environment.ts";
import { didYouMean } from "../core/closest.ts";
import type { Ledger } from "../core/ledger.ts";
import type { WarehouseState } from "../core/state.ts";
import { dropEnvironment, promote } from "../execute/republish.ts";
import type { RepublishContext } from "../execute/republish.ts";
import { isBehind } from "../plan/environment.ts";
import { dropBuilt, promoteBuilt } from "./artifacts.ts";
import { holdWarehouse } from "./held-warehouse.ts";
import type { HeldWarehouse, HoldingOptions } from "./held-warehouse.ts";
import { readLedger } from "./ledger-reader.ts";
import { exitCodes } from "./options.ts";
import type { ExitCode, GlobalOptions } from "./options.ts";
import { openProject } from "./project.ts";
import { printRows } from "./query.ts";

/** Lists environments with what each has for itself. */
export async function environmentsCommand(options: GlobalOptions): Promise<ExitCode> {
  const { openLedgerForReading } = await import("../record/ledger.ts");
  const rows = await readLedger(options, async (engine) => {
    const ledger = openLedgerForReading(engine);
    const environments = await ledger.environments();
    return Promise.all(
      [...environments.keys()].map(async (environment) => {
        const state = await ledger.state(environment);
        const own = ownRelations(state);
        return {
          environment,
          status: own.some(({ runId }) => isBehind(runId, state)) ? "behind" : "up to date",
          relations: own.map(({ relation }) => relation).join(", "),
        };
      }),
    );
  });
  if (rows.length === 0) process.stderr.write("There is no environment but production.\n");
  const columns = ["environment", "status", "relations"].map((name) => ({ name, type: "VARCHAR" }));
  return printRows({ columns, rows }, options);
}

/** Gives production what an environment has built. */
export async function promoteCommand(
  environment: string,
  options: HoldingOptions,
): Promise<ExitCode> {
  const command = `promote ${environment}`;
  return changing(environment, command, options, async (context) => {
    const own = await context.ledger.state(environment);
    const behind = ownRelations(own).filter(({ runId }) => isBehind(runId, own));
    if (behind.length > 0) throw isOutdated(environment, own);
    const relations = await promote(environment, command, context);
    await promoteBuilt(context.target, environment, relations);
    return `${counted(relations.length, "relation")} of ${environment} went to production: ${relations.join(", ")}.`;
  });
}

/** Removes an environment with all that only it had. */
export async function dropEnvironmentCommand(
  environment: string,
  options: HoldingOptions,
): Promise<ExitCode> {
  const command = `env drop ${environment}`;
  return changing(environment, command, options, async (context) => {
    await dropEnvironment(environment, command, context);
    await dropBuilt(context.target, environment);
    return `The environment ${environment} is gone; production is as it was.`;
  });
}

async function changing(
  environment: string,
  command: string,
  options: HoldingOptions,
  change: (context: HeldWarehouse & RepublishContext) => Promise<string>,
): Promise<ExitCode> {
  const linked = await openProject(options);
  return holdWarehouse({ linked, options, command }, async (held) => {
    await assertExists(environment, held.ledger);
    const run = await held.ledger.nextRun(new Date());
    const state = await held.ledger.state(production);
    const message = await change({ ...held, run, state });
    await held.emit({ type: "note", message });
    return exitCodes.ok;
  });
}

function ownRelations({ published, environment }: WarehouseState) {
  return [...published.values()].filter((each) => each.environment === environment);
}

async function assertExists(environment: string, ledger: Ledger): Promise<void> {
  const known = [...(await ledger.environments()).keys()];
  if (known.includes(environment)) return;
  if (environment === production) {
    const message = "Production is no environment that can be promoted or dropped.";
    throw new Failure([{ code: "CLI_USAGE", message }]);
  }
  const hint = didYouMean(
    environment,
    known,
    `Build one: runner build --env ${environment}. It has something of its own once a model differs from production.`,
  );
  const message = `There is no environment "${environment}".`;
  throw new Failure([{ code: "ENVIRONMENT_UNKNOWN", message, hint }]);
}

function isOutdated(environment: string, { latestPublication }: WarehouseState): Failure {
  return new Failure([
    {
      code: "ENVIRONMENT_BEHIND",
      message: `Production has published since ${environment} was built (${latestPublication ?? ""}): promoting would take its rows back in time.`,
      hint: `Build it again on what production has now: runner build --env ${environment}`,
    },
  ]);
}
