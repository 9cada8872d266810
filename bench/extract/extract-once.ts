/** A process of its own that extracts the inventory once and says, as JSON, how long that took it. */
import { openPostgresExtractor } from "../../runner/extract/postgres/postgres-extractor.ts";
import { openFolderLake } from "../../runner/lake/folder-lake.ts";
import { inventory } from "./inventory-table.ts";

const [url = "", root = "", since] = process.argv.slice(2);
const extractor = openPostgresExtractor({ url, lake: openFolderLake({ root }) });
await extractor.identity();
const before = process.cpuUsage();
const began = performance.now();
const [extracted] = await extractor.extract(
  [{ table: inventory, ...(since === undefined ? {} : { since }) }],
  { runId: "bench", extractedAt: new Date().toISOString() },
);
const seconds = (performance.now() - began) / 1000;
const { user, system } = process.cpuUsage(before);
await extractor.close();
const peakMegabytes = process.resourceUsage().maxRSS / 1024;
process.stdout.write(
  JSON.stringify({
    rows: extracted?.totals.rows,
    seconds,
    cpuSeconds: (user + system) / 1e6,
    peakMegabytes,
  }),
);
