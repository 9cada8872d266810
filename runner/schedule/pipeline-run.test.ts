import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { pipeline } from "../parse/schema/pipeline.ts";
import { runPipeline } from "./pipeline-run.ts";
import type { PipelineEnd } from "./pipeline-run.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "pipeline-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** A stand-in for the runner that notes its arguments and then does what is said for its try, the last for all others. */
async function standIn(...tries: readonly string[]): Promise<readonly string[]> {
  const script = path.join(folder, "runner.mjs");
  await writeFile(
    script,
    `import { appendFileSync, readFileSync } from "node:fs";
const log = ${JSON.stringify(path.join(folder, "log"))};
appendFileSync(log, JSON.stringify(process.argv.slice(2)) + "\\n");
const number = readFileSync(log, "utf8").trim().split("\\n").length;
const tries = ${JSON.stringify(tries)};
await eval("(async () => {" + (tries[number - 1] ?? tries.at(-1)) + "})()");
`,
  );
  return [process.execPath, script];
}

const calls = async () =>
  (await readFile(path.join(folder, "log"), "utf8"))
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as string[]);

interface Ran extends PipelineEnd {
  readonly said: readonly string[];
}

async function run(
  declared: object,
  tries: readonly string[],
  { signal = new AbortController().signal, runId = undefined as string | undefined } = {},
): Promise<Ran> {
  const said: string[] = [];
  const end = await runPipeline({
    name: "daily",
    pipeline: pipeline.parse(declared),
    root: folder,
    runner: await standIn(...tries),
    options: ["--project", "here"],
    trigger: "daily@now",
    runIdSince: () => Promise.resolve(runId),
    tell: (message) => said.push(message),
    signal,
    killSignal: new AbortController().signal,
    grace: 300,
  });
  return { ...end, said };
}

const hook = (file: string) => ({
  command: [
    process.execPath,
    "-e",
    `const { MERCADO_PIPELINE: p, MERCADO_RUN_ID: id, MERCADO_REASON: r, MERCADO_EXIT_CODE: c, MERCADO_TRIES: t } = process.env;
require("fs").writeFileSync(${JSON.stringify(file)}, [p, id, r, c, t].join(" "))`,
  ],
});

describe("a pipeline", () => {
  test("tells its command all that it declares", async () => {
    const declared = {
      command: "run",
      select: ["gold.*", "+sales"],
      exclude: "tag:slow",
      selector: "nightly",
      full_refresh: true,
      vars: { day: "2026-01-01, a day", limit: 3 },
      target: "local",
      threads: 4,
      wait: "1 minute",
    };
    expect(await run(declared, ["process.exit(0)"])).toMatchObject({
      outcome: "succeeded",
      exitCode: 0,
      tries: 1,
    });
    const [given] = await calls();
    expect(given).toEqual([
      "run",
      ...["--project", "here", "--target", "local", "--threads", "4", "--wait", "60s"],
      ...["--select", "gold.*", "+sales", "--selector", "nightly", "--exclude", "tag:slow"],
      ...["--full-refresh", "--vars", '{"day":"2026-01-01, a day","limit":3}'],
    ]);
  });

  test("that fails is tried again, going on with what the failed run left", async () => {
    const end = await run(
      { retries: { limit: 3, backoff: "0 seconds" } },
      ["process.exit(1)", "process.exit(1)", "process.exit(0)"],
      { runId: "run_7" },
    );
    expect(end).toMatchObject({ outcome: "succeeded", tries: 3 });
    expect((await calls()).map(([command, id]) => `${command} ${id}`)).toEqual([
      "build --project",
      "retry run_7",
      "retry run_7",
    ]);
    expect(end.said).toEqual([
      "daily: try 1 ended with exit code 1; again in 0 s",
      "daily: try 2 ended with exit code 1; again in 0 s",
    ]);
  });

  test("pauses longer from try to try, up to the maximum", async () => {
    const retries = { limit: 3, backoff: "1 second", factor: 10, maximum: "1 second" };
    const began = Date.now();
    const end = await run({ retries }, ["process.exit(1)", "process.exit(1)", "process.exit(0)"]);
    expect(end.said.map((line) => /again in (.*)/.exec(line)?.[1])).toEqual(["1 s", "1 s"]);
    expect(Date.now() - began).toBeGreaterThanOrEqual(2000);
  });

  test("whose tries all failed calls on_failure once, with what happened", async () => {
    const file = path.join(folder, "hook");
    const declared = { retries: { limit: 1, backoff: "0 seconds" }, on_failure: hook(file) };
    const end = await run(declared, ["process.exit(1)"], { runId: "run_7" });
    expect(end).toMatchObject({ outcome: "failed", exitCode: 1, tries: 2 });
    expect(await readFile(file, "utf8")).toBe("daily run_7 failed 1 2");
  });

  test("with a mistake in it is not tried again: it would be the same", async () => {
    const end = await run({ retries: { limit: 5 } }, ["process.exit(2)"]);
    expect(end).toMatchObject({ outcome: "failed", exitCode: 2, tries: 1 });
  });

  test("that takes too long is stopped, begun anew, and killed if it does not listen", async () => {
    const file = path.join(folder, "hook");
    const declared = {
      timeout: "1 second",
      retries: { limit: 1, backoff: "0 seconds" },
      on_failure: hook(file),
    };
    const deaf =
      'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000); await new Promise(() => {})';
    const began = Date.now();
    const end = await run(declared, ["setInterval(() => {}, 1000)", deaf], { runId: "run_7" });
    expect(end).toMatchObject({ outcome: "failed", exitCode: 1, tries: 2 });
    expect(Date.now() - began).toBeLessThan(10_000);
    expect((await calls()).map(([command]) => command)).toEqual(["build", "build"]);
    expect(await readFile(file, "utf8")).toBe("daily run_7 timeout  2");
    expect(end.said.at(-1)).toContain("stopped after 1 s, the pipeline's timeout");
  });

  test("that is interrupted ends in an orderly way, and is neither tried again nor called failed", async () => {
    const interruption = new AbortController();
    const file = path.join(folder, "hook");
    const ready = path.join(folder, "ready");
    const orderly = `process.on("SIGTERM", () => process.exit(130)); setInterval(() => {}, 1000); appendFileSync(${JSON.stringify(ready)}, "")`;
    const running = run({ retries: { limit: 5 }, on_failure: hook(file) }, [orderly], {
      signal: interruption.signal,
    });
    while (!existsSync(ready)) await new Promise((resolve) => setTimeout(resolve, 20));
    interruption.abort();
    expect(await running).toMatchObject({ outcome: "interrupted", exitCode: 130, tries: 1 });
    await expect(readFile(file, "utf8")).rejects.toThrow();
  });

  test("whose hook cannot be run says so and has failed all the same", async () => {
    const end = await run({ on_failure: { command: ["/no/such/program"] } }, ["process.exit(1)"]);
    expect(end).toMatchObject({ outcome: "failed" });
    expect(end.said.at(-1)).toContain("on_failure could not be run");
  });
});
