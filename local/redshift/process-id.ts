import type pg from "pg";

/** The backend's process; node-postgres keeps it, but does not declare it. */
export function processIdOf(client: pg.Client): number | undefined {
  const { processID } = client as pg.Client & { processID?: number };
  return processID;
}
