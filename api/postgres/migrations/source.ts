import type { Knex } from "knex";
import * as shop from "./001-shop.ts";
import * as catalog from "./002-catalog.ts";
import * as search from "./003-search.ts";
import * as refunds from "./004-refunds.ts";
import * as cheaperSearch from "./005-cheaper-search.ts";

interface NumberedMigration {
  name: string;
  migration: Knex.Migration;
}

/** In the order in which they run; a published one is never changed, only followed by another. */
const MIGRATIONS: readonly NumberedMigration[] = [
  { name: "001-shop", migration: shop },
  { name: "002-catalog", migration: catalog },
  { name: "003-search", migration: search },
  { name: "004-refunds", migration: refunds },
  { name: "005-cheaper-search", migration: cheaperSearch },
];

export const migrationSource: Knex.MigrationSource<NumberedMigration> = {
  getMigrations: () => Promise.resolve([...MIGRATIONS]),
  getMigrationName: ({ name }) => name,
  getMigration: ({ migration }) => Promise.resolve(migration),
};

export const migrationNames: readonly string[] = MIGRATIONS.map(({ name }) => name);
