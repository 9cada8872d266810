import { describe, expect, test } from "@jest/globals";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { openTestServices } from "../../local/testing.ts";
import { openDuckDb } from "../../runner/engine/duckdb/engine.ts";
import { linesOf } from "./testing/cli.ts";
import type { Line } from "./testing/cli.ts";
import { ShopDatabases } from "./testing/databases.ts";
import { fingerprint, inspect } from "./testing/inspect.ts";
import { openForTests } from "./testing/open-for-tests.ts";
import { TestProject } from "./testing/project.ts";
import { fillFirstDay, smallProject } from "./testing/small-project.ts";

let project: TestProject;

openForTests(async (hold) => {
  const services = await hold(openTestServices());
  const databases = await hold(ShopDatabases.create(services));
  project = await hold(new TestProject(smallProject, databases));
  await fillFirstDay(databases);
  await project.ok("build");
});

/** The events of a run, by type. */
function eventsOf(stdout: string): Map<unknown, Line[]> {
  const byType = new Map<unknown, Line[]>();
  for (const line of linesOf(stdout)) {
    byType.set(line.type, [...(byType.get(line.type) ?? []), line]);
  }
  return byType;
}

/** The ids of the relations that a run wrote or read from a source. */
async function builtBy(...args: readonly string[]): Promise<string[]> {
  const { stdout, stderr } = await project.ok(...args, "--json");
  expect(stderr).toBe("");
  const finished = eventsOf(stdout).get("step_finished") ?? [];
  return finished
    .map(({ outcome }) => outcome as { id: string; kind: string; status: string })
    .filter(({ kind }) => kind !== "test")
    .map(({ id }) => id)
    .sort();
}

describe("build", () => {
  test("--select takes the model alone, with + its ancestors, and --exclude leaves out", async () => {
    expect(await builtBy("build", "--select", "gold.payment")).toEqual(["gold.payment"]);
    expect(await builtBy("build", "--select", "+gold.payment")).toEqual(
      expect.arrayContaining(["cleaned.customer", "extract.oltp", "gold.payment", "work.payment"]),
    );
    const cartless = await builtBy("build", "--exclude", "cart", "source:shop");
    expect(cartless).toContain("gold.payment");
    expect(cartless).not.toContain("cleaned.cart");
    expect(cartless).not.toContain("extract.shop");
  });

  test("--json tells each step once, begun before it ended, between a start and an end", async () => {
    const { stdout } = await project.ok("build", "--json");
    const events = linesOf(stdout);
    expect(events[0]?.type).toBe("run_started");
    expect(events.at(-1)).toMatchObject({ type: "run_finished", status: "succeeded" });
    const byType = eventsOf(stdout);
    const begun = byType.get("step_started")!.map(({ id }) => id);
    const ended = byType
      .get("step_finished")!
      .map(({ outcome }) => (outcome as { id: string; status: string }).id);
    expect(new Set(begun).size).toBe(begun.length);
    expect([...begun].sort()).toEqual([...ended].sort());
    const planned = Object.values(events[0]!.steps as Record<string, number>);
    expect(begun).toHaveLength(planned.reduce((sum, count) => sum + count, 0));
    const increment = byType
      .get("step_finished")!
      .map(({ outcome }) => outcome as { id: string; mode?: string; milliseconds: number })
      .find(({ id }) => id === "gold.payment");
    expect(increment).toMatchObject({ mode: "delta", rows: 1 });
    expect(String(increment!.milliseconds)).toMatch(/^\d+(\.\d{1,2})?$/);
    const published = byType.get("published")![0]!.relations as string[];
    expect([...published].sort()).toEqual(Object.keys((await inspect(project)).rows));
  });

  test("--dry-run prints the statements and changes no file", async () => {
    const before = fingerprint(project.home);
    const { stdout, stderr } = await project.ok("build", "--dry-run");
    expect(stderr).toBe("");
    for (const text of ["gold.payment", "create table", "payments_are_positive"]) {
      expect(stdout).toContain(text);
    }
    expect(fingerprint(project.home)).toEqual(before);
  });
});

test("run builds without tests, extract only reads sources, test only tests", async () => {
  const { stdout: run } = await project.ok("run", "--json");
  const notes = eventsOf(run).get("note")!;
  expect(notes.map(({ message }) => message)).toEqual([
    "No data test is part of this run: what it builds is published untested.",
  ]);
  const built = eventsOf(run)
    .get("step_finished")!
    .map(({ outcome }) => (outcome as { id: string }).id);
  expect(built).toContain("gold.payment");
  expect(built).not.toContain("extract.oltp");
  expect(await builtBy("extract")).toEqual(["extract.oltp", "extract.shop"]);
  const { stdout } = await project.ok("test", "--json");
  const kinds = eventsOf(stdout)
    .get("step_finished")!
    .map(({ outcome }) => (outcome as { kind: string }).kind);
  expect(new Set(kinds)).toEqual(new Set(["test"]));
  expect((await inspect(project)).problems).toEqual([]);
});

describe("query", () => {
  test("prints exact rows to stdout, as a table or as JSON lines", async () => {
    const sql = "select payment_id, amount from gold.payment order by 1";
    const { stdout } = await project.ok("query", sql);
    expect(stdout.split("\n")).toEqual(
      expect.arrayContaining([expect.stringContaining("99999999.99")]),
    );
    const json = await project.ok("query", sql, "--json");
    expect(linesOf(json.stdout)[0]).toEqual({ payment_id: 1, amount: "10.10" });
    expect(json.stderr).toBe("");
  });

  test("says of what is no query that it is none, and where one breaks off", async () => {
    const said = async (sql: string) => (await project.run(["query", sql])).stderr;
    for (const sql of ["drop view gold.payment", "select 1; select 2"]) {
      expect(await said(sql)).toContain("CLI_USAGE\nThis is no query");
    }
    expect(await said("-- select 1")).toContain("There is no query.");
    const broken = await said("selec 1");
    expect(broken).toContain(
      'Parser Error: syntax error at or near "selec"\n  > 1 | selec 1\n      | ^',
    );
    expect(broken).not.toContain("{");
  });

  test("answers, as does the list of runs, while a model's file is broken", async () => {
    const file = "models/gold/payment.yml";
    const sound = readFileSync(join(project.folder, file), "utf8");
    project.write({ [file]: "columns: [" });
    try {
      expect((await project.run(["check"])).code).toBe(2);
      await project.ok("query", "select * from gold.payment");
      await project.ok("runs");
      await project.ok("env");
    } finally {
      project.write({ [file]: sound });
    }
  });

  test("answers while a build holds the warehouse", async () => {
    const sql = "select * from gold.payment order by payment_id";
    const { stdout: published } = await project.ok("query", sql, "--json");
    const holder = await openDuckDb({ file: project.warehouse, threads: 1 });
    try {
      expect((await project.ok("query", sql, "--json")).stdout).toBe(published);
    } finally {
      await holder.close();
    }
  });

  test("keeps no build waiting, and ends at the first Ctrl-C", async () => {
    const endless =
      "select count(*) from range(1000000) as a, range(1000000) as b where a.range * b.range % 7 = 3";
    const query = project.start(["query", endless]);
    await project.ok("build", "--select", "payment");
    query.process.kill("SIGINT");
    const interrupted = Date.now();
    expect(await query.ended).toMatchObject({ code: 130, stdout: "" });
    expect(Date.now() - interrupted).toBeLessThan(10_000);
  });

  test("may begin with a comment, and is not cut off by its own", async () => {
    const { stdout } = await project.ok("query", "-- first\nselect 1 as one -- last", "--json");
    expect(linesOf(stdout)).toEqual([{ one: 1 }]);
  });

  test("cannot change what is published", async () => {
    const ended = await project.run(["query", "delete from gold.payment"]);
    expect(ended.code).not.toBe(0);
    expect((await inspect(project)).rows["gold.payment"]).toHaveLength(3);
  });
});

test("ls --json lists each relation with its kind", async () => {
  const { stdout } = await project.ok("ls", "--json");
  const lines = linesOf(stdout);
  expect(lines).toHaveLength(9);
  expect(stdout).toContain("gold.payment");
});

test("compile writes SQL without any template left, check finds nothing, doctor reaches everything", async () => {
  const compiled = await project.ok("compile");
  expect(compiled.stdout + compiled.stderr).not.toBe("");
  expect(existsSync(join(project.home, "compiled"))).toBe(true);
  const texts = Object.keys(fingerprint(join(project.home, "compiled")));
  expect(texts.some((file) => file.includes("payment"))).toBe(true);
  const doctor = await project.ok("doctor");
  expect(doctor.stdout.match(/^ok /gm)).toHaveLength(8);
  expect((await project.ok("check")).stderr).toMatch(/^Sound: 3 source tables/);
});
