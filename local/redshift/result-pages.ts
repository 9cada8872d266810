import { invalid } from "./data-api-error.ts";
import type { Limits } from "./limits.ts";
import type { StatementResult } from "./sql/execute-statement.ts";

export type Row = StatementResult["rows"][number];

/** Bytes of a result; throws, as the Data API does, when a row or all of it is too large. */
export function measureResult({ rows }: StatementResult, limits: Limits): number {
  let total = 0;
  for (const row of rows) {
    const bytes = rowBytes(row);
    if (bytes > limits.rowBytes) {
      throw new Error(
        `ERROR: Packet for query is too large (${bytes} > ${limits.rowBytes}). A row of a result may hold 64 KB.`,
      );
    }
    total += bytes;
    if (total > limits.resultBytes) {
      throw new Error("ERROR: Database response exceeded size limit.");
    }
  }
  return total;
}

export interface ResultPage {
  readonly rows: readonly Row[];
  readonly isFirst: boolean;
  readonly nextToken: string | undefined;
}

/** The rows from where the token stands. Throws ValidationException when the token is of another statement, or none of ours. */
export function pageOf(
  result: StatementResult,
  request: { Id: string; NextToken?: string | undefined },
  pageBytes: number,
): ResultPage {
  const start = request.NextToken === undefined ? 0 : readToken(request.NextToken, request.Id);
  let end = start;
  for (let bytes = 0; end < result.rows.length && bytes < pageBytes; end += 1) {
    bytes += rowBytes(result.rows[end] ?? []);
  }
  return {
    rows: result.rows.slice(start, end),
    isFirst: start === 0,
    nextToken: end < result.rows.length ? writeToken(request.Id, end) : undefined,
  };
}

function rowBytes(row: Row): number {
  return row.reduce((sum, value) => sum + (value === null ? 0 : Buffer.byteLength(value)), 0);
}

function writeToken(id: string, offset: number): string {
  return Buffer.from(`${id} ${offset}`).toString("base64");
}

function readToken(token: string, id: string): number {
  const [tokenId, offset] = Buffer.from(token, "base64").toString().split(" ");
  if (tokenId !== id || offset === undefined || !/^\d+$/.test(offset)) {
    throw invalid("NextToken is invalid.");
  }
  return Number(offset);
}
