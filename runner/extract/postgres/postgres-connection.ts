import { Socket } from "node:net";
import type { Readable } from "node:stream";
import pg from "pg";
import { messageOf } from "../../core/caught.ts";
import { Failure } from "../../core/diagnostic.ts";
import { directIo, type Io } from "../../core/io.ts";
import { CopyOut } from "./copy-out.ts";

const connectTimeoutMilliseconds = 10_000;
const closeTimeoutMilliseconds = 2_000;

/** Text forms that do not depend on the server's or the role's settings, and no silently filtered rows. */
const sessionSettings = `
  set timezone = 'UTC';
  set datestyle = 'ISO, YMD';
  set intervalstyle = 'iso_8601';
  set bytea_output = 'hex';
  set extra_float_digits = 1;
  set client_encoding = 'UTF8';
  set row_security = off;
  set synchronize_seqscans = off;
  set statement_timeout = 0;
  set idle_in_transaction_session_timeout = 0`;

/** One session that reads; `close` ends it whatever state it is in. */
export interface PostgresConnection {
  query(statement: string): Promise<readonly Readonly<Record<string, string | null>>[]>;
  /** What `COPY … TO STDOUT` says, and at its end the number of rows that Postgres says it sent. */
  copy(statement: string): { readonly bytes: Readable; rowCount(): number };
  close(): Promise<void>;
}

/** Throws SOURCE_UNREACHABLE, naming the server but never the password. */
export async function openPostgresConnection(
  url: string,
  io: Io = directIo,
): Promise<PostgresConnection> {
  // Its own socket, so that it can be torn down in the middle of a COPY.
  const socket = new Socket();
  let client: pg.Client;
  try {
    client = new pg.Client({
      connectionString: url,
      stream: () => socket,
      connectionTimeoutMillis: connectTimeoutMilliseconds,
      application_name: "mercado extract",
      types: { getTypeParser: () => (value: string) => value },
    });
    // A lost connection fails the statement that runs; without a listener it would end the process.
    client.on("error", () => undefined);
    const connecting = client;
    await io.call({ part: "postgres", action: "connect" }, () => connecting.connect());
    await io.call({ part: "postgres", action: "query" }, () => connecting.query(sessionSettings));
  } catch (error) {
    socket.destroy();
    throw unreachable(url, error);
  }
  let broken = false;
  // One statement at a time, whoever asks: the driver will no longer queue them itself.
  let previous: Promise<unknown> = Promise.resolve();
  return {
    query(statement) {
      const result = previous
        .then(() =>
          io.call({ part: "postgres", action: "query" }, () =>
            client.query<Record<string, string | null>>(statement),
          ),
        )
        .then(({ rows }) => rows);
      previous = result.catch(() => undefined);
      return result;
    },
    copy(statement) {
      const copy = client.query(new CopyOut(statement));
      broken = true;
      copy.once("end", () => (broken = false));
      return {
        bytes: io.bytes({ part: "postgres", action: "copy" }, copy),
        rowCount: () => copy.rowCount,
      };
    },
    async close() {
      const deadline = setTimeout(() => socket.destroy(), broken ? 0 : closeTimeoutMilliseconds);
      await client.end().catch(() => undefined);
      clearTimeout(deadline);
      socket.destroy();
    },
  };
}

/** The failure of a connection that cannot be made, or was lost. */
export function unreachable(url: string, error: unknown): Failure {
  return new Failure([
    {
      code: "SOURCE_UNREACHABLE",
      message: `Postgres at ${addressOf(url)} cannot be read.`,
      cause: messageOf(error),
      hint: "Start the local services with `npm run services`, or set MERCADO_POSTGRES_URL to a server that runs.",
    },
  ]);
}

/** `host:port` of a connection URL, for messages: without user, password and parameters. */
function addressOf(url: string): string {
  try {
    const { hostname, port, searchParams } = new URL(url);
    const host = hostname === "" ? (searchParams.get("host") ?? "localhost") : hostname;
    return `${host}:${port === "" ? "5432" : port}`;
  } catch {
    throw new Failure([
      {
        code: "SOURCE_UNREACHABLE",
        message: "The Postgres connection's url cannot be read.",
        cause: "It is not of the form postgres://user:password@host:port/database.",
        hint: "Correct MERCADO_POSTGRES_URL or the connection's url in pipelines.yaml; escape special characters in the password.",
      },
    ]);
  }
}
