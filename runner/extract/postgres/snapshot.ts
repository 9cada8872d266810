import { Failure } from "../../core/diagnostic.ts";
import type { Io } from "../../core/io.ts";
import {
  openPostgresConnection,
  unreachable,
  type PostgresConnection,
} from "./postgres-connection.ts";

/** One moment of a database, kept open for other sessions to read. */
export interface Snapshot {
  readonly name: string;
  /** The session that keeps it; what it reads is seen at the same moment. */
  readonly connection: PostgresConnection;
  close(): Promise<void>;
}

const begin = "begin isolation level repeatable read read only";

export async function openSnapshot(url: string, io?: Io): Promise<Snapshot> {
  const connection = await openPostgresConnection(url, io);
  try {
    await connection.query(begin);
    const [row] = await connection.query("select pg_export_snapshot() as name");
    return { name: row?.["name"] ?? "", connection, close: () => connection.close() };
  } catch (error) {
    await connection.close();
    throw error instanceof Failure ? error : unreachable(url, error);
  }
}

/** Lets a session see what the snapshot sees. */
export async function joinSnapshot(session: PostgresConnection, { name }: Snapshot): Promise<void> {
  await session.query(begin);
  await session.query(`set transaction snapshot '${name}'`);
}
