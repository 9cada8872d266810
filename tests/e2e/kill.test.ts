import { describe, expect, test } from "@jest/globals";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openTestServices } from "../../local/testing.ts";
import { concurrently } from "../../runner/core/concurrently.ts";
import { ShopDatabases } from "./testing/databases.ts";
import { inspect } from "./testing/inspect.ts";
import type { Contents } from "./testing/inspect.ts";
import { openForTests } from "./testing/open-for-tests.ts";
import type { TestProject } from "./testing/project.ts";
import { fillFirstDay, fillSecondDay, wholeProject } from "./testing/small-project.ts";
import { testTargets } from "./testing/targets.ts";

const runner = fileURLToPath(new URL("../../runner", import.meta.url));

/** What access apply passes, and no build: access-on-redshift.test.ts kills it there. */
const ofAccess = ["before-access", "after-access"];

/** The names that the runner's code gives to the kill points of a build. */
function killPointNames(): string[] {
  const names = new Set<string>();
  for (const entry of readdirSync(runner, { recursive: true, withFileTypes: true })) {
    const isCode = entry.isFile() && entry.name.endsWith(".ts") && !entry.name.endsWith(".test.ts");
    if (!isCode || entry.parentPath.includes("node_modules")) continue;
    const text = readFileSync(join(entry.parentPath, entry.name), "utf8");
    for (const [, name = ""] of text.matchAll(/killPoint\("([^"]+)"\)/g)) names.add(name);
  }
  return [...names].filter((name) => !ofAccess.includes(name)).sort();
}

/** Places that a build passes often, where the second or a later time can matter too. */
const later = [
  "after-part-put:6",
  ...[5, 9, 12, 15].map((number) => `after-write-statement:${number}`),
];

/** Here the run is over but for what may be collected at any time. */
const afterTheEnd = ["before-collect", "after-forget"];

let services: Awaited<ReturnType<typeof openTestServices>>;

openForTests(async (hold) => {
  services = await hold(openTestServices());
});

describe.each(testTargets)("on $name,", (target) => {
  let databases: ShopDatabases;
  /** Two, so that both cores have work. */
  let projects: readonly TestProject[];

  openForTests(async (hold) => {
    databases = await hold(ShopDatabases.create(services));
    const opened = await hold(target.open(services));
    const newProject = () => hold(opened.newProject(wholeProject, databases));
    projects = [await newProject(), await newProject()];
    await fillFirstDay(databases);
  });

  /** Kills a build at each point, runs it again, and tells where something else came of it than `expected`. */
  async function sweep(
    points: readonly string[],
    base: string | undefined,
    expected: Contents,
  ): Promise<string[]> {
    const differing: string[] = [];
    const idle = [...projects];
    await concurrently(points, projects.length, async (point) => {
      const project = idle.pop();
      if (project === undefined) throw new Error("no project is idle");
      await project.restore(base);
      const killed = await project.run(["build"], { MERCADO_KILL_POINT: point });
      if (killed.signal !== "SIGKILL") differing.push(`${point}: was not killed`);
      await project.place.passLeaseTime();
      const again = await project.run(["build"]);
      if (again.code !== 0) differing.push(`${point}: ${again.stderr}`);
      const isTold = again.stderr.includes("was interrupted");
      if (isTold === afterTheEnd.includes(point)) differing.push(`${point}: told is ${isTold}`);
      const found = await inspect(project);
      if (JSON.stringify(found) !== JSON.stringify(expected)) {
        differing.push(`${point}: ${JSON.stringify(found, undefined, 1)}`);
      }
      idle.push(project);
    });
    return differing;
  }

  test("a first build that is killed anywhere and run again ends as if nothing had happened", async () => {
    const [project] = projects;
    await project!.ok("build");
    const expected = await inspect(project!);
    expect(expected.problems).toEqual([]);
    const points = ["after-extract", "after-publish"];
    expect(await sweep(points, undefined, expected)).toEqual([]);
  });

  test("an increment that is killed at any of the kill points and run again ends as if nothing had happened", async () => {
    const names = killPointNames();
    expect(names.length).toBeGreaterThan(9);
    for (const project of projects) {
      await project.restore(undefined);
      await project.ok("build");
      await project.keep("built");
    }
    await fillSecondDay(databases);
    const [project] = projects;
    await project!.ok("build");
    const expected = await inspect(project!);
    expect(expected.problems).toEqual([]);
    const counts = Object.fromEntries(
      Object.entries(expected.rows).map(([relation, rows]) => [relation, rows.length]),
    );
    expect(counts).toMatchObject({
      "gold.payment": 4,
      // The corrected payment is in the log twice, the corrected customer in the history.
      "gold.payment_log": 5,
      "gold.customer_history": 4,
      "gold.customer_payment": 3,
      "gold.payment_by_month": 4,
    });
    expect(counts).not.toHaveProperty(["work.member_payment"]);
    expect(await sweep([...names, ...later], "built", expected)).toEqual([]);
  });
});
