import { closest } from "../core/closest.ts";
import { Failure } from "../core/diagnostic.ts";
import type { Dialect } from "../core/dialect.ts";
import { production, publicNameIn } from "../core/environment.ts";
import type { History, PastPublication, PastVersion } from "../core/ledger.ts";
import type { RelationName } from "../core/relation.ts";
import { inDefinitionOrder } from "../core/definition-order.ts";

/** What a rollback does: every relation goes back to what it was when a publication had ended. */
export interface RollbackPlan {
  readonly to: PastPublication;
  /** Versions that become current again. */
  readonly restored: readonly PastVersion[];
  /** Relations that did not exist then. */
  readonly removed: readonly RelationName[];
  /** Versions that go with the changes in place that are taken back: nobody can return to them. */
  readonly undone: readonly PastVersion[];
  /** In the order of the publish transaction. */
  readonly statements: readonly string[];
}

/** Publications to whose end one can still go back: nothing that was current then is forgotten or was taken back. */
export function restorable({ publications, versions, horizon }: History): PastPublication[] {
  return publications.filter((publication, index) => {
    const next = publications[index + 1];
    // What was current at the end of a publication was superseded by a later one, if at all.
    if (next === undefined) return false;
    if (horizon !== undefined && next.publishedAt < horizon) return false;
    return !versions.some((version) => version.isUndone && wasCurrent(version, publication));
  });
}

/** Plans to go back to the end of the publication `to`, by default of the last but one. */
export function planRollback(
  history: History,
  to: string | undefined,
  dialect: Dialect,
): RollbackPlan {
  const possible = restorable(history);
  const wanted = to ?? history.publications.at(-2)?.id;
  const target = possible.find(({ id }) => id === wanted);
  if (target === undefined) throw impossible(wanted, history, possible);
  const { versions } = history;
  const then = versions.filter((version) => wasCurrent(version, target));
  const now = versions.filter(({ supersededAt }) => supersededAt === undefined);
  const restored = then.filter((version) => !isSeenNow(version, versions));
  const known = new Set(then.map(({ published }) => published.relation));
  const removed = now
    .map(({ published }) => published.relation)
    .filter((relation) => !known.has(relation));
  const takenBack = restored
    .flatMap((version) => laterInPlace(versions, version))
    .sort((a, b) => (a.publishedBy > b.publishedBy ? -1 : 1));
  const undone = versions.filter((version) => takenBack.some((each) => hadChange(version, each)));
  const nameOf = publicNameIn(production);
  return {
    to: target,
    restored,
    removed,
    undone,
    statements: [
      ...takenBack.flatMap(({ undo }) => undo?.statements ?? []),
      ...inDefinitionOrder(restored).flatMap(({ published }) =>
        dialect.replaceView(nameOf(published.relation), published.definition),
      ),
      ...removed.map((relation) => dialect.dropView(nameOf(relation))),
    ],
  };
}

/** Whether readers see exactly this version, by its own publication or by one that went back to it. */
function isSeenNow(version: PastVersion, versions: readonly PastVersion[]): boolean {
  const { published, manifest, watermark } = version;
  return versions.some(
    (other) =>
      other.supersededAt === undefined &&
      other.published.relation === published.relation &&
      other.published.physical === published.physical &&
      other.published.definition === published.definition &&
      other.published.runId === published.runId &&
      other.manifest?.runId === manifest?.runId &&
      other.watermark === watermark,
  );
}

function wasCurrent(
  { publishedBy, supersededAt }: PastVersion,
  { id, publishedAt }: PastPublication,
): boolean {
  return publishedBy <= id && (supersededAt === undefined || supersededAt > publishedAt);
}

/** Changes in place that came to a version's table after it. */
function laterInPlace(versions: readonly PastVersion[], version: PastVersion): PastVersion[] {
  const { physical } = version.published;
  if (physical === undefined) return [];
  return versions.filter(
    ({ published, publishedBy, undo, isUndone }) =>
      published.physical === physical &&
      publishedBy > version.publishedBy &&
      undo !== undefined &&
      !isUndone,
  );
}

/** Whether a version's table had a change in it: the one that made the change, or a later one, as of an earlier rollback. */
function hadChange(version: PastVersion, change: PastVersion): boolean {
  return (
    version.published.physical === change.published.physical &&
    version.publishedBy >= change.publishedBy
  );
}

function impossible(
  to: string | undefined,
  { publications }: History,
  possible: readonly PastPublication[],
): Failure {
  const ids = publications.map(({ id }) => id);
  const near = to === undefined ? undefined : closest(to, ids);
  const choice =
    possible.length === 0
      ? "There is no earlier publication that is kept."
      : `One can go back to: ${possible.map(({ id }) => id).join(", ")}.`;
  const message =
    to === undefined
      ? "There is no earlier publication to go back to."
      : to === ids.at(-1)
        ? `${to} is what readers see now.`
        : ids.includes(to)
          ? `What was published by ${to} is no longer kept whole.`
          : `No run "${to}" has published anything${near === undefined ? "" : `; did you mean ${near}?`}`;
  return new Failure([{ code: "ROLLBACK_IMPOSSIBLE", message, hint: choice }]);
}
