import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { codesIn, linesOf } from "./testing/cli.ts";
import { TestProject } from "./testing/project.ts";

const pipelines = `
pipelines:
  daily:
    description: Everything.
    schedule: { cron: "0 3 * * *", timezone: Europe/Berlin }
    retries: { limit: 2, backoff: 1 second, factor: 1 }
    on_failure: { command: [sh, -c, "echo $MERCADO_PIPELINE $MERCADO_REASON $MERCADO_RUN_ID > told"] }
  region: { select: region }
`;
const files = {
  "pipelines.yaml": `project: small
default_target: local
targets:
  local: { engine: duckdb, warehouse: .mercado/warehouse.duckdb, lake: .mercado/lake }
models: { gold: { materialized: table } }
${pipelines}`,
  "seeds/region.csv": "region_id\n1\n2\n",
  "seeds/region.yml": "columns: [{ name: region_id, type: integer }]\n",
  "models/gold/region.sql":
    'select cast(region_id as integer) as region_id from {{ref "raw.region"}}\n',
  "models/gold/region.yml":
    "grain: One row per region.\ncolumns: [{ name: region_id, type: integer }]\n",
};
const broken = 'select nothing_like_it from {{ref "raw.region"}}\n';
/** A query that takes hours; to end it, its process must be told. */
const slow = `select cast(1 + sum(i % 2) * 0 as integer) as region_id from range(1000000000000) as t(i), (select 1 from {{ref "raw.region"}} limit 1) as one\n`;

let project: TestProject;

beforeEach(() => {
  project = new TestProject(files);
});
afterEach(() => {
  project.close();
});

interface Results {
  readonly run_id: string;
  readonly status: string;
  readonly command: string;
  readonly trigger?: string;
}
const results = (): Results | undefined => {
  const file = join(project.home, "artifacts", "run_results.json");
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Results) : undefined;
};
const scheduleFile = () => join(project.home, "schedule.json");

interface State {
  pipelines: Record<
    string,
    { handled_until: string; running?: { due: string }; last?: { due: string; outcome: string } }
  >;
}
const schedule = () => JSON.parse(readFileSync(scheduleFile(), "utf8")) as State;

/** As if the scheduler had last looked so many days ago. */
function backdate(days: number): void {
  const state = schedule();
  for (const each of Object.values(state.pipelines)) {
    each.handled_until = new Date(Date.parse(each.handled_until) - days * 86_400_000).toISOString();
  }
  writeFileSync(scheduleFile(), JSON.stringify(state));
}

async function until(condition: () => boolean): Promise<void> {
  for (const end = Date.now() + 30_000; !condition();) {
    if (Date.now() > end) throw new Error("it never came");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe("runner pipeline", () => {
  test("ls tells when each is due, run runs one now", async () => {
    const listed = linesOf((await project.ok("pipeline", "ls", "--json")).stdout);
    expect(listed).toMatchObject([
      { name: "daily", cron: "0 3 * * *", next_due: expect.stringMatching(/T0[12]:00:00/) },
      { name: "region", command: "build region", next_due: null },
    ]);
    await project.ok("pipeline", "run", "daily");
    expect(results()).toMatchObject({
      status: "succeeded",
      command: "build",
      trigger: expect.stringMatching(/^daily@/),
    });
  });

  test("a try goes on with what the one before left, once its cause is mended", async () => {
    project.write({ "models/gold/region.sql": broken });
    const running = project.start(["pipeline", "run", "daily", "--json"]);
    await running.said("again in 1 s");
    project.write({ "models/gold/region.sql": files["models/gold/region.sql"] });
    const { code, stdout } = await running.ended;
    expect(code).toBe(0);
    const begun = linesOf(stdout).filter(({ type }) => type === "run_started");
    expect(begun.map(({ steps }) => (steps as { seed: number }).seed)).toEqual([1, 0]);
    expect(existsSync(join(project.folder, "told"))).toBe(false);
  });

  test("one that fails to the end ends with 1 and tells whoever it is to tell", async () => {
    project.write({ "models/gold/region.sql": broken });
    expect((await project.run(["pipeline", "run", "daily"])).code).toBe(1);
    const told = readFileSync(join(project.folder, "told"), "utf8").trim();
    expect(told).toBe(`daily failed ${results()?.run_id}`);
  });

  test("mistakes in pipelines.yaml are found by check, at their lines", async () => {
    project.write({
      "pipelines.yaml": files["pipelines.yaml"]
        .replace("0 3 * * *", "0 25 * * *")
        .replace("select: region", "select: regoin"),
    });
    const ended = await project.run(["check"]);
    expect([ended.code, ...codesIn(ended)]).toEqual([2, "SCHEDULE_INVALID", "SELECT_NOTHING"]);
    expect(ended.stderr).toMatch(/pipelines.yaml:10:\d+/);
    expect(ended.stderr).toContain('Did you mean "region"?');
  });
});

describe("runner schedule", () => {
  test("--once makes up for what was missed, once, and a second time there is nothing", async () => {
    await project.ok("schedule", "--once");
    expect(results()).toBeUndefined();
    backdate(4);
    const { stderr } = await project.ok("schedule", "--once");
    expect(stderr).toMatch(/daily: passing over \d times that were missed/);
    expect(stderr).toContain("daily: succeeded");
    const first = results()?.run_id;
    expect(schedule().pipelines.daily).toMatchObject({ last: { outcome: "succeeded" } });
    await project.ok("schedule", "--once");
    expect(results()?.run_id).toBe(first);
  });

  test("a scheduler that is killed takes its run with it, and the next one runs that again", async () => {
    await project.ok("schedule", "--once");
    backdate(2);
    project.write({ "models/gold/region.sql": slow });
    const running = project.start(["schedule"]);
    await until(() => results()?.status === "running");
    running.process.kill("SIGKILL");
    await running.ended;
    const due = schedule().pipelines.daily?.running?.due;
    expect(due).toBeDefined();
    const killed = results()?.run_id;
    project.write({ "models/gold/region.sql": files["models/gold/region.sql"] });
    const { stderr } = await project.ok("schedule", "--once");
    expect(stderr).toContain("daily: succeeded");
    expect(results()?.run_id).not.toBe(killed);
    expect(schedule().pipelines.daily).toMatchObject({ last: { due, outcome: "succeeded" } });
    expect(schedule().pipelines.daily?.running).toBeUndefined();
  });

  test("there is one at a time, and it ends in an orderly way when it is told to", async () => {
    const running = project.start(["schedule"]);
    await running.said("daily: next due");
    const second = await project.run(["schedule", "--once"]);
    expect([second.code, ...codesIn(second)]).toEqual([2, "SCHEDULE_HELD"]);
    running.process.kill("SIGTERM");
    expect((await running.ended).code).toBe(130);
    await project.ok("schedule", "--once");
  });

  test("a change of pipelines.yaml is followed, and a mistake in it is told and not followed", async () => {
    const every = (cron: string) => ({
      "pipelines.yaml": files["pipelines.yaml"].replace("0 3 * * *", cron),
    });
    project.write(every("*/2 * * * * *"));
    const running = project.start(["schedule"]);
    await running.said("daily: succeeded");
    project.write(every("nonsense"));
    await running.said("is not followed until it is sound");
    project.write(every("0 0 1 1 *"));
    await running.said("(0 0 1 1 * Europe/Berlin)");
    running.process.kill("SIGINT");
    expect((await running.ended).code).toBe(130);
  });
});
