import { RedshiftError, unsupported } from "../redshift-error.ts";
import { texts, type Fields } from "../syntax-tree.ts";

const known = new Set([
  ...["AT_AddColumn", "AT_DropColumn", "AT_AlterColumnType", "AT_ChangeOwner", "AT_DropConstraint"],
]);

/** Throws RedshiftError for changes of a table that Redshift cannot make. */
export function checkAlterTable(fields: Fields): void {
  const commands = (fields["cmds"] as readonly { AlterTableCmd: Fields }[]).map(
    ({ AlterTableCmd }) => AlterTableCmd,
  );
  if (commands.length > 1) throw unsupported("ALTER TABLE makes one change at a time");
  for (const command of commands) {
    const kind = String(command["subtype"]);
    if (!known.has(kind)) {
      const words = kind
        .replace("AT_", "")
        .replace(/(?<=[a-z])(?=[A-Z])/g, " ")
        .toUpperCase();
      throw unsupported(`ALTER TABLE … ${words} is not supported`);
    }
    const definition = (command["def"] as { ColumnDef?: Fields } | undefined)?.ColumnDef;
    if (kind === "AT_AlterColumnType") {
      const type = texts((definition?.["typeName"] as Fields | undefined)?.["names"]).at(-1);
      if (type !== "varchar") throw unsupported("ALTER COLUMN TYPE is supported for VARCHAR only");
      if (definition?.["raw_default"] !== undefined)
        throw unsupported("ALTER COLUMN TYPE … USING is not supported");
    }
    if (kind === "AT_AddColumn") {
      if (command["missing_ok"] === true)
        throw unsupported("ADD COLUMN IF NOT EXISTS is not supported");
      const kinds = constraints(definition);
      if (kinds.includes("CONSTR_NOTNULL") && !kinds.includes("CONSTR_DEFAULT"))
        throw new RedshiftError(
          "ALTER TABLE ADD COLUMN defined as NOT NULL must have a non-null default expression",
          "42601",
        );
    }
    if (kind === "AT_DropColumn" && command["missing_ok"] === true)
      throw unsupported("DROP COLUMN IF EXISTS is not supported");
  }
}

function constraints(definition: Fields | undefined): readonly string[] {
  const list = (definition?.["constraints"] ?? []) as readonly { Constraint?: Fields }[];
  return list.map(({ Constraint }) => String(Constraint?.["contype"]));
}
