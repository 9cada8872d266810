/** A process of its own that extracts one table and says how many rows that were and how many megabytes it held at most. */
import { openFolderLake } from "../../lake/folder-lake.ts";
import { openPostgresExtractor } from "../postgres/postgres-extractor.ts";
import { columns, postgresTable, run } from "./fixtures.ts";

const [url = "", root = "", name = ""] = process.argv.slice(2);
const extractor = openPostgresExtractor({ url, lake: openFolderLake({ root }) });
const table = postgresTable({
  table: name,
  key: ["id"],
  columns: columns("id: integer", "text: text"),
});
const [extracted] = await extractor.extract([{ table }], run);
await extractor.close();
const peakMegabytes = process.resourceUsage().maxRSS / 1024;
process.stdout.write(JSON.stringify({ rows: extracted?.totals.rows, peakMegabytes }));
