import type { Client } from "pg";
import { accessStatement } from "./access/access-statement.ts";
import { dropGranted } from "./access/drop-granted.ts";
import { readCopy } from "./copy/copy-command.ts";
import { copy } from "./copy/copy.ts";
import { readUnload } from "./unload/unload-command.ts";
import { unload } from "./unload/unload.ts";
import { checkNamedColumns, readCreateTable } from "./create-table.ts";
import { placedIn, withPosition } from "./error-place.ts";
import {
  attachViews,
  createLateBindingView,
  detachReaders,
  detachReadersOfSchemas,
  readLateBindingView,
  refuseProtected,
} from "./late-binding-view.ts";
import { droppedRelations, relationOf } from "./named-relations.ts";
import { withoutPhysicalClauses } from "./physical-statements.ts";
import { plainText } from "./plain-text.ts";
import { procedureStatement } from "./procedures.ts";
import { queryPostgres } from "./query-postgres.ts";
import { RedshiftError } from "./redshift-error.ts";
import { withoutRows, type StatementResult, type Storage } from "./statement-result.ts";
import { texts, type Fields } from "./syntax-tree.ts";
import { offsetBeforeEdits, offsetBeforeRewriting } from "./text-edits.ts";
import { tokenize } from "./tokens.ts";
import { translate, type Translation } from "./translate.ts";

export { RedshiftError };
export { logIn, logOut } from "./access/session-authorization.ts";
export { prepareDatabase } from "./prepare-database.ts";
export type { ResultColumn, StatementResult, Storage } from "./statement-result.ts";

/**
 * Runs one Redshift statement inside whatever transaction the connection is in. Throws RedshiftError with the message
 * that Redshift would give.
 */
export async function executeStatement(
  client: Client,
  sql: string,
  storage: Storage,
): Promise<StatementResult> {
  try {
    return await execute(client, sql, storage);
  } catch (error) {
    throw error instanceof RedshiftError ? withPosition(error, sql) : error;
  }
}

async function execute(client: Client, sql: string, storage: Storage): Promise<StatementResult> {
  refuseInternals(sql);
  const access = accessStatement(client, sql);
  if (access !== undefined) return access;
  const run = (statement: string) => executeStatement(client, statement, storage);
  const procedure = procedureStatement(client, sql, run);
  if (procedure !== undefined) return procedure;
  const written = tokenize(sql);
  const copied = readCopy(written);
  if (copied !== undefined) return copy(client, copied, storage);
  const unloaded = readUnload(written);
  if (unloaded !== undefined) return unload(client, unloaded, storage);

  const { plain, edits } = plainText(sql);
  return placedIn(
    (offset) => offsetBeforeEdits(edits, offset),
    () => executePlain(client, plain),
  );
}

async function executePlain(client: Client, plain: string): Promise<StatementResult> {
  const tokens = tokenize(plain);
  const view = readLateBindingView(plain, tokens);
  if (view !== undefined) return createLateBindingView(client, view);

  const table = readCreateTable(plain, tokens);
  const statement = table?.statement ?? withoutPhysicalClauses(plain, tokens, client);
  if (statement === undefined) return withoutRows;
  const translation = await placedIn(
    (offset) => offsetBeforeRewriting({ before: plain, after: statement }, offset),
    () => translate(statement),
  );
  await freeRelations(client, translation);
  if (await dropGranted(client, translation)) return withoutRows;
  await attachViews(client, translation.relations);
  if (translation.type === "ViewStmt") await refuseProtected(client, translation.relations, false);
  if (table?.selected !== undefined) {
    const { query, named } = table.selected;
    const { statement } = await translate(query);
    const { columns } = await queryPostgres(
      client,
      `select * from (${statement}) as selected limit 0`,
    );
    checkNamedColumns(
      table.name,
      columns.map(({ name }) => name),
      named,
    );
  }
  const result = await queryPostgres(client, translation.statement);
  // TRUNCATE commits the transaction that it is in.
  if (translation.type === "TruncateStmt" && client.getTransactionStatus() === "T")
    await queryPostgres(client, "commit");
  return result;
}

/** The stand-in's own functions have powers that its users have not. Throws RedshiftError. */
function refuseInternals(sql: string): void {
  if (!/pg_internal/i.test(sql)) return;
  if (tokenize(sql).some(({ kind, value }) => kind !== "text" && value === "pg_internal"))
    throw new RedshiftError('schema "pg_internal" does not exist', "3F000");
}

/** Late-binding views do not stand in the way of what changes or drops the relations that they read. */
async function freeRelations(client: Client, { type, fields }: Translation): Promise<void> {
  switch (type) {
    case "DropStmt": {
      if (fields["removeType"] === "OBJECT_SCHEMA") {
        const objects = fields["objects"];
        await detachReadersOfSchemas(client, texts(objects));
      } else if (["OBJECT_TABLE", "OBJECT_VIEW"].includes(String(fields["removeType"])))
        await detachReaders(client, droppedRelations(fields));
      return;
    }
    case "AlterTableStmt":
    case "RenameStmt": {
      const relation = fields["relation"];
      if (typeof relation === "object" && relation !== null)
        await detachReaders(client, [relationOf(relation as Fields)]);
      return;
    }
    default:
  }
}
