import type { Failure } from "../../core/diagnostic.ts";
import type { ExtractedTable } from "../../core/ports.ts";
import { TotalsCounter } from "../control-totals.ts";
import { CsvSpool } from "../csv-spool.ts";
import { cursorColumn, microsecondsOf } from "../cursor.ts";
import { asExtractFailure } from "../extract-failure.ts";
import type { PartCommit, StagedTable } from "../part-commit.ts";
import type { Item } from "./dynamodb-text.ts";
import { keepsItem } from "../../core/technical-columns.ts";
import type { ItemSourceTable } from "../../core/node.ts";
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
  readonly #staged: StagedTable;
  readonly #spool: CsvSpool;
  readonly #totals: TotalsCounter;
  readonly #rowsOf: RowsOf;
  readonly #cursorIndex: number;
  readonly #since: bigint | undefined;
  failure: Failure | undefined;

  private constructor(
    { request, rowsOf }: { readonly request: ItemRequest; readonly rowsOf: RowsOf },
    commit: PartCommit,
    staged: StagedTable,
    spool: CsvSpool,
  ) {
    const { table, since } = request;
    this.request = request;
    this.#commit = commit;
    this.#staged = staged;
    this.#spool = spool;
    this.#totals = new TotalsCounter(table);
    this.#rowsOf = rowsOf;
    const cursor = cursorColumn(table)?.name;
    this.#cursorIndex = table.columns.findIndex(({ name }) => name === cursor);
    this.#since = since === undefined ? undefined : microsecondsOf(since);
  }

  static async open(request: ItemRequest, commit: PartCommit): Promise<TableSink> {
    // Its contract first: nothing is staged for a table that cannot be read.
    cursorColumn(request.table);
    const rowsOf = rowMaker(request.table);
    const staged = await commit.stage(request.table, keepsItem(request.table));
    const spool = await CsvSpool.open(staged.spoolPath);
    return new TableSink({ request, rowsOf }, commit, staged, spool);
  }

  async add(item: Item): Promise<void> {
    if (this.failure !== undefined) return;
    try {
      for (const row of this.#rowsOf(item)) {
        if (this.#isOld(row)) continue;
        this.#totals.add(row);
        await this.#spool.append(row);
      }
    } catch (error) {
      this.failure = asExtractFailure(this.request.table, error);
    }
  }

  /** Undefined after a failure. */
  async finish(): Promise<ExtractedTable | undefined> {
    if (this.failure !== undefined) return undefined;
    try {
      await this.#spool.finish();
      const totals = this.#totals.totals();
      const staged = { ...this.#staged, sentRows: totals.rows };
      return await this.#commit.commit(staged, () => Promise.resolve(totals));
    } catch (error) {
      this.failure = asExtractFailure(this.request.table, error);
      return undefined;
    }
  }

  async close(): Promise<void> {
    await this.#spool.close();
    await this.#commit.discard(this.#staged);
  }

  /** A row without a readable cursor is never old: whether it fits is for the cast to say. */
  #isOld(row: TextRow): boolean {
    const cursor = row[this.#cursorIndex];
    if (this.#since === undefined || typeof cursor !== "string") return false;
    const time = microsecondsOf(cursor);
    return time !== undefined && time < this.#since;
  }
}
