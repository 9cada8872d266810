import { codeOf } from "../../core/caught.ts";
import type { PostgresConnection } from "./postgres-connection.ts";

const insufficientPrivilege = "42501";

/**
 * What tells this database from one that was rebuilt under the same address: the row of its table
 * `database_identity`, else the cluster's own identifier with the database's; undefined where the role may see neither.
 */
export async function readIdentity(connection: PostgresConnection): Promise<string | undefined> {
  const [found] = await connection.query(
    "select to_regclass('database_identity') is not null as present",
  );
  if (found?.["present"] === "t") {
    const rows = await connection.query("select identity::text from database_identity limit 2");
    const identity = rows.length === 1 ? rows[0]?.["identity"] : undefined;
    if (typeof identity === "string") return identity;
  }
  try {
    const [row] = await connection.query(`
      select control.system_identifier::text || '/' || database.oid::text as identity
      from pg_control_system() as control
      join pg_catalog.pg_database as database on database.datname = current_database()`);
    return row?.["identity"] ?? undefined;
  } catch (error) {
    if (codeOf(error) === insufficientPrivilege) return undefined;
    throw error;
  }
}
