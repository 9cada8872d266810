import { RedshiftError, unsupported } from "../redshift-error.ts";
import { isIdentitySetting } from "./identity-settings.ts";
import type { Fields } from "../syntax-tree.ts";

/** Statements by the names of their nodes in Postgres's syntax tree that Redshift has, too. */
const known = new Set([
  ...["SelectStmt", "InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt", "CreateStmt"],
  ...["CreateTableAsStmt", "ViewStmt", "DropStmt", "AlterTableStmt", "RenameStmt", "TruncateStmt"],
  ...["TransactionStmt", "LockStmt", "VariableSetStmt", "VariableShowStmt", "ExplainStmt"],
  ...["CreateSchemaStmt", "AlterOwnerStmt", "CommentStmt", "VacuumStmt", "DeclareCursorStmt"],
  ...["FetchStmt", "ClosePortalStmt", "PrepareStmt", "ExecuteStmt", "DeallocateStmt"],
]);

const names: Readonly<Record<string, string>> = {
  IndexStmt: "CREATE INDEX is not supported: Redshift has no indexes",
  CreateSeqStmt: "CREATE SEQUENCE is not supported: use an IDENTITY column",
  CreateTrigStmt: "CREATE TRIGGER is not supported",
  CreateEnumStmt: "CREATE TYPE is not supported",
  CompositeTypeStmt: "CREATE TYPE is not supported",
  CreateRangeStmt: "CREATE TYPE is not supported",
  CreateDomainStmt: "CREATE DOMAIN is not supported",
  CreateExtensionStmt: "CREATE EXTENSION is not supported",
  AlterObjectSchemaStmt: "SET SCHEMA is not supported",
  RuleStmt: "CREATE RULE is not supported",
  DoStmt: "DO is not supported",
  CreateFunctionStmt: "the stand-in does not create functions and procedures",
  CallStmt: "the stand-in does not call procedures",
  CopyStmt: "COPY goes from or to S3",
  ListenStmt: "LISTEN is not supported",
  NotifyStmt: "NOTIFY is not supported",
  CreatePolicyStmt: "CREATE POLICY is not supported: use CREATE RLS POLICY",
};

const droppable = new Set([
  ...["OBJECT_TABLE", "OBJECT_VIEW", "OBJECT_SCHEMA", "OBJECT_PROCEDURE"],
]);

/** Throws RedshiftError for statements that Redshift does not have. */
export function checkStatementKind(type: string, fields: Fields): void {
  if (!known.has(type)) {
    const word = type.replace(/Stmt$/, "").replace(/(?<=[a-z])(?=[A-Z])/g, " ");
    throw unsupported(names[type] ?? `${word.toUpperCase()} is not supported`);
  }
  switch (type) {
    case "DropStmt":
      if (!droppable.has(String(fields["removeType"])))
        throw unsupported(`DROP ${objectName(fields["removeType"])} is not supported`);
      return;
    case "RenameStmt":
      if (
        !["OBJECT_TABLE", "OBJECT_COLUMN", "OBJECT_SCHEMA", "OBJECT_VIEW"].includes(
          String(fields["renameType"]),
        )
      )
        throw unsupported(`renaming a ${objectName(fields["renameType"])} is not supported`);
      return;
    case "TransactionStmt":
      if (/SAVEPOINT|ROLLBACK_TO|RELEASE|PREPARED|PREPARE$/.test(String(fields["kind"])))
        throw unsupported("SAVEPOINT is not supported");
      return;
    case "TruncateStmt":
      if (Array.isArray(fields["relations"]) && fields["relations"].length > 1)
        throw unsupported("TRUNCATE takes one table");
      if (fields["restart_seqs"] === true || fields["behavior"] === "DROP_CASCADE")
        throw unsupported("TRUNCATE takes neither RESTART IDENTITY nor CASCADE");
      return;
    case "CreateTableAsStmt":
      if (fields["objtype"] === "OBJECT_MATVIEW")
        throw unsupported("the stand-in does not keep materialized views");
      if (fields["if_not_exists"] === true)
        throw unsupported("IF NOT EXISTS is not supported in CREATE TABLE AS");
      if ((fields["into"] as Fields)["skipData"] === true)
        throw unsupported("WITH NO DATA is not supported");
      return;
    case "CreateStmt":
      if (fields["inhRelations"] !== undefined) throw unsupported("INHERITS is not supported");
      if (fields["partspec"] !== undefined || fields["partbound"] !== undefined)
        throw unsupported("PARTITION BY is not supported for tables");
      if (fields["options"] !== undefined)
        throw unsupported("WITH storage parameters are not supported");
      if (fields["ofTypename"] !== undefined) throw unsupported("typed tables are not supported");
      return;
    case "ViewStmt":
      if (fields["withCheckOption"] !== "NO_CHECK_OPTION" || fields["options"] !== undefined)
        throw unsupported("a view's WITH takes NO SCHEMA BINDING only");
      return;
    case "VariableSetStmt":
      if (isIdentitySetting(String(fields["name"])))
        throw new RedshiftError(
          `unrecognized configuration parameter "${String(fields["name"])}"`,
          "42704",
        );
      return;
    case "LockStmt":
      if (![undefined, 8].includes(fields["mode"] as number | undefined))
        throw unsupported("LOCK takes no mode in Redshift: it is always exclusive");
      if (fields["nowait"] === true) throw unsupported("LOCK … NOWAIT is not supported");
      return;
    default:
  }
}

function objectName(type: unknown): string {
  return String(type).replace("OBJECT_", "").replaceAll("_", " ");
}
