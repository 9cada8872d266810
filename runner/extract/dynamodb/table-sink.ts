import type { Failure } from "../../core/diagnostic.ts";
import type { ExtractedTable } from "../../core/ports.ts";
import { TotalsCounter } from "../control-totals.ts";
import { cursorColumn, microsecondsOf } from "../cursor.ts";
import { asExtractFailure } from "../extract-failure.ts";
import { assertSameTotals, joinParts, totalsOfParts } from "../joined-parts.ts";
import type { PartCommit } from "../part-commit.ts";
import { assertRejectShare } from "../rejects.ts";
import { TextSegments } from "../text-segments.ts";
import type { Item } from "./dynamodb-text.ts";
import { keepsItem } from "../../core/technical-columns.ts";
import type { ItemSourceTable } from "../../core/source-table.ts";
import { rowMaker, type RowsOf, type TextRow } from "./item-rows.ts";

export interface ItemRequest {
  readonly table: ItemSourceTable;
  /** The lowest cursor value of a row that is kept; undefined keeps all. */
  readonly since?: string;
}

/** Gathers the rows of one requested table while items of several pass by. Its first failure is kept for the end. */
export class TableSink {
  readonly request: ItemRequest;
  readonly #commit: PartCommit;
  readonly #segments: TextSegments;
  readonly #totals: TotalsCounter;
  readonly #rowsOf: RowsOf;
  readonly #cursorIndex: number;
  readonly #since: bigint | undefined;
  #result: ExtractedTable | undefined;
  failure: Failure | undefined;

  private constructor(
    { request, rowsOf }: { readonly request: ItemRequest; readonly rowsOf: RowsOf },
    commit: PartCommit,
  ) {
    const { table, since } = request;
    this.request = request;
    this.#commit = commit;
    this.#segments = new TextSegments(table, keepsItem(table), { commit });
    this.#totals = new TotalsCounter(table);
    this.#rowsOf = rowsOf;
    const cursor = cursorColumn(table)?.name;
    this.#cursorIndex = table.columns.findIndex(({ name }) => name === cursor);
    this.#since = since === undefined ? undefined : microsecondsOf(since);
  }

  /** Throws where the table cannot be read as it is declared. */
  static open(request: ItemRequest, commit: PartCommit): TableSink {
    cursorColumn(request.table);
    return new TableSink({ request, rowsOf: rowMaker(request.table) }, commit);
  }

  async add(item: Item): Promise<void> {
    if (this.failure !== undefined) return;
    try {
      for (const row of this.#rowsOf(item)) {
        if (this.#isOld(row)) continue;
        this.#totals.add(row);
        await this.#segments.append(row);
      }
    } catch (error) {
      this.failure = asExtractFailure(this.request.table, error);
    }
  }

  /** Undefined after a failure. */
  async finish(): Promise<ExtractedTable | undefined> {
    if (this.failure !== undefined) return undefined;
    try {
      const { table } = this.request;
      const parts = await this.#segments.finish();
      const sent = this.#totals.totals();
      assertSameTotals(table, sent, totalsOfParts(parts));
      assertRejectShare(
        table,
        sent.rows,
        parts.flatMap(({ rejected }) => rejected ?? []),
      );
      this.#result = joinParts(table, keepsItem(table), parts);
      return this.#result;
    } catch (error) {
      this.failure = asExtractFailure(this.request.table, error);
      return undefined;
    }
  }

  /** Removes what is no part of a result. */
  async close(): Promise<void> {
    await this.#segments.discard();
    if (this.#result === undefined && this.#segments.begun > 0) {
      await this.#commit.abandon(this.request.table);
    }
  }

  /** A row without a readable cursor is never old: whether it fits is for the cast to say. */
  #isOld(row: TextRow): boolean {
    const cursor = row[this.#cursorIndex];
    if (this.#since === undefined || typeof cursor !== "string") return false;
    const time = microsecondsOf(cursor);
    return time !== undefined && time < this.#since;
  }
}
