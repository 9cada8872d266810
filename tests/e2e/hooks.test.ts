import { describe, expect, test } from "@jest/globals";
import type { Row } from "../../runner/core/ports.ts";
import { linesOf } from "./testing/cli.ts";
import { newProjectForEachTest } from "./testing/new-project-for-each-test.ts";
import { TestProject } from "./testing/project.ts";
import { pipelinesWith, regionYaml, seedProject } from "./testing/seed-project.ts";
import { testTargets } from "./testing/targets.ts";

const auditing = pipelinesWith(`on_run_start:
  - create schema if not exists audit
  - create table if not exists audit.run (run_id varchar, status varchar)
  - insert into audit.run values ('{{run_id}}', 'started')
on_run_end: insert into audit.run values ('{{run_id}}', '{{run_status}}')
`);

describe.each(testTargets)("on $name,", (target) => {
  let project: TestProject;
  newProjectForEachTest(target, seedProject, (made) => {
    project = made;
  });

  /** What stands in the warehouse, ledger and hooks' own tables included. */
  async function ask(query: string): Promise<readonly Row[]> {
    const engine = await project.place.openWarehouse();
    try {
      return (await engine.query(query)).rows;
    } finally {
      await engine.close();
    }
  }

  const steps = () =>
    ask(
      `select step_id, status from _runner.step
     where run_id = (select max(run_id) from _runner.run) and kind = 'hook' order by started_at`,
    );

  describe("hooks of a run", () => {
    test("run before the first step and after the last, in their order, and are steps of the run", async () => {
      project.write({ "pipelines.yaml": auditing });
      const { stdout } = await project.ok("build", "--json");
      const events = linesOf(stdout);
      const begun = events.filter(({ type }) => type === "step_started").map(({ id }) => id);
      expect(begun.slice(0, 4)).toEqual([
        "hook.on_run_start.1",
        "hook.on_run_start.2",
        "hook.on_run_start.3",
        "raw.region",
      ]);
      expect(begun.at(-1)).toBe("hook.on_run_end.1");
      expect(events[0]?.steps).toMatchObject({ hook: 4 });
      expect(await ask("select status from audit.run order by status desc")).toEqual([
        { status: "succeeded" },
        { status: "started" },
      ]);
      expect(await steps()).toEqual([
        { step_id: "hook.on_run_start.1", status: "ok" },
        { step_id: "hook.on_run_start.2", status: "ok" },
        { step_id: "hook.on_run_start.3", status: "ok" },
        { step_id: "hook.on_run_end.1", status: "ok" },
      ]);
    });

    test("at the end run when the build failed too, and are told so", async () => {
      project.write({
        "pipelines.yaml": auditing,
        "tests/never.sql": `select * from {{ref "gold.region"}}\n`,
      });
      expect(await project.run(["build"])).toMatchObject({ code: 1 });
      expect(await ask("select status from audit.run where status <> 'started'")).toEqual([
        { status: "failed" },
      ]);
    });

    test("that fail at the start stop the run before anything is written", async () => {
      project.write({
        "pipelines.yaml": pipelinesWith(
          "on_run_start:\n  - select 1\n  - |\n    select *\n    from nowhere\n",
        ),
      });
      const ended = await project.run(["build"]);
      expect(ended.code).toBe(1);
      // The settings of a target on Redshift are a line longer, and it does not say where in the statement.
      const isLocal = target.engine === "duckdb";
      expect(ended.stderr).toContain(isLocal ? "pipelines.yaml:12:5" : "pipelines.yaml:13:5");
      expect(ended.stderr).toContain(isLocal ? "> 2 | from nowhere" : '"nowhere" does not exist');
      expect(ended.stderr).toContain(
        "skipped  3 relations and 8 data tests, because of hook.on_run_start.2",
      );
      expect(
        await ask("select * from _runner.step where status = 'ok' and kind <> 'hook'"),
      ).toEqual([]);
    });

    test("that fail at the end fail the run, and leave what it published", async () => {
      project.write({
        "pipelines.yaml": pipelinesWith(
          "on_run_end:\n  - select * from nowhere\n  - create table told as select 1 as one\n",
        ),
      });
      const ended = await project.run(["build"]);
      expect(ended.code).toBe(1);
      expect(ended.stderr).toContain("published 3 relations");
      expect(await ask("select count(*) as regions from gold.region")).toEqual([{ regions: 2 }]);
      expect(await ask("select one from told")).toEqual([{ one: 1 }]);
      expect(await ask("select status from _runner.run")).toEqual([{ status: "failed" }]);
    });
  });

  describe("hooks of a model", () => {
    test("run around its write, see the candidate before any reader does, and come before its tests", async () => {
      project.write({
        "models/cleaned/region.yml": regionYaml(`pre_hook:
  - create table seen (moment varchar, regions integer)
  - insert into seen select 'before', count(*) from {{ref "raw.region"}}
post_hook:
  - insert into {{this}} values (3, 'East')
  - insert into seen select 'after', count(*) from {{this}}
tests:
  - row_count: { min: 3, max: 3 }
`),
      });
      await project.ok("build");
      expect(await ask("select * from seen order by regions")).toEqual([
        { moment: "before", regions: 2 },
        { moment: "after", regions: 3 },
      ]);
      expect(await ask("select count(*) as regions from gold.region")).toEqual([{ regions: 3 }]);
    });

    test("that fail withhold the model and what reads it, and leave what readers had", async () => {
      await project.ok("build");
      project.write({
        "seeds/region.csv": "region_id,region_name\n1,North\n2,South\n3,West\n",
        "models/cleaned/region.yml": regionYaml("post_hook: delete from {{this}}_nothing\n"),
      });
      const ended = await project.run(["build"]);
      expect(ended.code).toBe(1);
      expect(ended.stderr).toContain("models/cleaned/region.yml:3:12");
      expect(ended.stderr).toContain(
        "withheld cleaned.region: hook.cleaned.region.post_hook.1 failed",
      );
      expect(await ask("select count(*) as regions from gold.region")).toEqual([{ regions: 2 }]);
      expect(
        await ask(
          "select count(*) as tables from information_schema.tables where table_name like 'cleaned__region%'",
        ),
      ).toEqual([{ tables: 1 }]);
    });

    test("are part of a dry run, in their places", async () => {
      project.write({
        "models/cleaned/region.yml": regionYaml("pre_hook: select 1\npost_hook: select 2;\n"),
        "pipelines.yaml": auditing,
      });
      const { stdout } = await project.ok("build", "--dry-run", "--json");
      const ids = linesOf(stdout).map(({ id }) => String(id));
      expect(ids.filter((id) => !id.startsWith("test."))).toEqual([
        "hook.on_run_start.1",
        "hook.on_run_start.2",
        "hook.on_run_start.3",
        "raw.region",
        "hook.cleaned.region.pre_hook.1",
        "cleaned.region",
        "hook.cleaned.region.post_hook.1",
        "gold.region",
        "hook.on_run_end.1",
      ]);
      const { stdout: text } = await project.ok("build", "--dry-run");
      expect(text).toContain("-- hook.cleaned.region.post_hook.1: post_hook\nselect 2;\n");
    });
  });
});

test("a mistake in a hook is told at its place in the YAML before anything runs", async () => {
  const project = new TestProject(seedProject);
  project.write({
    "pipelines.yaml": pipelinesWith('on_run_start:\n  - select * from {{ref "gold.regoin"}}\n'),
    "models/cleaned/region.yml": regionYaml("post_hook: select {{run_statu}}\n"),
  });
  const ended = await project.run(["check"]);
  expect(ended.code).toBe(2);
  expect(ended.stderr).toContain("models/cleaned/region.yml:3:12");
  expect(ended.stderr).toContain('Did you mean "run_status"?');
  project.write({ "models/cleaned/region.yml": regionYaml("") });
  const linked = await project.run(["check"]);
  expect(linked.stderr).toContain("pipelines.yaml:11:5");
  expect(linked.stderr).toContain('Did you mean "gold.region"?');
  project.write({
    "pipelines.yaml": pipelinesWith("on_run_start: select '{{run_status}}'\n"),
  });
  const rendered = await project.run(["check"]);
  expect(rendered.code).toBe(2);
  expect(rendered.stderr).toContain("It is known in on_run_end.");
  project.close();
});
