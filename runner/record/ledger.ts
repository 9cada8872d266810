import { production } from "../core/environment.ts";
import { Failure } from "../core/diagnostic.ts";
import type { RunStatus, StepOutcome } from "../core/event.ts";
import type {
  BeginningRun,
  EnvironmentRelation,
  History,
  Ledger,
  PastVersion,
  Publication,
  UnfinishedRun,
} from "../core/ledger.ts";
import type { Engine } from "../core/ports.ts";
import type { RelationName } from "../core/relation.ts";
import { ledgerSchema, quoteText } from "../core/sql-text.ts";
import { emptyState } from "../core/state.ts";
import type { WarehouseState } from "../core/state.ts";
import { ledgerSetup, ledgerVersion } from "./ledger-schema.ts";
import { isoTime, ledgerTable, nowLiteral, timestampLiteral } from "./ledger-text.ts";
import { nextRunIdentity } from "./run-identity.ts";
import { forgetRunStatements } from "./forget-runs.ts";
import { beginRunStatements, finishStepStatements, readUnfinished } from "./run-records.ts";
import {
  forgetStatements,
  publishStatements,
  readHistory,
  readVersions,
  stateOf,
  undoneStatements,
} from "./versions.ts";
import { WriteQueue } from "./write-queue.ts";

/** Reads the state of a warehouse that may never have been written to. */
export async function readState(engine: Engine, environment = production): Promise<WarehouseState> {
  if (!(await hasLedger(engine))) return { ...emptyState, environment };
  const wanted = [...new Set([production, environment])].map(quoteText).join(", ");
  const current = `superseded_at is null and environment in (${wanted})`;
  // A rollback that only took relations away has left no version of its own.
  const { rows } = await engine.query(
    `select max(run_id) as latest from ${ledgerTable("publication")} where environment = ${quoteText(production)}`,
  );
  const latest = rows[0]?.latest;
  return {
    ...stateOf(await readVersions(engine, current), environment),
    latestPublication: typeof latest === "string" ? latest : undefined,
  };
}

/** Whether there is a ledger; one of another version is a failure. */
export async function hasLedger(engine: Engine): Promise<boolean> {
  const { rows } = await engine.query(
    `select table_name from information_schema.tables where table_schema = '${ledgerSchema}'`,
  );
  if (rows.length === 0) return false;
  const isVersioned = rows.some((row) => row.table_name === "ledger");
  const found = isVersioned
    ? (await engine.query(`select ledger_version from ${ledgerTable("ledger")}`)).rows[0]
        ?.ledger_version
    : "older";
  if (found === ledgerVersion) return true;
  throw new Failure([
    {
      code: "WAREHOUSE_OUTDATED",
      message: `The warehouse was made by another version of the runner (its ledger is ${String(found)}, this runner's is ${ledgerVersion}).`,
      hint: "Move the warehouse and the lake away and build again: the sources hold the data.",
    },
  ]);
}

/** Opens the ledger of a warehouse that this process may write to, making it when it is new. */
export async function openLedger(engine: Engine): Promise<Ledger> {
  if (!(await hasLedger(engine))) await engine.transaction(ledgerSetup);
  return new WarehouseLedger(engine);
}

/** The ledger of a warehouse that was opened for reading. */
export function openLedgerForReading(
  engine: Engine,
): Pick<Ledger, "state" | "environments" | "history" | "unfinished"> {
  return new WarehouseLedger(engine);
}

class WarehouseLedger implements Ledger {
  readonly #engine: Engine;
  readonly #writes: WriteQueue;

  constructor(engine: Engine) {
    this.#engine = engine;
    this.#writes = new WriteQueue((statements) => engine.transaction(statements));
  }

  state(environment: string): Promise<WarehouseState> {
    return readState(this.#engine, environment);
  }

  history(environment: string): Promise<History> {
    return readHistory(this.#engine, environment);
  }

  async environments(): Promise<ReadonlyMap<string, ReadonlySet<RelationName>>> {
    const { rows } = await this.#engine.query(
      `select environment, relation from ${ledgerTable("relation_version")}\nwhere superseded_at is null and environment <> ${quoteText(production)} order by environment, relation`,
    );
    const environments = new Map<string, Set<RelationName>>();
    for (const row of rows) {
      const name = String(row.environment);
      const relations = environments.get(name) ?? new Set();
      environments.set(name, relations.add(String(row.relation) as RelationName));
    }
    return environments;
  }

  async nextRun(now: Date) {
    const { rows } = await this.#engine.query(
      `select cast(max(case when finished_at > started_at then finished_at else started_at end) as varchar) as latest from ${ledgerTable("run")}`,
    );
    const latest = rows[0]?.latest;
    return nextRunIdentity(now, typeof latest === "string" ? new Date(isoTime(latest)) : undefined);
  }

  beginRun(run: BeginningRun): Promise<void> {
    return this.#writes.run(beginRunStatements(run));
  }

  finishStep(runId: string, outcome: StepOutcome): void {
    this.#writes.add(finishStepStatements(runId, outcome));
  }

  flush(): Promise<void> {
    return this.#writes.flush();
  }

  finishRun(runId: string, status: RunStatus): Promise<void> {
    return this.#writes.run([
      `update ${ledgerTable("run")} set status = ${quoteText(status)}, finished_at = ${nowLiteral()} where run_id = ${quoteText(runId)}`,
    ]);
  }

  unfinished(runId?: string): Promise<UnfinishedRun | undefined> {
    return readUnfinished(this.#engine, runId);
  }

  publishStatements(publication: Publication): readonly string[] {
    return publishStatements(publication);
  }

  undoneStatements(versions: readonly PastVersion[]): readonly string[] {
    return undoneStatements(versions);
  }

  async interruptedRuns(): Promise<readonly string[]> {
    const { rows } = await this.#engine.query(
      `select run_id from ${ledgerTable("run")} where status = 'running' order by started_at`,
    );
    return rows.map((row) => String(row.run_id));
  }

  closeInterrupted(): Promise<void> {
    return this.#writes.run([
      `update ${ledgerTable("run")} set status = 'interrupted', finished_at = ${nowLiteral()} where status = 'running'`,
    ]);
  }

  async pendingManifests() {
    const versions = await readVersions(this.#engine, "superseded_at is null and not is_pointed");
    return versions.flatMap(({ published, manifest }) =>
      manifest === undefined ? [] : [{ environment: published.environment, manifest }],
    );
  }

  async unpublished(): Promise<readonly RelationName[]> {
    const { rows } = await this.#engine.query(
      `select relation from ${ledgerTable("relation_version")} where environment = ${quoteText(production)}\ngroup by relation having count(*) = count(superseded_at) order by relation`,
    );
    return rows.map((row) => String(row.relation) as RelationName);
  }

  async markPointed(relations: readonly EnvironmentRelation[]): Promise<void> {
    if (relations.length === 0) return;
    const keys = relations.map(({ environment, relation }) =>
      quoteText(`${environment}/${relation}`),
    );
    await this.#writes.run([
      `update ${ledgerTable("relation_version")} set is_pointed = true\nwhere superseded_at is null and environment || '/' || relation in (${keys.join(", ")})`,
    ]);
  }

  async collectable(keepSince: string) {
    const old = `superseded_at < ${timestampLiteral(keepSince)}`;
    const forgotten = await readVersions(this.#engine, old);
    const kept = await readVersions(this.#engine, `superseded_at is null or not (${old})`);
    const needed = new Set(kept.flatMap((version) => neededBy(version, keepSince)));
    const known = [...forgotten, ...kept].flatMap((version) => physicalOf(version));
    // Unlike versions, a relation's first publication is never forgotten. Of a relation that is younger than the retention nothing can be
    // old enough to go: what the lake has besides is from before a warehouse that was lost, and may have readers.
    const { rows } = await this.#engine.query(
      `select relation from ${ledgerTable("publication")}\ngroup by relation having min(published_at) < ${timestampLiteral(keepSince)}`,
    );
    return {
      relations: new Set(rows.map((row) => String(row.relation) as RelationName)),
      physical: [...new Set(known)].filter((name) => !needed.has(name)),
      manifests: kept.flatMap(({ manifest }) => (manifest === undefined ? [] : [manifest])),
    };
  }

  forget(keepSince: string, keepRunsSince: string): Promise<void> {
    const since = timestampLiteral(keepSince);
    // Nobody can go back behind the horizon, up to which publications must be told apart.
    const runsSince = keepRunsSince < keepSince ? keepRunsSince : keepSince;
    return this.#writes.run([
      `update ${ledgerTable("ledger")} set horizon = ${since} where horizon is null or horizon < ${since}`,
      ...forgetStatements(since),
      ...forgetRunStatements(timestampLiteral(runsSince)),
    ]);
  }

  async knownPhysical(): Promise<ReadonlySet<string>> {
    return new Set((await readVersions(this.#engine, "1 = 1")).flatMap(physicalOf));
  }
}

function physicalOf({ published, undo }: PastVersion): readonly string[] {
  return [
    ...(published.physical === undefined ? [] : [published.physical]),
    ...(undo?.physical ?? []),
  ];
}

/** A version that was published before `keepSince` has no predecessor to go back to. */
function neededBy({ published, publishedAt, undo }: PastVersion, keepSince: string): string[] {
  return [
    ...(published.physical === undefined ? [] : [published.physical]),
    ...(publishedAt < keepSince ? [] : (undo?.physical ?? [])),
  ];
}
