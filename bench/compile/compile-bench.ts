import { execFile } from "node:child_process";
import { appendFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Command } from "commander";
import { printTable } from "../../runner/record/print-table.ts";
import { writeProject } from "./layered-project.ts";
import { measure, median } from "./measured-process.ts";

const BIN = fileURLToPath(new URL("../../runner/bin.js", import.meta.url));
const REPLAY = fileURLToPath(new URL("replay.js", import.meta.url));

interface Options {
  sizes: string;
  builds: string;
  times: string;
}

/** Times the runner as a user meets it: whole processes, on generated projects. Prints seconds, asserts nothing. */
export async function runCompileBench(args: readonly string[]): Promise<void> {
  const options = new Command("npm run bench -- compile")
    .option("--sizes <n,n>", "models of the projects to compile", "100,1000,10000")
    .option("--builds <n,n>", "models of the projects to build", "100,1000")
    .option("--times <n>", "how often each is measured; the median is printed", "5")
    .parse(args, { from: "user" })
    .opts<Options>();
  const times = Number(options.times);
  process.stderr.write(
    `Node ${process.versions.node}, ${cpus().length} x ${cpus()[0]?.model ?? "?"}\n`,
  );
  for (const size of numbers(options.sizes))
    await withProject(size, (root) => timeCompile(root, size, times));
  for (const size of numbers(options.builds))
    await withProject(size, (root) => timeBuild(root, size, times));
}

function numbers(list: string): number[] {
  return list.split(",").filter(Boolean).map(Number);
}

async function withProject(size: number, work: (root: string) => Promise<void>): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), "mercado-bench-"));
  try {
    await writeProject(root, size);
    await work(root);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

function runner(root: string, ...args: string[]) {
  return measure(root, process.execPath, [BIN, ...args]);
}

async function timeCompile(root: string, size: number, times: number): Promise<void> {
  const edited = join(root, "models/work/first/layer_2_00000.sql");
  const rows = {
    "compile, cold": await median(times, async () => {
      await rm(join(root, ".mercado"), { recursive: true, force: true });
      return runner(root, "compile");
    }),
    "compile, again": await median(times, () => runner(root, "compile")),
    "ls --select tag:x+": await median(times, () => runner(root, "ls", "--select", "tag:x+")),
    "compile, after one edit": await median(times, async () => {
      await appendFile(edited, "-- edited\n");
      return runner(root, "compile");
    }),
  };
  print(`${size} models`, rows);
}

async function timeBuild(root: string, size: number, times: number): Promise<void> {
  const fresh = async () => {
    await rm(join(root, ".mercado"), { recursive: true, force: true });
    await rm(join(root, "replay.duckdb"), { force: true });
  };
  const build = (threads: number) =>
    median(times, async () => {
      await fresh();
      return runner(root, "build", "--threads", String(threads));
    });
  const rows: Record<string, number> = {
    "build --threads 1": await build(1),
    "build --threads 4": await build(4),
  };
  // The same statements through DuckDB's client alone: what no runner can be faster than.
  await fresh();
  const { stdout } = await capture(root, "build", "--dry-run", "--json");
  await writeStatements(join(root, "statements.json"), stdout);
  rows["raw replay"] = await median(times, async () => {
    await fresh();
    return measure(root, process.execPath, [
      REPLAY,
      join(root, "statements.json"),
      join(root, "replay.duckdb"),
    ]);
  });
  print(`${size} models, built`, rows, rows["raw replay"]);
}

async function capture(root: string, ...args: string[]): Promise<{ stdout: string }> {
  return promisify(execFile)(process.execPath, [BIN, ...args], { cwd: root, maxBuffer: 2 ** 30 });
}

interface PlannedStep {
  readonly write?: readonly string[];
  readonly query?: string;
  readonly publish?: readonly string[];
}

/** The plan's statements in its order: candidates, tests, then one transaction that publishes. */
async function writeStatements(file: string, plan: string): Promise<void> {
  const steps = plan
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as PlannedStep);
  const statements = [
    ...["_physical", "raw", "cleaned", "work", "gold"].map(
      (schema) => `create schema if not exists ${schema}`,
    ),
    ...steps.flatMap((step) => [
      ...(step.write ?? []),
      ...(step.query === undefined ? [] : [`select count(*) from (${step.query}) as failing`]),
    ]),
    "begin transaction",
    ...steps.flatMap((step) => step.publish ?? []),
    "commit",
  ];
  await writeFile(file, JSON.stringify(statements));
}

function print(title: string, seconds: Readonly<Record<string, number>>, limit?: number): void {
  const columns = [
    { name: title, type: "VARCHAR" },
    { name: "seconds", type: "DOUBLE" },
    ...(limit === undefined ? [] : [{ name: "ratio to the replay", type: "DOUBLE" }]),
  ];
  const rows = Object.entries(seconds).map(([name, value]) => ({
    [title]: name,
    seconds: value.toFixed(2),
    ...(limit === undefined ? {} : { "ratio to the replay": (value / limit).toFixed(2) }),
  }));
  process.stdout.write(`${printTable({ columns, rows })}\n\n`);
}
