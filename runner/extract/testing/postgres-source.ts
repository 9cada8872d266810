import { afterAll, beforeAll } from "@jest/globals";
import pg from "pg";
import { openTestServices } from "../../../local/testing.ts";
import type { PostgresSourceTable } from "../../core/source-table.ts";
import { openPostgresExtractor } from "../postgres/postgres-extractor.ts";
import { newLake, readRows, removeLakes, run } from "./fixtures.ts";

/** A Postgres of its own for a test file: call it once, at the top. */
export function usePostgres() {
  let services: Awaited<ReturnType<typeof openTestServices>>;
  let client: pg.Client;
  beforeAll(async () => {
    services = await openTestServices();
    client = new pg.Client({ connectionString: services.postgresUrl });
    await client.connect();
  });
  afterAll(async () => {
    await client.end();
    await services.close();
    removeLakes();
  });
  return {
    url: () => services.postgresUrl,
    query: <Row extends pg.QueryResultRow>(text: string, values?: readonly unknown[]) =>
      client.query<Row>(text, [...(values ?? [])]),
    execute: (text: string) => client.query(text),

    /** Extracts tables into a lake of their own and reads them back. */
    async extract(tables: readonly PostgresSourceTable[], since?: string) {
      const { lake, root } = newLake();
      const extractor = openPostgresExtractor({ url: services.postgresUrl, lake });
      try {
        const requests = tables.map((table) => ({
          table,
          ...(since === undefined ? {} : { since }),
        }));
        const extracted = await extractor.extract(requests, run);
        const rows = await Promise.all(extracted.map(({ files }) => readRows(lake, files)));
        return { root, extracted, rows };
      } finally {
        await extractor.close();
      }
    },
  };
}
