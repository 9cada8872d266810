import { beforeEach, expect, test } from "@jest/globals";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { Fault } from "../../local/redshift/faults.ts";
import { openTestServices } from "../../local/testing.ts";
import { runResultsSchema } from "../../runner/record/artifacts/schemas.ts";
import type { RunResults, StatementTotals } from "../../runner/record/artifacts/schemas.ts";
import { codesIn } from "./testing/cli.ts";
import type { Ended } from "./testing/cli.ts";
import { ShopDatabases } from "./testing/databases.ts";
import { inspect } from "./testing/inspect.ts";
import type { Contents } from "./testing/inspect.ts";
import { openForTests } from "./testing/open-for-tests.ts";
import type { TestProject } from "./testing/project.ts";
import { redshiftPlace } from "./testing/redshift-target.ts";
import type { RedshiftPlace } from "./testing/redshift-target.ts";
import { openRefusingS3 } from "./testing/refusing-s3.ts";
import type { RefusingS3 } from "./testing/refusing-s3.ts";
import { fillFirstDay, fillSecondDay, smallProject } from "./testing/small-project.ts";
import { redshift } from "./testing/targets.ts";
import { statementHistory } from "./testing/statement-history.ts";

let project: TestProject;
let place: RedshiftPlace;
let s3: RefusingS3;
/** What readers see after the first day, and after the second one was built without a disturbance. */
let before: Contents;
let expected: Contents;

openForTests(async (hold) => {
  const services = await hold(openTestServices());
  const databases = await hold(ShopDatabases.create(services));
  const opened = await hold(redshift.open(services));
  project = await hold(opened.newProject(smallProject, databases));
  place = redshiftPlace(project);
  s3 = await hold(openRefusingS3(place.s3Endpoint));
  const pipelines = smallProject["pipelines.yaml"] ?? "";
  project.write({
    "pipelines.yaml": place.pipelines(pipelines).replace(place.s3Endpoint, s3.endpoint),
  });
  await fillFirstDay(databases);
  await project.ok("build");
  before = await inspect(project);
  await project.keep("built");
  await fillSecondDay(databases);
  await project.ok("build");
  expected = await inspect(project);
});

beforeEach(async () => {
  await project.restore("built");
});

/** How the stand-in keeps transactions apart: as it does by default, where most conflicts are found, and as new warehouses of AWS do. */
const isolations = ["serializable", "snapshot"] as const;

/** Lets the stand-in keep transactions apart so for one action. */
async function isolated(
  isolation: (typeof isolations)[number],
  action: () => Promise<void>,
): Promise<void> {
  await place.isolate(isolation);
  try {
    await action();
  } finally {
    await place.isolate("serializable");
  }
}

/** A statement by which a publish transaction begins: its own, or the call of what holds it. */
const publish = /^\s*(insert into _runner\.fence|call _runner\.)/i;

/** Every fifth match of the first six hundred, from this one on. */
const ofEveryFifth = (fault: Fault, first = 1): readonly Fault[] =>
  Array.from({ length: 120 }, (_, index) => ({ ...fault, at: 5 * index + first }));

function gold({ rows }: Contents) {
  return Object.entries(rows).filter(([relation]) => relation.startsWith("gold."));
}

async function nextRunEndsAsExpected(): Promise<void> {
  place.faults.clear();
  await place.passLeaseTime();
  await project.ok("build");
  expect(await inspect(project)).toEqual(expected);
}

test("an undisturbed build of both days is what all others are compared with", () => {
  expect(before.problems).toEqual([]);
  expect(expected.problems).toEqual([]);
  expect(gold(expected)).not.toEqual(gold(before));
});

test.each<[string, readonly Fault[]]>([
  [
    "two runs' transactions that Redshift cannot put in an order (1023) at publish",
    [{ kind: "conflict", sql: publish, times: 2 }],
  ],
  [
    "a publish whose answer is lost after its commit",
    [{ kind: "lost-response", operation: "BatchExecuteStatement", sql: publish, when: "after" }],
  ],
  [
    "a publish that never arrives",
    [{ kind: "lost-response", operation: "BatchExecuteStatement", sql: publish, when: "before" }],
  ],
  // What is refused is asked again by the next call: in four builds each call of an undisturbed one is refused once.
  ...[1, 2, 3, 4].map((first): [string, readonly Fault[]] => [
    `throttling at every fifth call of any kind, from call ${first} on`,
    ofEveryFifth({ kind: "refusal" }, first),
  ]),
  [
    "too many active statements at every fifth submission",
    ofEveryFifth({
      kind: "refusal",
      operation: "ExecuteStatement",
      error: "ActiveStatementsExceededException",
    }),
  ],
  [
    "every fifth answer lost, whatever was asked",
    ofEveryFifth({ kind: "lost-response", when: "after" }),
  ],
])("%s: the build ends as if nothing had happened", async (_what, faults) => {
  place.faults.add(...faults);
  const ended = await project.run(["build"]);
  expect(place.faults.fired.length).toBeGreaterThanOrEqual(Math.min(faults.length, 10));
  expect(ended).toMatchObject({ code: 0 });
  expect(await inspect(project)).toEqual(expected);
});

test.each<[string, Fault]>([
  [
    "a sub-statement of the publish that fails",
    { kind: "failure", sql: publish, message: "ERROR: Assert" },
  ],
  ["a connection that breaks within the publish", { kind: "disconnect", sql: publish }],
])(
  "%s publishes nothing, says so, and the next build ends as if nothing had happened",
  async (_what, fault) => {
    place.faults.add(fault);
    const ended = await project.run(["build"]);
    expect(place.faults.fired).toHaveLength(1);
    expect(ended.code).toBe(1);
    expect(codesIn(ended)).toEqual(["SQL_FAILED"]);
    const found = await inspect(project);
    expect(gold(found)).toEqual(gold(before));
    expect(found.problems).toEqual([]);
    await nextRunEndsAsExpected();
  },
);

/** Waits until a fault has fired. */
async function fired(build: Promise<Ended>): Promise<void> {
  const over = build.then(() => {
    throw new Error("the build ended without the fault");
  });
  while (place.faults.fired.length === 0) await Promise.race([setTimeout(20), over]);
  over.catch(() => undefined);
}

test.each(isolations)(
  "under %s isolation, a run that stops for longer than its lease is taken over, and changes nothing when it goes on",
  async (isolation) => {
    await isolated(isolation, async () => {
      place.faults.add({ kind: "queue", sql: publish, milliseconds: 60_000 });
      const first = project.start(["build"]);
      await fired(first.ended);
      first.process.kill("SIGSTOP");
      const busy = await project.run(["build"]);
      expect([busy.code, codesIn(busy)]).toEqual([2, ["LEASE_HELD"]]);
      await nextRunEndsAsExpected();
      first.process.kill("SIGCONT");
      expect((await first.ended).code).not.toBe(0);
      expect(await inspect(project)).toEqual(expected);
    });
  },
);

test("a publish that a killed run of another machine left is ended by the run that takes its lease over", async () => {
  place.faults.add({ kind: "queue", sql: publish, milliseconds: 60_000 });
  const first = project.start(["build"], { MERCADO_HOME: `${project.folder}/elsewhere` });
  await fired(first.ended);
  first.process.kill("SIGKILL");
  await first.ended;
  await nextRunEndsAsExpected();
});

/** The text in the lease's row by which others know who has the warehouse. */
async function leaseHolder(): Promise<unknown> {
  return place.inDatabase(async (client) => {
    const { rows } = await client.query<{ holder: unknown }>("select holder from _runner.lease");
    return rows[0]?.holder;
  });
}

test("a run that was killed on this machine keeps the next one waiting for nothing", async () => {
  place.faults.add({ kind: "queue", sql: publish, milliseconds: 60_000 });
  const first = project.start(["build"]);
  await fired(first.ended);
  first.process.kill("SIGKILL");
  await first.ended;
  expect(await leaseHolder()).not.toBeNull();
  place.faults.clear();
  await project.ok("build");
  expect(await inspect(project)).toEqual(expected);
});

test.each<NodeJS.Signals>(["SIGINT", "SIGTERM"])(
  "a second %s ends a run at once, cancels what it asked for, and gives the lease back",
  async (signal) => {
    place.faults.add({ kind: "hang", sql: publish });
    const first = project.start(["build"]);
    await fired(first.ended);
    first.process.kill(signal);
    await first.said("press Ctrl-C again");
    first.process.kill(signal);
    expect((await first.ended).code).toBe(130);
    expect(await leaseHolder()).toBeNull();
    expect(gold(await inspect(project))).toEqual(gold(before));
    place.faults.clear();
    await project.ok("build");
    expect(await inspect(project)).toEqual(expected);
  },
);

test.each(isolations)(
  "under %s isolation, of two runs at once one builds, and the other one waits for it or says who has the warehouse",
  async (isolation) => {
    await isolated(isolation, async () => {
      const ends = await Promise.all([
        project.run(["build"]),
        project.run(["build"]),
        project.run(["build", "--wait", "120s"]),
      ]);
      const codes = ends.map(({ code }) => code);
      expect(codes[2]).toBe(0);
      expect(codes.slice(0, 2)).toContain(2);
      for (const ended of ends) {
        if (ended.code !== 0) expect(codesIn(ended)).toEqual(["LEASE_HELD"]);
      }
      expect(await inspect(project)).toEqual(expected);
    });
  },
);

/** What the latest run says that it asked of Redshift. */
function asked(): RunResults {
  const file = join(project.home, "artifacts", "run_results.json");
  return runResultsSchema.parse(JSON.parse(readFileSync(file, "utf8")));
}

const queued = (statements: Pick<StatementTotals, "queue_milliseconds"> | undefined) =>
  statements?.queue_milliseconds ?? 0;

test("a statement that waits in Redshift's queue is seen at its step, at no other one, and in the run's end", async () => {
  const milliseconds = 8_000;
  const sql = /^create table _physical\.gold__customer__/;
  place.faults.add({ kind: "queue", sql, milliseconds });
  const { stderr } = await project.ok("build");
  expect(place.faults.fired).toHaveLength(1);
  const { results, publication, statements } = asked();
  const late = [...results, { id: "publication", ...publication }].filter(
    (each) => queued(each.statements) >= milliseconds,
  );
  expect(late.map(({ id }) => id)).toEqual(["gold.customer"]);
  const [step] = late;
  const waited = step?.statements?.submissions.filter((each) => queued(each) >= milliseconds);
  expect(waited).toMatchObject([{ status: "finished", count: 1 }]);
  expect(queued(statements)).toBeGreaterThanOrEqual(milliseconds);
  expect(stderr).toMatch(/^load {5}\d+ statements: \d+\.\d\d s in the queue, .* at work, .*$/m);
});

test("what a run says that it asked of Redshift is in Redshift's own history, each under one step, and the ledger's besides", async () => {
  const sql = /^create table _physical\.gold__customer__/;
  place.faults.add({ kind: "conflict", sql });
  await project.ok("build");
  const { run_id: run, results, publication, statements } = asked();
  const parts = [...results, publication].flatMap((each) => each?.statements ?? []);
  const ids = parts.flatMap(({ submissions }) => submissions.map(({ id }) => id));
  const history = await statementHistory(place, run);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.filter((id) => !history.has(id))).toEqual([]);
  const sqlsOf = (name: string) =>
    results
      .find(({ id }) => id === name)
      ?.statements?.submissions.flatMap(({ id }) => history.get(id) ?? []);
  for (const { id, kind } of results) {
    const created = `create (table|view) _physical\\.${id.replace(".", "__")}__`;
    if (kind !== "model" && kind !== "seed") continue;
    expect(sqlsOf(id)).toContainEqual(expect.stringMatching(created));
  }
  const tries = sqlsOf("gold.customer")?.filter((text) => sql.test(text));
  expect(tries).toHaveLength(2);
  const count = parts.reduce((sum, each) => sum + each.count, 0);
  expect(statements?.count).toBeGreaterThan(count);
});

test("a pointer whose conditional put S3 refuses once is put again", async () => {
  s3.refuse(1);
  await project.ok("build");
  expect(s3.refused).toBe(1);
  expect(await inspect(project)).toEqual(expected);
});

test("a pointer whose conditional put S3 goes on refusing is told, and followed by the next run", async () => {
  s3.refuse(1000);
  const ended = await project.run(["build"]);
  expect(s3.refused).toBeGreaterThan(0);
  s3.refuse(0);
  expect([ended.code, new Set(codesIn(ended))]).toEqual([1, new Set(["LAKE_POINTER_MOVED"])]);
  expect(ended.stderr).toContain("The warehouse is published; the next run lets the lake follow.");
  await nextRunEndsAsExpected();
});
