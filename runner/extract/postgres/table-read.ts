import { codeOf, messageOf } from "../../core/caught.ts";
import { Failure } from "../../core/diagnostic.ts";
import type { Io } from "../../core/io.ts";
import type { ControlTotals, LakeFile } from "../../core/manifest.ts";
import type { PostgresSourceTable, SourceTable } from "../../core/source-table.ts";
import type { ExtractedTable, ExtractRequest } from "../../core/ports.ts";
import type { RelationName } from "../../core/relation.ts";
import { fromScaled, toScaled } from "../../core/scaled-decimal.ts";
import { summedColumns } from "../../core/summed-columns.ts";
import { asExtractFailure, contractFailure, extractFailure, shorten } from "../extract-failure.ts";
import { assertSameTotals, joinParts, totalsOfParts } from "../joined-parts.ts";
import type { CommittedPart, PartCommit } from "../part-commit.ts";
import { assertRejectShare, type RejectedPart } from "../rejects.ts";
import { openPostgresConnection, type PostgresConnection } from "./postgres-connection.ts";
import { totalsStatement, type RowRange } from "./postgres-statements.ts";
import { readRange, type ReadRange } from "./range-reader.ts";
import { planRead, type ReadPlan } from "./read-plan.ts";
import { Misfit, NotUtf8, RowTooLong } from "./read-problem.ts";
import { joinSnapshot, type Snapshot } from "./snapshot.ts";
import { longestRow } from "./tuple-reader.ts";

interface Surroundings {
  readonly url: string;
  readonly io: Io | undefined;
  readonly snapshot: Snapshot;
  readonly commit: PartCommit;
  readonly partBytes: number;
}

/** The reading of one table, range by range. Its first failure is kept for the end, and ends it. */
export class TableRead {
  readonly request: ExtractRequest;
  readonly #table: PostgresSourceTable;
  readonly #surroundings: Surroundings;
  #plan: ReadPlan | undefined;
  #parts = 0;
  readonly #committed: CommittedPart[] = [];
  readonly #totals: ControlTotals[] = [];
  #tableTotals: ControlTotals | undefined;
  failure: Failure | undefined;

  constructor(request: ExtractRequest, surroundings: Surroundings) {
    this.request = request;
    this.#table = postgresTable(request.table);
    this.#surroundings = surroundings;
  }

  get relation(): RelationName {
    return this.#table.relation;
  }

  /** Whether parts were committed, or begun, that are no part of the result. */
  get hasAbandonedParts(): boolean {
    return this.#parts > (this.failure === undefined ? this.#files.length : 0);
  }

  get ranges(): readonly RowRange[] {
    return this.#plan?.ranges ?? [];
  }

  plan(): Promise<void> {
    return this.#keepingFailure(async () => {
      const request = { ...this.request, table: this.#table };
      const { snapshot, partBytes } = this.#surroundings;
      this.#plan = await planRead(request, snapshot.connection, partBytes);
    });
  }

  readRange(range: RowRange): Promise<void> {
    return this.#keepingFailure(async () => {
      const plan = this.#plan;
      if (plan === undefined || this.failure !== undefined) return;
      const { parts, totals } = await this.#readFastOrExactly(plan, range);
      this.#committed.push(...parts);
      this.#totals.push(totals);
    });
  }

  /** Once all ranges were read: whether too many of the rows were rejected. */
  finish(): Promise<void> {
    return this.#keepingFailure(() => {
      const readRows = this.#totals.reduce((sum, { rows }) => sum + rows, 0);
      assertRejectShare(this.#table, readRows, this.#rejected);
      return Promise.resolve();
    });
  }

  /** Keys of all parts that are a part of the result. */
  get keys(): ReadonlySet<string> {
    const files = [...this.#files, ...this.#rejected.map(({ file }) => file)];
    return new Set(files.map(({ key }) => key));
  }

  get #files(): readonly LakeFile[] {
    return this.#committed.flatMap(({ file }) => file ?? []);
  }

  get #rejected(): readonly RejectedPart[] {
    return this.#committed.flatMap(({ rejected }) => rejected ?? []);
  }

  result(): ExtractedTable {
    return {
      ...joinParts(this.request.table, false, this.#committed),
      ...(this.#tableTotals === undefined ? {} : { tableTotals: this.#tableTotals }),
    };
  }

  async #keepingFailure(action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      this.failure ??= tableFailure(this.#table, error);
    }
  }

  /** Values that the fast reading does not take are looked at again as texts, which tells which they are and why. */
  async #readFastOrExactly(plan: ReadPlan, range: RowRange) {
    try {
      return await this.#read({ plan, range, columns: plan.columns });
    } catch (error) {
      if (!(error instanceof Misfit)) throw error;
      return this.#read({ plan, range, columns: plan.textColumns });
    }
  }

  async #read({
    plan,
    range,
    columns,
  }: {
    plan: ReadPlan;
    range: RowRange;
    columns: ReadPlan["columns"];
  }) {
    const { url, io, snapshot, commit, partBytes } = this.#surroundings;
    // A session for each range: one that failed is of no use for the next.
    const session = await openPostgresConnection(url, io);
    try {
      await joinSnapshot(session, snapshot);
      const isExact = columns === plan.textColumns;
      const checksUtf8 = isExact && (await takesBytesAsTheyAre(session));
      const nextPart = () => this.#parts++;
      const reading = { plan, range, columns, checksUtf8, commit, partBytes, nextPart };
      const read = await readRange(session, reading).catch((error: unknown) => {
        throw !isExact && isMisfit(error) ? new Misfit(messageOf(error)) : error;
      });
      return {
        parts: read.parts,
        totals: await this.#checkedTotals(session, { plan, range, read }),
      };
    } finally {
      await session.close();
    }
  }

  async #checkedTotals(
    session: PostgresConnection,
    { plan, range, read }: { plan: ReadPlan; range: RowRange; read: ReadRange },
  ): Promise<ControlTotals> {
    const expected = await readTotals(session, plan, range);
    assertSameTotals(this.#table, expected, totalsOfParts(read.parts));
    if (this.#table.totalsOf === "table" && range.since !== undefined) {
      this.#tableTotals = await readTotals(session, plan, {});
    }
    return expected;
  }
}

/**
 * A database that does not know its texts' encoding is asked for their bytes: Postgres itself would refuse those that are
 * no UTF-8, and not say where they are.
 */
async function takesBytesAsTheyAre(session: PostgresConnection): Promise<boolean> {
  const [row] = await session.query("select current_setting('server_encoding') as encoding");
  if (row?.["encoding"] !== "SQL_ASCII") return false;
  await session.query("set client_encoding = 'SQL_ASCII'");
  return true;
}

async function readTotals(
  session: PostgresConnection,
  { table, columns }: ReadPlan,
  range: RowRange,
): Promise<ControlTotals> {
  const exact = columns.filter(({ isTyped }) => isTyped).map(({ column }) => column.name);
  const [row] = await session.query(totalsStatement(table, new Set(exact), range));
  const sums = summedColumns(table).map(({ column, scale }, index) => {
    const text = row?.[`sum_${index}`] ?? "0";
    const scaled = toScaled(text, scale);
    return [column.name, scaled === undefined ? text : fromScaled(scaled, scale)] as const;
  });
  return { rows: Number(row?.["rows"]), sums: Object.fromEntries(sums) };
}

export function postgresTable(table: SourceTable): PostgresSourceTable {
  if (table.connector === "postgres") return table;
  throw new Error(`${table.source}.${table.table} is no Postgres table`);
}

/** SQLSTATE of bytes that are no text in the client's encoding. */
const untranslatable = ["22021", "22P05"];

function isMisfit(error: unknown): boolean {
  if (error instanceof Misfit) return true;
  if (error instanceof Failure) {
    return error.diagnostics.some(({ code }) => code === "EXTRACT_FAILED");
  }
  return untranslatable.includes(codeOf(error) ?? "");
}

const undefinedTable = "42P01";
const undefinedColumn = "42703";

function tableFailure(table: SourceTable, error: unknown): Failure {
  if (error instanceof RowTooLong) {
    return extractFailure(table, {
      message: `a row is longer than ${longestRow / 1024 / 1024} MB.`,
      hint: "Leave its longest column out of the source's YAML, or shorten the row in the source.",
    });
  }
  if (error instanceof NotUtf8) return notUtf8Failure(table, error);
  const code = codeOf(error);
  if (code !== undefinedTable && code !== undefinedColumn) return asExtractFailure(table, error);
  return contractFailure(table, {
    message: "the database does not have what the source's YAML declares.",
    cause: messageOf(error),
    hint: "Correct the YAML, or bring back what is missing in the database.",
  });
}

function notUtf8Failure(table: SourceTable, { column, fields }: NotUtf8): Failure {
  const textOf = (name: string) =>
    fields[table.columns.findIndex((candidate) => candidate.name === name)]?.toString("latin1") ??
    "null";
  const key = table.key.map((name) => `${name} ${textOf(name)}`).join(", ");
  const shown = shorten(textOf(column)).replace(
    /[\u0080-\u00ff]/g,
    (character) => `\\x${character.charCodeAt(0).toString(16)}`,
  );
  return extractFailure(table, {
    message: `column ${column} holds "${shown}", which is no UTF-8 (row ${key === "" ? "without a key" : shorten(key, 120)}).`,
    cause:
      "The database does not know its texts' encoding (SQL_ASCII), so Postgres cannot translate them; no row of this table was committed.",
    hint: "Correct the row in the source, or leave the column out of the source's YAML.",
  });
}
