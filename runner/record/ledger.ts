import type { LakeManifest } from "../core/manifest.ts";
import type { Engine, Ledger, Publication } from "../core/ports.ts";
import type { RunStatus, StepKind, StepOutcome } from "../core/event.ts";
import type { RelationName } from "../core/relation.ts";
import { ledgerSchema, quoteNullable, quoteText } from "../core/sql-text.ts";
import { emptyState } from "../core/state.ts";
import type { PublishedRelation, WarehouseState } from "../core/state.ts";
import { ledgerSetup } from "./ledger-schema.ts";
import { nextRunIdentity } from "./run-identity.ts";

const table = (name: string) => `${ledgerSchema}.${name}`;

/** The text of a timestamp literal that every engine reads. */
function timestampText(iso: string): string {
  return iso.replace("T", " ").replace("Z", "");
}

/** Reads the state of a warehouse that may never have been written to. */
export async function readState(engine: Engine): Promise<WarehouseState> {
  if (!(await hasLedger(engine))) return emptyState;
  const [published, watermarks, manifests, identities] = await Promise.all([
    engine.query(
      `select relation, materialization, physical, columns, run_id from ${table("published")}`,
    ),
    engine.query(`select relation, high_value from ${table("watermark")}`),
    engine.query(
      `select relation, content from ${table("lake_manifest")} where superseded_at is null`,
    ),
    engine.query(`select relation, identity from ${table("extracted_identity")}`),
  ]);
  return {
    published: new Map(
      published.rows.map((row) => {
        const relation = String(row.relation) as RelationName;
        return [
          relation,
          {
            relation,
            materialization: String(row.materialization) as PublishedRelation["materialization"],
            physical: row.physical === null ? undefined : String(row.physical),
            columns: JSON.parse(String(row.columns)) as PublishedRelation["columns"],
            runId: String(row.run_id),
          },
        ];
      }),
    ),
    watermarks: new Map(
      watermarks.rows.map((row) => [String(row.relation) as RelationName, String(row.high_value)]),
    ),
    manifests: new Map(
      manifests.rows.map((row) => [
        String(row.relation) as RelationName,
        JSON.parse(String(row.content)) as LakeManifest,
      ]),
    ),
    identities: new Map(
      identities.rows.map((row) => [String(row.relation) as RelationName, String(row.identity)]),
    ),
  };
}

async function hasLedger(engine: Engine): Promise<boolean> {
  const { rows } = await engine.query(
    `select 1 as found from information_schema.tables where table_schema = '${ledgerSchema}'`,
  );
  return rows.length > 0;
}

/** Opens the ledger of a warehouse that this process may write to, making it when it is new. */
export async function openLedger(engine: Engine): Promise<Ledger> {
  await engine.transaction(ledgerSetup);
  return new WarehouseLedger(engine);
}

class WarehouseLedger implements Ledger {
  readonly #engine: Engine;
  /** One write at a time: the engine refuses two transactions that touch the same table's rows. */
  #lastWrite: Promise<void> = Promise.resolve();

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  #write(statements: readonly string[]): Promise<void> {
    const write = this.#lastWrite.then(() => this.#engine.transaction(statements));
    this.#lastWrite = write.catch(() => undefined);
    return write;
  }

  state(): Promise<WarehouseState> {
    return readState(this.#engine);
  }

  async nextRun(now: Date) {
    const { rows } = await this.#engine.query(
      `select cast(max(started_at) as varchar) as latest from ${table("run")}`,
    );
    const latest = rows[0]?.latest;
    return nextRunIdentity(
      now,
      typeof latest === "string" ? new Date(`${latest.replace(" ", "T")}Z`) : undefined,
    );
  }

  async beginRun(run: { id: string; startedAt: string; command: string }): Promise<void> {
    await this.#write([
      `insert into ${table("run")} (run_id, command, pid, started_at, finished_at, status)\nvalues (${quoteText(run.id)}, ${quoteText(run.command.slice(0, 1000))}, ${process.pid}, ${stamp(run.startedAt)}, null, 'running')`,
    ]);
  }

  async beginStep(runId: string, step: { id: string; kind: StepKind }): Promise<void> {
    await this.#write([
      `insert into ${table("step")} (run_id, step_id, kind, status, started_at)\nvalues (${quoteText(runId)}, ${quoteText(step.id)}, ${quoteText(step.kind)}, 'running', ${stampNow()})`,
    ]);
  }

  async finishStep(runId: string, outcome: StepOutcome): Promise<void> {
    // A statement's text ends at a null character.
    const message = (outcome.diagnostic?.message ?? outcome.because?.join(", "))?.replaceAll(
      "\0",
      "",
    );
    const values = `status = ${quoteText(outcome.status)}, finished_at = ${stampNow()}, row_count = ${outcome.rows ?? "null"}, message = ${quoteNullable(message?.slice(0, 4000))}`;
    const where = `run_id = ${quoteText(runId)} and step_id = ${quoteText(outcome.id)}`;
    await this.#write([
      outcome.status === "skipped"
        ? `insert into ${table("step")} (run_id, step_id, kind, status, message)\nvalues (${quoteText(runId)}, ${quoteText(outcome.id)}, ${quoteText(outcome.kind)}, 'skipped', ${quoteNullable(message)})`
        : `update ${table("step")} set ${values} where ${where}`,
    ]);
  }

  async finishRun(runId: string, status: RunStatus): Promise<void> {
    await this.#write([
      `update ${table("run")} set status = ${quoteText(status)}, finished_at = ${stampNow()} where run_id = ${quoteText(runId)}`,
    ]);
  }

  publishStatements(publication: Publication): readonly string[] {
    return publishStatements(publication);
  }

  async interruptedRuns(): Promise<readonly string[]> {
    const { rows } = await this.#engine.query(
      `select run_id from ${table("run")} where status = 'running' order by started_at`,
    );
    return rows.map((row) => String(row.run_id));
  }

  async closeInterrupted(): Promise<void> {
    const change = `set status = 'interrupted', finished_at = ${stampNow()} where status = 'running'`;
    await this.#write([`update ${table("step")} ${change}`, `update ${table("run")} ${change}`]);
  }

  async pendingManifests(): Promise<readonly LakeManifest[]> {
    const { rows } = await this.#engine.query(
      `select content from ${table("lake_manifest")} where superseded_at is null and not is_pointed order by relation`,
    );
    return rows.map((row) => JSON.parse(String(row.content)) as LakeManifest);
  }

  async markPointed(relations: readonly RelationName[]): Promise<void> {
    if (relations.length === 0) return;
    const list = relations.map(quoteText).join(", ");
    await this.#write([
      `update ${table("lake_manifest")} set is_pointed = true where superseded_at is null and relation in (${list})`,
    ]);
  }

  async collectable(keepSince: string) {
    const old = `superseded_at < ${stamp(keepSince)}`;
    const physical = await this.#engine.query(
      `select physical from ${table("physical_version")} where ${old} order by run_id`,
    );
    const needed = await this.#engine.query(
      `select content from ${table("lake_manifest")} where superseded_at is null or not ${old}`,
    );
    return {
      physical: physical.rows.map((row) => String(row.physical)),
      manifests: needed.rows.map((row) => JSON.parse(String(row.content)) as LakeManifest),
    };
  }

  async forget(physical: readonly string[], keepSince: string): Promise<void> {
    const list = physical.map(quoteText).join(", ");
    await this.#write([
      ...(physical.length > 0
        ? [`delete from ${table("physical_version")} where physical in (${list})`]
        : []),
      `delete from ${table("lake_manifest")} where superseded_at < ${stamp(keepSince)}`,
    ]);
  }

  async knownPhysical(): Promise<ReadonlySet<string>> {
    const { rows } = await this.#engine.query(`select physical from ${table("physical_version")}`);
    return new Set(rows.map((row) => String(row.physical)));
  }
}

function stamp(iso: string): string {
  return `cast(${quoteText(timestampText(iso))} as timestamp)`;
}

function stampNow(): string {
  return stamp(new Date().toISOString());
}

/** Replaces, for each relation and source of a publication, what the ledger says of it. */
function publishStatements(publication: Publication): readonly string[] {
  const run = quoteText(publication.runId);
  const at = stamp(publication.publishedAt);
  const statements: string[] = [];
  for (const { relation, materialization, physical, columns } of publication.relations) {
    const name = quoteText(relation);
    statements.push(
      `delete from ${table("published")} where relation = ${name}`,
      `insert into ${table("published")} (relation, materialization, physical, columns, run_id, published_at)\nvalues (${name}, ${quoteText(materialization)}, ${quoteNullable(physical)}, ${quoteText(JSON.stringify(columns))}, ${run}, ${at})`,
      `update ${table("physical_version")} set superseded_at = ${at} where relation = ${name} and superseded_at is null and physical <> ${quoteText(physical ?? "")}`,
    );
    if (physical !== undefined) {
      statements.push(
        `insert into ${table("physical_version")} (relation, physical, run_id, superseded_at)\nselect ${name}, ${quoteText(physical)}, ${run}, null\nwhere not exists (select 1 from ${table("physical_version")} where physical = ${quoteText(physical)})`,
      );
    }
  }
  for (const [relation, value] of publication.watermarks) {
    statements.push(
      `delete from ${table("watermark")} where relation = ${quoteText(relation)}`,
      `insert into ${table("watermark")} (relation, high_value, run_id) values (${quoteText(relation)}, ${quoteText(value)}, ${run})`,
    );
  }
  for (const [relation, identity] of publication.identities) {
    statements.push(
      `delete from ${table("extracted_identity")} where relation = ${quoteText(relation)}`,
      `insert into ${table("extracted_identity")} (relation, identity, run_id) values (${quoteText(relation)}, ${quoteText(identity)}, ${run})`,
    );
  }
  for (const manifest of publication.manifests) {
    const name = quoteText(manifest.relation);
    statements.push(
      `update ${table("lake_manifest")} set superseded_at = ${at} where relation = ${name} and superseded_at is null`,
      `insert into ${table("lake_manifest")} (relation, run_id, content, published_at, superseded_at, is_pointed)\nvalues (${name}, ${run}, ${quoteText(JSON.stringify(manifest))}, ${at}, null, false)`,
    );
  }
  return statements;
}
