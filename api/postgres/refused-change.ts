import { isSQLError, SQLErrorCode } from "@databases/pg";
import type { SQLQuery } from "@databases/pg";
import { ShopError } from "../errors.ts";
import { sql } from "./pool.ts";

interface Archivable {
  updatedAt: string;
  archivedAt: string | null;
}

/** What a change has to meet beside the row's id. */
export interface Expectation {
  /** Of the row as the caller read it; without it, whatever has changed since is changed again. */
  expectedUpdatedAt?: string | undefined;
}

/** Living, and as the caller saw it. */
export function asExpected({ expectedUpdatedAt }: Expectation): SQLQuery {
  return expectedUpdatedAt === undefined
    ? sql`archived_at is null`
    : sql`archived_at is null and updated_at = ${expectedUpdatedAt}::timestamptz`;
}

/** Why a row that is there was not changed by a statement that demanded {@link asExpected}. */
export function refusedChange(kind: string, current: Archivable): ShopError {
  if (current.archivedAt !== null) {
    return new ShopError("ARCHIVED", `The ${kind} is archived since ${current.archivedAt}.`, {
      hint: `Restore the ${kind} before changing it.`,
    });
  }
  return new ShopError("CHANGED_MEANWHILE", `The ${kind} has been changed since it was read.`, {
    hint: `Look at it again (details.current), and send the change with its updatedAt.`,
    details: { current },
  });
}

/** `work`, whose violation of a unique index is `taken`. */
export async function refusingTaken<Result>(
  work: Promise<Result>,
  taken: () => ShopError,
): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    if (isSQLError(error) && error.code === SQLErrorCode.UNIQUE_VIOLATION) throw taken();
    throw error;
  }
}

/** `column = value` for each column that has one. */
export function assignments(values: Readonly<Record<string, unknown>>): SQLQuery[] {
  return Object.entries(values)
    .filter(([, value]) => value !== undefined)
    .map(([column, value]) => sql`${sql.ident(column)} = ${value}`);
}
