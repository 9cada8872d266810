import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Command } from "commander";
import { openTestServices } from "../../local/testing.ts";
import { printTable } from "../../runner/record/print-table.ts";
import { benchDynamoDb, printDynamoDbRows } from "./dynamodb.ts";
import { copiedBytes, fillInventory, newestHundredth, timeCopy } from "./inventory-table.ts";

interface Options {
  readonly rows: string;
  readonly times: string;
  readonly dynamodbSeconds: string;
}

interface Measured {
  readonly rows?: number;
  readonly seconds: number;
  readonly cpuSeconds?: number;
  readonly peakMegabytes?: number;
}

type Run = (folder: string) => Promise<Measured>;

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const limitName = "Postgres's own COPY";

/** Times the extraction of a large Postgres table into Parquet beside what Postgres itself takes to print it. */
export async function runExtractBench(args: readonly string[]): Promise<void> {
  const options = new Command("npm run bench -- extract")
    .option("--rows <n>", "rows of the inventory", "3000000")
    .option("--times <n>", "how often each is measured, in turn; the median is printed", "3")
    .option("--dynamodb-seconds <n>", "how long DynamoDB is filled; 0 leaves it out", "60")
    .parse(args, { from: "user" })
    .opts<Options>();
  const rows = Number(options.rows);
  narrate(`Node ${process.versions.node}, ${cpus().length} x ${cpus()[0]?.model ?? "?"}`);
  const services = await openTestServices();
  try {
    const url = services.postgresUrl;
    narrate(`Filling inventory with ${rows} rows…`);
    await fillInventory(url, rows);
    const bytes = await copiedBytes(url);
    const since = await newestHundredth(url, rows);
    const names = new Set<string>();
    const runs = new Map<string, Run>([
      [
        limitName,
        async () => {
          const { name, seconds } = await timeCopy(url);
          names.add(name);
          return { seconds };
        },
      ],
      ["Mercado: full extract", (folder) => extractOnce(url, folder)],
      ["Mercado: newest 1% by the cursor", (folder) => extractOnce(url, folder, since)],
      ...(await peerRuns(url)),
    ]);
    const measured = await inTurn(Number(options.times), runs);
    for (const name of names) narrate(`The limit is ${name}`);
    print(measured, { rows, bytes });
    const fillSeconds = Number(options.dynamodbSeconds);
    if (fillSeconds <= 0) return;
    narrate(`Filling DynamoDB for ${fillSeconds} seconds…`);
    const dynamoDb = await benchDynamoDb({ connection: services.dynamodb, fillSeconds });
    process.stdout.write(`\n${printDynamoDbRows(dynamoDb)}\n`);
  } finally {
    await services.close();
  }
}

function narrate(text: string): void {
  process.stderr.write(`${text}\n`);
}

function extractOnce(url: string, folder: string, since?: string): Promise<Measured> {
  const more = since === undefined ? [] : [since];
  return runToJson(process.execPath, [
    "--import",
    "tsx",
    here("extract-once.ts"),
    url,
    folder,
    ...more,
  ]);
}

/** dlt and Sling, where Python has them. MERCADO_BENCH_PYTHON names a Python other than `python3`, such as a venv's. */
async function peerRuns(url: string): Promise<[string, Run][]> {
  const python = process.env["MERCADO_BENCH_PYTHON"] ?? "python3";
  const found: [string, Run][] = [];
  for (const peer of ["dlt", "sling"]) {
    try {
      await promisify(execFile)(python, ["-c", `import ${peer}`]);
      const script = here(`peers/${peer}_inventory.py`);
      found.push([peer, (folder) => runToJson(python, [script, url, folder])]);
    } catch {
      narrate(`${python} has no ${peer}: it is left out.`);
    }
  }
  return found;
}

async function runToJson(program: string, args: readonly string[]): Promise<Measured> {
  const { stdout } = await promisify(execFile)(program, [...args], { maxBuffer: 2 ** 26 });
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as Measured;
}

/** All of them, time and again, so that whatever else the machine does meets them alike. A run that fails is left out. */
async function inTurn(
  times: number,
  runs: ReadonlyMap<string, Run>,
): Promise<ReadonlyMap<string, readonly Measured[]>> {
  const all = new Map<string, Measured[]>();
  const failed = new Set<string>();
  for (let round = 0; round < times; round += 1) {
    for (const [name, run] of runs) {
      if (failed.has(name)) continue;
      const folder = await mkdtemp(join(tmpdir(), "mercado-bench-"));
      try {
        await mkdir(folder, { recursive: true });
        all.set(name, [...(all.get(name) ?? []), await run(folder)]);
      } catch (error) {
        failed.add(name);
        narrate(`${name} failed: ${reasonOf(error)}`);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    }
  }
  return all;
}

/** The last line that a program complained with: its command line may hold a password. */
function reasonOf(error: unknown): string {
  const { stderr = "" } = error as { readonly stderr?: string };
  return stderr.trim().split("\n").at(-1) ?? "";
}

function print(
  measured: ReadonlyMap<string, readonly Measured[]>,
  { rows, bytes }: { readonly rows: number; readonly bytes: number },
): void {
  const limit = rows / median(measured.get(limitName) ?? [], "seconds");
  const table = [...measured].map(([name, all]) => {
    const seconds = median(all, "seconds");
    const read = all[0]?.rows ?? rows;
    const perSecond = read / seconds;
    return {
      [`${rows} rows of inventory`]: name,
      seconds: seconds.toFixed(2),
      least: Math.min(...all.map((each) => each.seconds)).toFixed(2),
      "rows/s": Math.round(perSecond).toLocaleString("en"),
      "MB/s": ((bytes / rows) * (perSecond / 1e6)).toFixed(0),
      "/ limit": (perSecond / limit).toFixed(2),
      "CPU seconds": median(all, "cpuSeconds").toFixed(2).replace("NaN", ""),
      "peak MB": median(all, "peakMegabytes").toFixed(0).replace("NaN", ""),
    };
  });
  const columns = Object.keys(table[0] ?? {}).map((name, index) => ({
    name,
    type: index === 0 ? "VARCHAR" : "DOUBLE",
  }));
  process.stdout.write(`${printTable({ columns, rows: table })}\n`);
}

function median(all: readonly Measured[], name: keyof Measured): number {
  const values = all.flatMap((each) => each[name] ?? []).sort((one, other) => one - other);
  return values[Math.floor(values.length / 2)] ?? Number.NaN;
}
