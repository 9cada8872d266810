/** A process of its own that extracts one table and dies, as by `kill -9`, at the kill point that it is told. */
import { openFolderLake } from "../../lake/folder-lake.ts";
import { openPostgresExtractor } from "../postgres/postgres-extractor.ts";
import { columns, postgresTable, run } from "./fixtures.ts";

const [url = "", root = "", killAt = ""] = process.argv.slice(2);
const killPoint = (name: string): void => {
  if (name === killAt) process.kill(process.pid, "SIGKILL");
};
const lake = openFolderLake({ root, killPoint });
const extractor = openPostgresExtractor({ url, lake, killPoint });
const table = postgresTable({ table: "survivor", key: ["id"], columns: columns("id: integer") });
await extractor.extract([{ table }], run);
await extractor.close();
