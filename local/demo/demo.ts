import { join } from "node:path";
import { createShopClient } from "../../api/client.ts";
import { migrate } from "../../api/migrate.ts";
import { startApi } from "../../api/server.ts";
import { main as runner } from "../../runner/main.ts";
import { createSettableClock, goShopping } from "../../seeds/shoppers/index.ts";
import { openServices, type Services } from "../services.ts";
import {
  dayAfter,
  nextEntry,
  readDiary,
  writeDiary,
  type DemoSize,
  type DiaryEntry,
} from "./diary.ts";
import { printJoinedReport, printReconciliation } from "./reports.ts";

export interface DemoOptions extends DemoSize {
  /** The checkout: where `pipelines.yaml` stands. */
  project: string;
  home: string;
}

function tell(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Shops, builds, and shows that the sums agree. Returns the exit code. */
export async function runDemo(options: DemoOptions): Promise<number> {
  const diary = join(options.home, "demo.json");
  const last = await readDiary(diary);
  const entry = nextEntry(last, options, new Date().toISOString().slice(0, 10));
  if (entry === undefined) {
    tell(`The demo has shopped every day up to today. To begin again: rm -r ${options.home}`);
    return 2;
  }
  if (entry === last) tell(`Going on with the demo that was interrupted on ${entry.firstDay}.`);
  await writeDiary(diary, entry);

  const services = await openServices({ home: options.home });
  try {
    await shop(services, entry);
    tell("\nFrom the shop through the lake into the star schema (runner build):");
    const built = await runner(["build", "--project", options.project]);
    if (built !== 0) return built;
    tell("\nThe latest sales, joined over the whole star:");
    await printJoinedReport(options.project);
    tell("\nWhat was sold, in DynamoDB and in the warehouse:");
    const agrees = await printReconciliation(options.project, services.dynamodb);
    if (!agrees) return 1;
  } finally {
    await services.close();
  }
  await writeDiary(diary, { ...entry, finished: true });
  tell(
    [
      "",
      'Ask the star schema:  npx runner query "select * from gold.vendor_daily_sales"',
      "Build a part of it:   npx runner build --select +sales",
      "Shop another day:     npm run demo",
    ].join("\n"),
  );
  return 0;
}

/** Serves the shop and sends the shoppers there, through the typed client alone. */
async function shop(services: Services, entry: DiaryEntry): Promise<void> {
  const { postgresUrl, dynamodb } = services;
  const tableName = process.env["MERCADO_DYNAMODB_TABLE"] || undefined;
  await migrate({ postgresUrl, dynamodb, tableName });
  const clock = createSettableClock();
  const api = await startApi({ postgresUrl, dynamodb, tableName, clock: () => clock.now() });
  try {
    const client = createShopClient({ url: api.url });
    tell(`The shop is open at ${api.url}`);
    for (let index = 0; index < entry.days; index += 1) {
      const day = dayAfter(entry.firstDay, index);
      const { seed, customers, vendors } = entry;
      const dayNumber = entry.daysBefore + index + 1;
      const sold = await goShopping({ client, clock, seed, customers, vendors, day, dayNumber });
      tell(
        `${day}: ${sold.customers} customers, ${sold.vendors} vendors with ${sold.items} items; ${sold.transactions} checkouts, ${sold.lines} lines, ${sold.units} units, ${sold.totalPrice} in all`,
      );
    }
  } finally {
    await api.close();
  }
}
