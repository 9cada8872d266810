import { mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import type { Access } from "../../core/access.ts";
import { mayRead, rightIn } from "../../core/access.ts";
import type { AuditTrail } from "../../core/audit.ts";
import { production } from "../../core/environment.ts";
import type { LakeManifest } from "../../core/manifest.ts";
import { mentionedRelations } from "../../core/mentioned-relations.ts";
import type { RelationName } from "../../core/relation.ts";
import { zones } from "../../core/relation.ts";
import { takeRole } from "../../core/take-role.ts";
import type { TakenRole } from "../../core/take-role.ts";
import { Sandbox } from "../../engine/duckdb/sandbox/sandbox.ts";
import type { SandboxOutcome } from "../../engine/duckdb/sandbox/sandbox.ts";
import type { SandboxOutput, SandboxReply } from "../../engine/duckdb/sandbox/protocol.ts";
import type { StoredLake } from "../../lake/stored-lake.ts";
import { environmentOf } from "../environment.ts";
import { readPointers } from "../lake-pointers.ts";
import { askingUser, auditTrailOf, onRecord } from "../on-record.ts";
import { openLake } from "../open-lake.ts";
import type { EnvironmentOptions } from "../options.ts";
import { compileProject, openProject } from "../project.ts";
import type { LinkedProject } from "../project.ts";
import { fillEnvironment, resolveTarget } from "../target.ts";
import type { Target } from "../target.ts";
import { classesOfProject } from "./classes-of-project.ts";
import { killPointFromEnvironment } from "../kill-point.ts";
import { makePrivateFolder } from "./private-folder.ts";
import { publishWritten } from "./publish-written.ts";
import { statementReads } from "./statement-reads.ts";
import type { StatementReads } from "./statement-reads.ts";
import { deniedChange, explainOutcome } from "./explain-outcome.ts";
import {
  changeableRelations,
  prepareRelations,
  visibleRelation,
  type ClassesOf,
  type VisibleRelation,
} from "./visible-relations.ts";

export interface RoleOptions extends EnvironmentOptions {
  readonly role: string;
  /** Who asks; default is MERCADO_USER, else the user of the operating system. */
  readonly user?: string;
}

export type Answer = Extract<SandboxReply, { readonly kind: "rows" | "file" | "written" }>;

/** Somebody who asks as a role, one statement at a time, each in a process of its own. */
export class RoleSession {
  readonly taken: TakenRole;
  /** The session's own, for results on their way; gone with it. */
  readonly folder: string;
  readonly #environment: string;
  readonly #access: Access;
  readonly #target: Target;
  readonly #lake: StoredLake;
  readonly #linked: LinkedProject;
  readonly #classesOf: ClassesOf;
  readonly #audit: AuditTrail;
  /** Started before it is needed. */
  #sandbox: Sandbox | undefined;
  #running: Sandbox | undefined;
  #statements = 0;

  private constructor(opened: {
    readonly linked: LinkedProject;
    readonly access: Access;
    readonly taken: TakenRole;
    readonly target: Target;
    readonly lake: StoredLake;
    readonly environment: string;
    readonly classesOf: ClassesOf;
  }) {
    this.taken = opened.taken;
    this.#linked = opened.linked;
    this.#access = opened.access;
    this.#target = opened.target;
    this.#lake = opened.lake;
    this.#environment = opened.environment;
    this.#classesOf = opened.classesOf;
    this.#audit = auditTrailOf(opened.target);
    this.folder = makePrivateFolder();
    this.#sandbox = new Sandbox(this.folder);
  }

  /** `asked` is what is on record when the user may not take the role. */
  static async open(options: RoleOptions, asked = "(a session)"): Promise<RoleSession> {
    const environment = environmentOf(options);
    const linked = await openProject(options);
    const { access } = linked.project;
    const target = resolveTarget(linked.project, options.target);
    const taken = await takenOnRecord(target, { access, options, asked });
    const lake = await openLake(target, { killPoint: killPointFromEnvironment() });
    if (access === undefined) throw new Error("a role was taken of a project that has none");
    const compiled = await compileProject(linked, { target: target.name });
    const classesOf = await classesOfProject(compiled);
    return new RoleSession({ linked, access, taken, target, lake, environment, classesOf });
  }

  /** The folder in which the project keeps what is its own on this machine. */
  get home(): string {
    return this.#target.home;
  }

  /** What the role sees at this moment. */
  async relations(): Promise<readonly VisibleRelation[]> {
    const pointed = await readPointers(this.#lake, this.#environment);
    const seeing = { taken: this.taken, access: this.#access, classesOf: this.#classesOf };
    return pointed
      .map(({ manifest }): LakeManifest => manifest)
      .filter(({ relation }) => mayRead(this.taken.role, relation))
      .map((manifest) => visibleRelation(manifest, seeing));
  }

  /** Answers a statement, or fails in the asker's words; both are on record when it returns. */
  async ask(statement: string, output: SandboxOutput): Promise<Answer> {
    const { user, role } = this.taken;
    const question = { user, role: role.name, target: this.#target.name, statement };
    return onRecord(this.#audit, question, async (tellRead) => {
      const names = new Set(mentionedRelations(statement));
      // Those that it may not read, too: who tried to is asked of the record.
      const relations = [...names];
      tellRead({ relations });
      const visible = await this.relations();
      const named = visible.filter(({ manifest }) => names.has(manifest.relation));
      const reading = statementReads(statement, named);
      const [answer] = await Promise.all([
        this.#answer(statement, output, { visible, named, reading }),
        reading.then(({ columns }) => {
          tellRead({ relations, columns });
        }),
      ]);
      return { answer, rows: answer.kind === "rows" ? answer.rows.length : answer.rows };
    });
  }

  async #answer(
    statement: string,
    output: SandboxOutput,
    { visible, named, reading }: Reading,
  ): Promise<Answer> {
    const { role } = this.taken;
    const folder = path.join(this.folder, String((this.#statements += 1)));
    mkdirSync(folder);
    const makerOf = (relation: RelationName) => this.#makerOf(relation);
    const changeable = changeableRelations(
      visible,
      this.taken,
      (relation) => makerOf(relation) !== undefined,
    );
    const prepared = await prepareRelations(visible, {
      taken: this.taken,
      lake: this.#lake,
      maskKey: fillEnvironment(this.#access.maskKey),
      named: new Set(named.map(({ manifest }) => manifest.relation)),
      folder,
      changeable,
    });
    const written = path.join(folder, "written.parquet");
    const writableZones = zones.filter((zone) => rightIn(role, zone) === "write");
    const isWriter = writableZones.length > 0 && this.#environment === production;
    const reachable = [
      ...prepared.reachable,
      ...(output.kind === "file" ? [output.path] : []),
      ...(isWriter ? [written] : []),
    ];
    const sandbox = this.#sandbox ?? new Sandbox(this.folder);
    this.#sandbox = undefined;
    this.#running = sandbox;
    const outcome: SandboxOutcome = await sandbox.ask(
      {
        statement,
        setup: prepared.setup,
        reachable,
        threads: this.#target.threads,
        memoryBytes: role.limits.memoryBytes,
        output,
        ...(isWriter
          ? { writing: { zones: writableZones, relations: [...changeable], path: written } }
          : {}),
      },
      role.limits.seconds,
    );
    this.#running = undefined;
    if (outcome.kind === "written" && outcome.changed !== undefined) {
      const { changed } = outcome;
      const denied = deniedChange(changed.relation, { role, makerOf });
      if (denied !== undefined) throw denied;
      const before = visible.find(({ manifest }) => manifest.relation === changed.relation);
      await publishWritten(changed, {
        lake: this.#lake,
        taken: this.taken,
        before: before?.manifest,
        file: written,
        classesOf: (await reading).classesOf,
      });
    }
    if (outcome.kind === "rows" || outcome.kind === "file" || outcome.kind === "written") {
      return outcome;
    }
    const readable = visible.map(({ manifest }) => manifest.relation);
    throw explainOutcome(outcome, { statement, role, readable, makerOf });
  }

  /** Ends the statement that is asked; its asker gets a failure. */
  async interrupt(): Promise<void> {
    await (this.#running ?? this.#sandbox)?.interrupt();
  }

  /** Starts the next statement's process already, for those who will ask again. */
  warm(): void {
    this.#sandbox ??= new Sandbox(this.folder);
  }

  async close(): Promise<void> {
    await this.#running?.interrupt();
    await this.#sandbox?.end();
    rmSync(this.folder, { recursive: true, force: true });
  }

  #makerOf(relation: RelationName): string | undefined {
    return this.#linked.graph.nodes.get(relation)?.place.file;
  }
}

interface Reading {
  readonly visible: readonly VisibleRelation[];
  readonly named: readonly VisibleRelation[];
  readonly reading: Promise<StatementReads>;
}

/** Who asks in vain for a role is on record like one who asks with it. */
async function takenOnRecord(
  target: Target,
  {
    access,
    options,
    asked,
  }: {
    readonly access: Access | undefined;
    readonly options: RoleOptions;
    readonly asked: string;
  },
): Promise<TakenRole> {
  const user = askingUser(options.user);
  try {
    return takeRole(access, options.role, user);
  } catch (error) {
    const question = { user, role: options.role, target: target.name, statement: asked };
    return onRecord(auditTrailOf(target), question, () => {
      throw error;
    });
  }
}
