import { production, publicNameIn } from "../core/environment.ts";
import type { PastVersion, RelationVersion } from "../core/ledger.ts";
import type { RelationName } from "../core/relation.ts";
import { inDefinitionOrder } from "../core/definition-order.ts";
import type { RollbackPlan } from "../plan/rollback.ts";
import type { ExecutionContext } from "./context.ts";
import { dropEnvironmentStatements, inheritedStatements } from "./environment-views.ts";
import { fenced } from "./fenced.ts";
import { publicationTime } from "./publication-time.ts";
import { dropStalePointers, followPointers } from "./pointers.ts";

/** `state` is production's. */
export type RepublishContext = Pick<
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
export async function republish(
  { command, statements, versions, released, then }: Republication,
  context: RepublishContext,
): Promise<void> {
  const { engine, ledger, lease, run, killPoint, state } = context;
  await ledger.beginRun({ ...run, command, environment: production, options: {}, steps: [] });
  killPoint("before-publish");
  const publication = {
    runId: run.id,
    publishedAt: publicationTime(run),
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
    const published = versions.map((version) => version.published);
    await fenced(lease, () => engine.transaction(all, published));
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
      then: releaseStatements(environment, [...own], context),
    },
    context,
  );
}

/** The ledger forgets what an environment had for itself. */
function releaseStatements(
  environment: string,
  released: readonly RelationName[],
  { ledger, run }: RepublishContext,
): readonly string[] {
  return ledger.publishStatements({
    runId: run.id,
    publishedAt: publicationTime(run),
    environment,
    versions: [],
    released,
    details: [],
  });
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
  const changed = {
    published: plan.restored.map(({ published }) => published),
    removed: plan.removed,
  };
  const environments = inheritedStatements(changed, await ledger.environments(), dialect);
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

/** Takes relations from readers; their versions stay for a rollback until they are collected. */
export async function prune(
  relations: readonly RelationName[],
  command: string,
  context: RepublishContext,
): Promise<void> {
  const statements = pruneStatements(relations, await context.ledger.environments(), context);
  await republish({ command, statements, versions: [], released: relations, then: [] }, context);
}

/** The views that go with relations: production's, and those by which environments read it. */
export function pruneStatements(
  relations: readonly RelationName[],
  environments: ReadonlyMap<string, ReadonlySet<RelationName>>,
  { dialect }: Pick<RepublishContext, "dialect">,
): readonly string[] {
  return [
    ...relations.map((relation) => dialect.dropView(publicNameIn(production)(relation))),
    ...inheritedStatements({ published: [], removed: relations }, environments, dialect),
  ];
}

/** Gives production what an environment has built, after which the environment is gone. */
export async function promote(
  environment: string,
  command: string,
  context: RepublishContext,
): Promise<readonly RelationName[]> {
  const { ledger, dialect } = context;
  const versions = inDefinitionOrder(
    (await ledger.history(environment)).versions.filter(
      ({ supersededAt }) => supersededAt === undefined,
    ),
  );
  const relations = versions.map(({ published }) => published.relation);
  const others = new Map(await ledger.environments());
  others.delete(environment);
  await republish(
    {
      command,
      statements: [
        ...versions.flatMap(({ published }) =>
          dialect.replaceView(publicNameIn(production)(published.relation), published.definition),
        ),
        ...inheritedStatements(
          { published: versions.map(({ published }) => published), removed: [] },
          others,
          dialect,
        ),
        ...dropEnvironmentStatements(environment),
      ],
      versions: versions.map(inProduction),
      released: [],
      then: releaseStatements(environment, relations, context),
    },
    context,
  );
  return relations;
}
