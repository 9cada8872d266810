import { join } from "node:path";
import { createShopClient } from "../../api/client.ts";
import { migrate } from "../../api/migrate.ts";
import { startApi } from "../../api/server.ts";
import { main as runner } from "../../runner/main.ts";
import { createSettableClock, goShopping } from "../../seeds/shoppers/index.ts";
import { openLocalAws } from "../aws.ts";
import { openServices, type Services } from "../services.ts";
import {
  dayAfter,
  daysLeft,
  nextEntry,
  readDiary,
  sizeOptions,
  writeDiary,
  type DemoSize,
  type DiaryEntry,
} from "./diary.ts";
import { DemoError } from "./failure.ts";
import { holdHome } from "./hold-home.ts";
import { printJoinedReport, printReconciliation } from "./reports.ts";

export const demoTargets = ["local", "local-aws"] as const;

export interface DemoOptions extends DemoSize {
  /** Of `pipelines.yaml`. */
  target: (typeof demoTargets)[number];
  /** The checkout: where `pipelines.yaml` stands. */
  project: string;
  home: string;
}

function tell(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Shops, builds, and shows that the sums agree. Returns the exit code. Only one demo at a time works in a home. */
export async function runDemo(options: DemoOptions): Promise<number> {
  const letGo = await holdHome(options.home);
  try {
    return await runAlone(options);
  } finally {
    letGo();
  }
}

async function runAlone(options: DemoOptions): Promise<number> {
  const diary = join(options.home, "demo.json");
  const last = await readDiary(diary);
  const entry = planned(last, options);
  const services = await openServices({ home: options.home });
  try {
    await migrate(shopOf(services));
    // From here on there is something to go on with.
    await writeDiary(diary, entry);
    await shop(services, entry);
    const code = await build(services, options);
    if (code !== 0) return code;
  } finally {
    await services.close();
  }
  await writeDiary(diary, { ...entry, finished: true });
  tell(["", ...(options.target === "local" ? nextCommands : nextCommandsOnAws)].join("\n"));
  return 0;
}

const nextCommands = [
  'Ask the star schema:  npx runner query "select * from gold.vendor_daily_sales"',
  "Build a part of it:   npx runner build --select +sales",
  "Shop another day:     npm run demo",
];

const nextCommandsOnAws = [
  "Go on by hand:        npm run redshift-local, which says how",
  "Shop another day:     npm run demo -- --target local-aws",
];

/** Builds the star schema and compares the sums; what stands in for AWS lives as long as that takes. */
async function build(services: Services, { project, home, target }: DemoOptions): Promise<number> {
  const aws = target === "local-aws" ? await openLocalAws(services, home) : undefined;
  try {
    Object.assign(process.env, aws?.environment);
    tell(
      `\nFrom the shop through the lake into the star schema (runner build --target ${target}):`,
    );
    const built = await runner(["build", "--project", project, "--target", target]);
    if (built !== 0) return built;
    await printJoinedReport({ project, target });
    return (await printReconciliation({ project, target }, services.dynamodb)) ? 0 : 1;
  } finally {
    await aws?.close();
  }
}

/** What is to be done now; says so when that is not what the options ask for. */
function planned(last: DiaryEntry | undefined, options: DemoOptions): DiaryEntry {
  const today = new Date().toISOString().slice(0, 10);
  const entry = nextEntry(last, options, today);
  if (entry === undefined) throw daysSpent(daysLeft(last, today), options);
  if (entry === last) {
    tell(`Going on with the demo that was interrupted on ${entry.firstDay}.`);
    if (sizeOptions(entry) !== sizeOptions(options))
      tell(`It keeps its size: ${sizeOptions(entry)}`);
  }
  return entry;
}

function daysSpent(left: number, { days, home }: DemoOptions): DemoError {
  const again = `begin again: rm -r ${home}`;
  return left === 0
    ? new DemoError({
        code: "DEMO_DAYS_SPENT",
        message: "The demo has shopped every day up to today.",
        hint: `Come back tomorrow, or ${again}`,
      })
    : new DemoError({
        code: "DEMO_DAYS_SPENT",
        message: `${days} more days of shopping would end after today; there is room for ${left}.`,
        hint: `Take fewer: npm run demo -- --days ${left}; or ${again}`,
      });
}

function shopOf({ postgresUrl, dynamodb }: Services) {
  return { postgresUrl, dynamodb, tableName: process.env["MERCADO_DYNAMODB_TABLE"] || undefined };
}

/** Serves the shop and sends the shoppers there, through the typed client alone. */
async function shop(services: Services, entry: DiaryEntry): Promise<void> {
  const clock = createSettableClock();
  const api = await startApi({ ...shopOf(services), clock: () => clock.now() });
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
