import { afterAll, expect, jest, test } from "@jest/globals";
import { cpSync } from "node:fs";
import { join } from "node:path";
import { openTestServices } from "../../local/testing.ts";
import { concurrently } from "../../runner/core/concurrently.ts";
import { directIo } from "../../runner/core/io.ts";
import type { Io } from "../../runner/core/io.ts";
import { Failure } from "../../runner/core/diagnostic.ts";
import { ShopDatabases } from "./testing/databases.ts";
import { DisturbedIo, disturbances, lateEvery } from "./testing/disturbed-io.ts";
import type { Disturbance } from "./testing/disturbed-io.ts";
import { buildInProcess } from "./testing/in-process.ts";
import { inspect } from "./testing/inspect.ts";
import type { Contents } from "./testing/inspect.ts";
import { openForTests } from "./testing/open-for-tests.ts";
import { TestProject } from "./testing/project.ts";
import { fillFirstDay, fillSecondDay, smallProject } from "./testing/small-project.ts";

/** Two, so that both cores have work. */
let projects: readonly TestProject[];
let expected: Contents;

openForTests(async (hold) => {
  const services = await hold(openTestServices());
  const databases = await hold(ShopDatabases.create(services));
  projects = [
    await hold(new TestProject(smallProject, databases)),
    await hold(new TestProject(smallProject, databases)),
  ];
  delete process.env.MERCADO_HOME;
  Object.assign(process.env, databases.environment);
  jest.spyOn(process.stderr, "write").mockReturnValue(true);
  await fillFirstDay(databases);
  for (const project of projects) {
    await buildInProcess(project, directIo);
    cpSync(project.home, join(project.folder, "built"), { recursive: true });
  }
  await fillSecondDay(databases);
  const [project] = projects;
  await buildInProcess(project!, directIo);
  expected = await inspect(project!);
});

afterAll(() => {
  jest.restoreAllMocks();
});

/** How a build ended; a failure that nobody foresaw is a fault of the runner. */
async function endOf(project: TestProject, io: Io): Promise<string> {
  try {
    return (await buildInProcess(project, io)) === 0 ? "ok" : "failed";
  } catch (error) {
    return error instanceof Failure ? "failed" : `faulty ${String(error)}`;
  }
}

/** What came of a build in which `io` disturbed a call, and of the next one where it failed, that should not have. */
async function problemsOf(project: TestProject, io: DisturbedIo): Promise<readonly string[]> {
  const problems: string[] = [];
  const end = await endOf(project, io);
  if (io.disturbed === undefined) return [];
  if (end.startsWith("faulty")) problems.push(end);
  if (end !== "ok" && io.disturbance === "is late") problems.push(`ended ${end}`);
  if (end !== "ok" && (await endOf(project, directIo)) !== "ok") problems.push("cannot go on");
  const found = await inspect(project);
  if (JSON.stringify(found) !== JSON.stringify(expected)) {
    problems.push(JSON.stringify(found, undefined, 1));
  }
  return problems;
}

/** Disturbs one call after the other of an increment. */
async function walk(disturbance: Disturbance): Promise<{ turns: number; differing: string[] }> {
  const differing: string[] = [];
  let at = 0;
  let isOver = false;
  await concurrently(projects, projects.length, async (project) => {
    while (!isOver) {
      at += 1;
      const turn = at;
      if (disturbance === "is late" && turn > lateEvery) return;
      const io = new DisturbedIo(turn, disturbance);
      project.takeHome(join(project.folder, "built"));
      const problems = await problemsOf(project, io);
      if (io.disturbed === undefined) isOver = true;
      const name = `call ${turn} (${io.disturbed?.part ?? ""}, ${io.disturbed?.action ?? ""})`;
      differing.push(...problems.map((problem) => `${name}: ${problem}`));
    }
  });
  return { turns: at, differing };
}

const fewestTurns = { fails: 50, "loses its answer": 50, "is cut short": 2, "is late": lateEvery };

test.each(disturbances)(
  "an increment in which any one call %s, run again if it failed, ends as if nothing had happened",
  async (disturbance) => {
    expect(expected.problems).toEqual([]);
    const { turns, differing } = await walk(disturbance);
    expect(differing).toEqual([]);
    expect(turns).toBeGreaterThan(fewestTurns[disturbance]);
  },
);
