import type { Client } from "pg";
import { qualifiedName } from "../named-relations.ts";
import { asRedshiftError, RedshiftError } from "../redshift-error.ts";
import { numericModifier } from "../result-column.ts";
import type { CopyCommand } from "./copy-command.ts";

export interface TargetColumn {
  readonly name: string;
  /** Postgres's name without dimensions: int4, numeric, varchar … */
  readonly type: string;
  readonly precision: number;
  readonly scale: number;
  /** Bytes of a text, or undefined. */
  readonly bytes: number | undefined;
}

/** The columns that a COPY fills, in the order of its list, or of the table. Throws RedshiftError. */
export async function targetColumns(
  client: Client,
  { table, columns }: Pick<CopyCommand, "table" | "columns">,
): Promise<readonly TargetColumn[]> {
  const all = await allColumns(client, qualifiedName(table));
  if (columns === undefined) return all;
  const repeated = columns.find((name, index) => columns.indexOf(name) !== index);
  if (repeated !== undefined)
    throw new RedshiftError(`column "${repeated}" specified more than once`, "42701");
  return columns.map((name) => {
    const column = all.find((each) => each.name === name);
    if (column !== undefined) return column;
    throw new RedshiftError(`column "${name}" of relation "${table.name}" does not exist`, "42703");
  });
}

async function allColumns(client: Client, table: string): Promise<readonly TargetColumn[]> {
  try {
    const { rows } = await client.query<{
      name: string;
      type: string;
      modifier: number;
      kind: string;
    }>(
      `select attname as name, typname as type, atttypmod as modifier, relkind::text as kind
       from pg_attribute
       join pg_class on pg_class.oid = attrelid
       join pg_type on pg_type.oid = atttypid
       where attrelid = $1::regclass and attnum > 0 and not attisdropped
       order by attnum`,
      [table],
    );
    if (rows[0] !== undefined && rows[0].kind !== "r")
      throw new RedshiftError(`cannot copy to the view ${table}`, "42809");
    return rows.map(({ name, type, modifier }) => ({
      name,
      type,
      ...(type === "numeric" ? numericModifier(modifier) : { precision: 0, scale: 0 }),
      bytes: ["varchar", "bpchar"].includes(type) && modifier >= 4 ? modifier - 4 : undefined,
    }));
  } catch (error) {
    throw asRedshiftError(error);
  }
}
