import type pg from "pg";
import { StartError } from "../start-error.ts";

/** Names the advisory lock under which one process migrates at a time ("merc" in ASCII). */
const LOCK = 0x6d657263;
const LOCK_NOT_AVAILABLE = "55P03";

/** Services that are started together wait for each other that long: not worth a word. */
const SILENT_SECONDS = 2;

/**
 * Takes the lock under which one process migrates at a time. It is released with the session, also when this process
 * is killed. Tells `onWaiting` who holds it, where that lasts; throws a StartError after `waitSeconds`.
 */
export async function lockMigrations(
  session: pg.Client,
  { waitSeconds, onWaiting }: { waitSeconds: number; onWaiting: (holder: string) => void },
): Promise<void> {
  const silent = Math.min(SILENT_SECONDS, waitSeconds / 2);
  if (await isLockedWithin(session, silent)) return;
  onWaiting((await holderOf(session)).name);
  if (await isLockedWithin(session, waitSeconds - silent)) return;
  const { name, pid } = await holderOf(session);
  throw new StartError(
    "API_MIGRATION_LOCKED",
    `Another process has been migrating the database for more than ${waitSeconds} seconds: ${name}.`,
    {
      hint: `Start again when it has ended. If it hangs, end it, then its session: select pg_terminate_backend(${pid ?? "<pid>"});`,
    },
  );
}

async function isLockedWithin(session: pg.Client, seconds: number): Promise<boolean> {
  await session.query("select set_config('lock_timeout', $1, false)", [`${seconds * 1_000}ms`]);
  try {
    await session.query("select pg_advisory_lock($1)", [LOCK]);
    return true;
  } catch (error) {
    if ((error as { code?: unknown }).code === LOCK_NOT_AVAILABLE) return false;
    throw error;
  } finally {
    await session.query("reset lock_timeout");
  }
}

interface Holder {
  pid: number;
  application: string | null;
  /** Null, as the next, where this user may not see it. */
  since: string | null;
  address: string | null;
}

/** Whoever has the lock in this database; it may have let go meanwhile. */
async function holderOf(session: pg.Client): Promise<{ name: string; pid: number | undefined }> {
  const { rows } = await session.query<Holder>(
    `select pid, application_name as application, host(client_addr) as address,
       to_char(backend_start at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as since
     from pg_locks join pg_stat_activity using (pid)
     where locktype = 'advisory' and granted and classid = 0 and objid = $1 and objsubid = 1
       and pg_locks.database = (select oid from pg_database where datname = current_database())`,
    [LOCK],
  );
  const [holder] = rows;
  if (holder === undefined) return { name: "one that has just ended", pid: undefined };
  const { pid, application, since, address } = holder;
  const origin = [
    application === null || application === "" ? "an unnamed application" : application,
    ...(address === null ? [] : [`from ${address}`]),
    ...(since === null ? [] : [`since ${since}`]),
  ];
  return { name: `session ${pid} (${origin.join(", ")})`, pid };
}
