import type { LiveColumn, LiveTable } from "../../core/ports.ts";
import type { PostgresConnection } from "./postgres-connection.ts";
import { columnsStatement, tablesStatement } from "./postgres-statements.ts";
import { columnTypeOf, precisionOf } from "./postgres-types.ts";

/** None when there is no such table. */
export async function readColumns(
  connection: PostgresConnection,
  schema: string,
  table: string,
): Promise<readonly LiveColumn[]> {
  const rows = await connection.query(columnsStatement(schema, table));
  return rows.map((row) => {
    const type = columnTypeOf(row["base_type"] ?? "");
    const precision = precisionOf(row["base_type"] ?? "");
    return {
      name: row["name"] ?? "",
      ...(type === undefined ? {} : { type }),
      ...(precision === undefined ? {} : { precision }),
      nativeType: row["native_type"] ?? "",
      nullable: row["nullable"] === "t",
    };
  });
}

export async function readLiveTables(
  connection: PostgresConnection,
  schema: string,
): Promise<readonly LiveTable[]> {
  const tables: LiveTable[] = [];
  for (const row of await connection.query(tablesStatement(schema))) {
    const name = row["name"] ?? "";
    const columns = await readColumns(connection, schema, name);
    const key = namesIn(row["key"]);
    tables.push({
      name,
      description: row["description"] ?? "",
      columns,
      key: columns.map((column) => column.name).filter((column) => key.includes(column)),
      indexed: namesIn(row["indexed"]),
    });
  }
  return tables;
}

function namesIn(json: string | null | undefined): readonly string[] {
  return JSON.parse(json ?? "[]") as readonly string[];
}
