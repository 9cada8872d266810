import { production, publicNameIn } from "../core/environment.ts";
import type { PastVersion, RelationVersion } from "../core/ledger.ts";
import type { RelationName } from "../core/relation.ts";
import { inDefinitionOrder } from "../core/definition-order.ts";
import type { RollbackPlan } from "../plan/rollback.ts";
import type { ExecutionContext } from "./context.ts";
import { dropEnvironmentStatements, inheritStatements } from "./environment-views.ts";
import { fenced } from "./fenced.ts";
import { dropStalePointers, followPointers } from "./pointers.ts";

type RepublishContext = Pick<
  ExecutionContext,
  "engine" | "dialect" | "ledger" | "lease" | "lake" | "run" | "killPoint" | "state"
>;

interface Republication {
  readonly command: string;
  /** Before the ledger is written. */
  readonly statements: readonly string[];
  /** What production's readers shall see. */
  readonly versions: readonly RelationVersion[];
  readonly released: readonly RelationName[];
  /** After the ledger is written. */
  readonly then: readonly string[];
}

/** Makes versions current that were published before: nothing is built, and one transaction does all of it. */
async function republish(
  { command, statements, versions, released, then }: Republication,
  context: RepublishContext,
): Promise<void> {
  const { engine, ledger, lease, run, killPoint, state } = context;
  await ledger.beginRun({ ...run, command, environment: production, options: {}, steps: [] });
  killPoint("before-publish");
  const now = new Date().toISOString();
  const publication = {
    runId: run.id,
    publishedAt: now > run.startedAt ? now : run.startedAt,
    environment: production,
    versions,
    released,
    details: [...versions.map(({ published }) => published.relation), ...released].map(
      (relation) => ({
        relation,
        watermarkBefore: state.watermarks.get(relation),
        watermarkAfter: versions.find(({ published }) => published.relation === relation)
          ?.watermark,
      }),
    ),
  };
  const all = [
    ...lease.guardStatements(),
    ...statements,
    ...ledger.publishStatements(publication),
    ...then,
  ];
  try {
    await fenced(lease, () => engine.transaction(all));
  } catch (error) {
    await ledger.finishRun(run.id, "failed").catch(() => undefined);
    throw error;
  }
  killPoint("after-publish");
  await followPointers(context);
  await dropStalePointers(context);
  await ledger.finishRun(run.id, "succeeded");
}

/** Removes an environment; the versions that only it had are collected in time. */
export async function dropEnvironment(
  environment: string,
  command: string,
  context: RepublishContext,
): Promise<void> {
  const own = (await context.ledger.environments()).get(environment) ?? new Set();
  await republish(
    {
      command,
      statements: dropEnvironmentStatements(environment),
      versions: [],
      released: [],
      then: context.ledger.publishStatements({
        runId: context.run.id,
        publishedAt: new Date().toISOString(),
        environment,
        versions: [],
        released: [...own],
        details: [],
      }),
    },
    context,
  );
}

/** A version as production has it from now on. */
function inProduction({ published, watermark, identity, manifest }: PastVersion): RelationVersion {
  return {
    published: { ...published, environment: production },
    watermark,
    identity,
    manifest,
    isPointed: manifest === undefined,
  };
}

/** Takes production back to what it was. */
export async function rollBack(
  plan: RollbackPlan,
  command: string,
  context: RepublishContext,
): Promise<void> {
  const { ledger, dialect } = context;
  const environments = [...(await ledger.environments())].flatMap(([environment, own]) => {
    const notOwn = (relation: RelationName) => !own.has(relation);
    return [
      ...inheritStatements(
        environment,
        plan.restored.map(({ published }) => published.relation).filter(notOwn),
        dialect,
      ),
      ...plan.removed
        .filter(notOwn)
        .map((relation) => dialect.dropView(publicNameIn(environment)(relation))),
    ];
  });
  await republish(
    {
      command,
      statements: [...plan.statements, ...environments],
      versions: plan.restored.map(inProduction),
      released: plan.removed,
      then: ledger.undoneStatements(plan.undone),
    },
    context,
  );
}

/** Gives production what an environment has built, after which the environment is gone. */
export async function promote(
  environment: string,
  command: string,
  context: RepublishContext,
): Promise<readonly RelationName[]> {
  const { ledger, dialect, run } = context;
  const versions = inDefinitionOrder(
    (await ledger.history(environment)).versions.filter(
      ({ supersededAt }) => supersededAt === undefined,
    ),
  );
  const relations = versions.map(({ published }) => published.relation);
  const others = [...(await ledger.environments())]
    .filter(([name]) => name !== environment)
    .flatMap(([name, own]) =>
      inheritStatements(
        name,
        relations.filter((relation) => !own.has(relation)),
        dialect,
      ),
    );
  await republish(
    {
      command,
      statements: [
        ...versions.map(({ published }) =>
          dialect.replaceView(publicNameIn(production)(published.relation), published.definition),
        ),
        ...others,
        ...dropEnvironmentStatements(environment),
      ],
      versions: versions.map(inProduction),
      released: [],
      then: ledger.publishStatements({
        runId: run.id,
        publishedAt: new Date().toISOString(),
        environment,
        versions: [],
        released: relations,
        details: [],
      }),
    },
    context,
  );
  return relations;
}
