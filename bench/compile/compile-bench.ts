import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { appendFile, mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Command } from "commander";
import { codeOf } from "../../runner/core/caught.ts";
import { printTable } from "../../runner/record/print-table.ts";
import { writeProject } from "./layered-project.ts";
import { measure, medians } from "./measured-process.ts";
import type { Median } from "./measured-process.ts";

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

type Rows = Readonly<Record<string, Median>>;

function runner(root: string, args: readonly string[], env?: Readonly<Record<string, string>>) {
  return measure({ cwd: root, args: [BIN, ...args], env });
}

/**
 * Takes what earlier runs left out of the way, and deletes it only at the end with the project: some file systems
 * make new files slowly for seconds after many were deleted.
 */
async function putAside(root: string, ...names: readonly string[]): Promise<void> {
  await mkdir(join(root, ".aside"), { recursive: true });
  for (const name of names) {
    const aside = join(root, ".aside", randomUUID());
    await rename(join(root, name), aside).catch((error: unknown) => {
      if (codeOf(error) !== "ENOENT") throw error;
    });
  }
}

async function timeCompile(root: string, size: number, times: number): Promise<void> {
  const edited = join(root, "models/work/first/layer_2_00000.sql");
  const rows = await medians(times, {
    "compile, cold": async () => {
      await putAside(root, ".mercado");
      return runner(root, ["compile"]);
    },
    "compile, again": () => runner(root, ["compile"]),
    "ls --select tag:x+": () => runner(root, ["ls", "--select", "tag:x+"]),
    "compile, after one edit": async () => {
      await appendFile(edited, "-- edited\n");
      return runner(root, ["compile"]);
    },
  });
  print(`${size} models`, rows);
}

async function timeBuild(root: string, size: number, times: number): Promise<void> {
  const fresh = () => putAside(root, ".mercado", "replay.duckdb", "replay-lake");
  const build = (threads: number, env?: Readonly<Record<string, string>>) =>
    runner(root, ["build", "--threads", String(threads)], env);
  const sent = join(root, "sent.jsonl");
  await fresh();
  await build(1, { MERCADO_STATEMENT_LOG: sent });
  const bare = join(root, "bare.jsonl");
  await fresh();
  const { stdout } = await capture(root, "build", "--dry-run", "--json");
  await writeStatements(bare, stdout);

  const timedBuild = (threads: number) => async () => {
    await fresh();
    return build(threads);
  };
  const replay = (statements: string) => async () => {
    await fresh();
    const database = join(root, "replay.duckdb");
    const lakes = [join(root, ".mercado/lake"), join(root, "replay-lake")];
    return measure({ cwd: root, args: [REPLAY, statements, database, "1", ...lakes] });
  };
  const rows = await medians(times, {
    "build --threads 1": timedBuild(1),
    "build --threads 4": timedBuild(4),
    "replay of all it sends": replay(sent),
    "replay of the bare minimum": replay(bare),
  });
  print(`${size} models, built`, rows, ["replay of all it sends", "replay of the bare minimum"]);
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
  const lines = statements.map((statement) => JSON.stringify({ connection: 0, statement }));
  await writeFile(file, lines.join("\n"));
}

/** One row a command; a ratio to each of the rows that `replays` names. */
function print(title: string, rows: Rows, replays: readonly string[] = []): void {
  const ratios = (seconds: number) =>
    replays.map((name) => [`/ ${name}`, (seconds / (rows[name]?.seconds ?? 0)).toFixed(2)]);
  const table = Object.entries(rows).map(([name, { seconds, least, cpuSeconds, megabytes }]) => ({
    [title]: name,
    seconds: seconds.toFixed(2),
    least: least.toFixed(2),
    "CPU seconds": cpuSeconds.toFixed(2),
    MB: megabytes.toFixed(0),
    ...(Object.fromEntries(ratios(seconds)) as Record<string, string>),
  }));
  const columns = Object.keys(table[0] ?? {}).map((name) => ({
    name,
    type: name === title ? "VARCHAR" : "DOUBLE",
  }));
  process.stdout.write(`${printTable({ columns, rows: table })}\n\n`);
}
