import { cpus, loadavg } from "node:os";
import { Command } from "commander";
import { defaultHome } from "../../local/services.ts";
import { openTestServices } from "../../local/testing.ts";
import { printTable } from "../../runner/record/print-table.ts";
import { planCatalog } from "./catalog.ts";
import { measure, type LoadOptions, type Measured, type Phase } from "./load.ts";
import { openMercado } from "./mercado.ts";
import { openPeer, preparePeer } from "./peer.ts";
import type { BenchedService } from "./started-service.ts";

interface Options {
  readonly seconds: string;
  readonly warmUp: string;
  readonly connections: string;
  readonly items: string;
  readonly customers: string;
  readonly phases: string;
  readonly peer: boolean;
  readonly profile?: string;
}

const phases = {
  browse: "browse: search by name, 20 items",
  cart: "cart: put 2 lines",
  checkout: "checkout: put a cart and buy it",
} as const;
type PhaseName = keyof typeof phases;

/** Drives the real service, and one of the reference's shape, over HTTP. Exit code 1 when an order was lost or doubled. */
export async function runApiBench(args: readonly string[]): Promise<void> {
  const options = new Command("npm run bench -- api")
    .option("--seconds <n>", "how long each phase of each service is measured", "10")
    .option(
      "--warm-up <n>",
      "seconds that each phase runs before, again until it has done 1,000 units",
      "3",
    )
    .option("--connections <n>", "connections, each of which waits for its answer", "50")
    .option("--items <n>", "items of the shop", "10000")
    .option("--customers <n>", "customers of the shop", "1000")
    .option("--phases <names>", "which of them", Object.keys(phases).join(","))
    .option("--no-peer", "leave the FastAPI service out")
    .option("--profile <folder>", "write a CPU profile of the service there")
    .parse(args, { from: "user" })
    .opts<Options>();
  const [load = 0] = loadavg();
  narrate(
    `Node ${process.versions.node}, ${cpus().length} x ${cpus()[0]?.model ?? "?"}, load ${load.toFixed(1)} before`,
  );
  const services = await openTestServices();
  const open: BenchedService[] = [];
  try {
    const size = { items: Number(options.items), customers: Number(options.customers) };
    const catalog = planCatalog(size);
    const home = defaultHome();
    narrate(`Filling the shop with ${size.items} items and ${size.customers} customers…`);
    const given = { services, catalog };
    open.push(await openMercado({ ...given, home: services.home, profileFolder: options.profile }));
    if (options.peer) open.push(...(await peerIfAny(home, given)));
    await measureAll(open, options);
  } finally {
    for (const service of open) await service.close();
    await services.close();
  }
}

async function peerIfAny(
  home: string,
  given: Pick<Parameters<typeof openPeer>[0], "services" | "catalog">,
): Promise<BenchedService[]> {
  try {
    narrate("Preparing the FastAPI service…");
    return [await openPeer({ ...given, python: await preparePeer(home) })];
  } catch (error) {
    narrate(`It is left out: ${String(error).trim().split("\n").at(-1) ?? ""}`);
    return [];
  }
}

async function measureAll(services: readonly BenchedService[], options: Options): Promise<void> {
  const connections = Number(options.connections);
  const [seconds, warmUp] = [Number(options.seconds), Number(options.warmUp)];
  const rows: Record<string, string>[] = [];
  const chosen = options.phases.split(",");
  for (const name of (Object.keys(phases) as PhaseName[]).filter((one) => chosen.includes(one))) {
    const measured: MeasuredService[] = [];
    for (const service of services) {
      const { url } = service;
      await warm(service[name], { url, connections, seconds: warmUp });
      const before = await service.cpuSeconds();
      const one = await measure(service[name], { url, connections, seconds });
      const cpuSeconds = ((await service.cpuSeconds()) ?? Number.NaN) - (before ?? 0);
      measured.push({ ...one, cpuMilliseconds: (cpuSeconds * 1_000) / one.units });
    }
    rows.push(...services.map(({ name: who }, index) => rowOf(name, who, measured, index)));
  }
  print(`${connections} connections, ${seconds} s`, rows);
  for (const service of services) {
    const { text, isRight } = await service.verify();
    process.stdout.write(`\n${service.name}: ${text}.`);
    if (!isRight) process.exitCode = 1;
  }
  process.stdout.write("\n");
}

/** What compiles while it runs needs a number of requests, however long a busy machine takes for them. */
const WARM_UNITS = 1_000;
const MOST_WARM_UPS = 5;

async function warm(phase: Phase, options: LoadOptions): Promise<void> {
  if (options.seconds === 0) return;
  let units = 0;
  for (let round = 0; round < MOST_WARM_UPS && units < WARM_UNITS; round += 1) {
    units += (await measure(phase, options)).units;
  }
}

interface MeasuredService extends Measured {
  /** Of the service's own process, for each unit; that of the databases is not counted. */
  readonly cpuMilliseconds: number;
}

function rowOf(
  phase: PhaseName,
  service: string,
  measured: readonly MeasuredService[],
  index: number,
): Record<string, string> {
  const one = measured[index];
  const last = measured.at(-1);
  if (one === undefined || last === undefined) throw new Error("nothing was measured");
  return {
    phase: phases[phase],
    service,
    "per second": one.perSecond.toFixed(0),
    "p50 ms": one.p50.toFixed(1),
    "p99 ms": one.p99.toFixed(1),
    errors: String(one.errors),
    "CPU ms": one.cpuMilliseconds.toFixed(2).replace("NaN", ""),
    "/ FastAPI": measured.length === 1 ? "" : (one.perSecond / last.perSecond).toFixed(2),
  };
}

function print(title: string, rows: readonly Record<string, string>[]): void {
  const table = rows.map(({ phase, ...row }) => ({ [title]: phase ?? "", ...row }));
  const columns = Object.keys(table[0] ?? {}).map((name, index) => ({
    name,
    type: index < 2 ? "VARCHAR" : "DOUBLE",
  }));
  process.stdout.write(`${printTable({ columns, rows: table })}\n`);
}

function narrate(text: string): void {
  process.stderr.write(`${text}\n`);
}
