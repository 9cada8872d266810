import { describe, expect, test } from "@jest/globals";
import { codesIn, linesOf } from "./testing/cli.ts";
import { inspect } from "./testing/inspect.ts";
import { newProjectForEachTest } from "./testing/new-project-for-each-test.ts";
import type { TestProject } from "./testing/project.ts";
import { pipelinesWith, regionYaml, seedProject } from "./testing/seed-project.ts";
import { testTargets } from "./testing/targets.ts";

describe.each(testTargets)("on $name,", (target) => {
  let project: TestProject;
  newProjectForEachTest(target, seedProject, (made) => {
    project = made;
  });

  const regions = (...names: readonly string[]) => ({
    "seeds/region.csv": [
      "region_id,region_name",
      ...names.map((name, index) => `${index + 1},${name}`),
      "",
    ].join("\n"),
  });

  /** A way of writing cleaned.region that yields other rows than the project's own. */
  const loud = {
    "models/cleaned/region.sql": `select region_id, cast(upper(region_name) as varchar(50)) as region_name from {{ref "raw.region"}}\n`,
  };

  /** A model that a later state of the project has no longer. */
  const old = {
    "models/gold/old.sql": `select region_id, region_name from {{ref "cleaned.region"}}\n`,
    "models/gold/old.yml": regionYaml("materialized: table\n"),
  };

  async function namesIn(...more: readonly string[]): Promise<unknown[]> {
    const { stdout } = await project.ok(
      "query",
      "select region_name from gold.region order by region_id",
      "--json",
      ...more,
    );
    return linesOf(stdout).map((row) => row.region_name);
  }

  const environmentPointers = () =>
    project.place.lakeKeys().filter((key) => key.startsWith("_environments/"));

  /** Is killed, and its lease is over. */
  async function killed(args: readonly string[], point: string) {
    const ended = await project.run(args, { MERCADO_KILL_POINT: point });
    expect(ended.signal).toBe("SIGKILL");
    await project.place.passLeaseTime();
  }

  describe("an environment", () => {
    test("has what differs from production, reads production for the rest, and is production's after a promotion", async () => {
      await project.once("built");
      project.write(loud);
      const built = linesOf((await project.ok("build", "--env", "alice", "--json")).stdout);
      const written = built.filter(({ type }) => type === "step_started").map(({ id }) => id);
      expect(written).toEqual(expect.arrayContaining(["cleaned.region", "gold.region"]));
      expect(written).not.toContain("raw.region");
      expect(await namesIn("--env", "alice")).toEqual(["NORTH", "SOUTH"]);
      expect(await namesIn()).toEqual(["North", "South"]);
      expect(linesOf((await project.ok("env", "--json")).stdout)).toEqual([
        {
          environment: "alice",
          status: "up to date",
          relations: "cleaned.region, gold.region",
        },
      ]);
      const again = linesOf((await project.ok("build", "--env", "alice", "--json")).stdout);
      expect(again.filter(({ type }) => type === "step_started")).toEqual([]);

      const modified = () => project.ok("ls", "--select", "state:modified");
      expect((await modified()).stdout).toBe("cleaned.region\n");
      await project.ok("promote", "alice");
      expect((await modified()).stdout).toBe("");
      expect(await namesIn()).toEqual(["NORTH", "SOUTH"]);
      expect((await inspect(project)).problems).toEqual([]);
      expect(environmentPointers()).toEqual([]);
      expect(linesOf((await project.ok("env", "--json")).stdout)).toEqual([]);
      expect(codesIn(await project.run(["promote", "alice"]))).toEqual(["ENVIRONMENT_UNKNOWN"]);
      await project.ok("rollback");
      expect(await namesIn()).toEqual(["North", "South"]);
      // What stands in production is not what was built last.
      expect((await modified()).stdout).toContain("cleaned.region\n");
    });

    test("is compared with production as it is now, whatever was built in it before", async () => {
      await project.once("built");
      await project.ok("build", "--env", "alice");
      project.write(loud);
      const build = ["build", "--env", "alice", "--select", "state:modified+", "--json"];
      const written = async () =>
        linesOf((await project.ok(...build)).stdout)
          .filter(({ type, kind }) => type === "step_started" && kind === "model")
          .map(({ id }) => id);
      expect(await written()).toEqual(["cleaned.region", "gold.region"]);
      await project.ok("env", "drop", "alice");
      expect(await written()).toEqual(["cleaned.region", "gold.region"]);
    });

    test("that is behind production is built again before it may be promoted", async () => {
      await project.once("built");
      project.write(loud);
      await project.ok("build", "--env", "alice");
      project.write({ ...seedProject, ...regions("East") });
      await project.ok("build");
      project.write(loud);
      const refused = await project.run(["promote", "alice"]);
      expect(refused.code).toBe(2);
      expect(codesIn(refused)).toEqual(["ENVIRONMENT_BEHIND"]);
      expect(await namesIn()).toEqual(["East"]);
      await project.ok("build", "--env", "alice");
      await project.ok("promote", "alice");
      expect(await namesIn()).toEqual(["EAST"]);
    });

    test("gives up what is as in production again, and goes without a trace when it is dropped", async () => {
      await project.once("built");
      const before = await inspect(project);
      project.write(loud);
      await project.ok("build", "--env", "alice");
      project.write(seedProject);
      expect((await project.ok("build", "--env", "alice")).stderr).toContain(
        "Read from production again: cleaned.region, gold.region.",
      );
      expect(linesOf((await project.ok("env", "--json")).stdout)).toEqual([]);
      project.write(loud);
      await project.ok("build", "--env", "alice");
      await project.ok("env", "drop", "alice");
      expect(linesOf((await project.ok("env", "--json")).stdout)).toEqual([]);
      expect(environmentPointers()).toEqual([]);
      expect(await inspect(project)).toEqual(before);
      await project.ok("gc", "--retention", "0s");
      const left = project.place.lakeKeys().filter((key) => key.startsWith("cleaned/region/"));
      expect(left.toSorted()).toEqual([
        "cleaned/region/_manifest.json",
        expect.stringMatching(/^cleaned\/region\/run=[^/]+\/part-00000\.parquet$/),
      ]);
      expect(await inspect(project)).toEqual(before);
    });

    test("is refused a name that could be another's schema", async () => {
      for (const name of ["a__b", "Alice", "1st", "a-b"]) {
        expect(codesIn(await project.run(["build", "--env", name]))).toEqual(["CLI_USAGE"]);
      }
    });
  });

  describe("what changes production is all done or not begun when it is killed,", () => {
    const points = ["before-publish", "after-publish", "before-manifest", "after-manifest"];

    test.each(["rollback", "promote alice", "prune"])("as is %s", async (command) => {
      await project.once("base", async () => {
        project.write(old);
        await project.ok("build");
        project.remove(...Object.keys(old));
        project.write(regions("East", "West"));
        await project.ok("build");
        project.write(loud);
        await project.ok("build", "--env", "alice");
      });
      project.write({ ...regions("East", "West"), ...loud });
      const before = await inspect(project);
      await project.ok(...command.split(" "));
      const done = await inspect(project);
      expect(done.problems).toEqual([]);
      expect(done.rows).not.toEqual(before.rows);
      for (const point of points) {
        await project.restore("base");
        await killed(command.split(" "), point);
        // Any command that writes ends what was left; this one finds nothing to remove.
        await project.ok("gc");
        const found = await inspect(project);
        expect(found).toEqual(point === "before-publish" ? before : done);
      }
    });
  });

  describe("a model that is no longer part of the project", () => {
    const ask = (...more: readonly string[]) =>
      project.run(["query", "select region_name from gold.old order by 1", ...more]);
    const filesOf = () => project.place.lakeKeys().filter((key) => key.startsWith("gold/old/"));

    test("is told after each build, goes when it is asked for, and comes back with a rollback", async () => {
      project.write(old);
      expect((await project.ok("build")).stderr).not.toContain("Still published");
      const before = await inspect(project);
      project.write({
        "models/gold/region.sql": `select region_id, cast('!' as varchar(50)) as region_name from {{ref "cleaned.region"}}\n`,
      });
      await project.ok("build", "--env", "alice");
      project.write(seedProject);
      project.remove(...Object.keys(old));
      const told =
        "Still published, and no longer part of the project: gold.old. To take it away: runner prune";
      expect((await project.ok("build", "--select", "raw.region")).stderr).toContain(told);
      expect((await project.ok("test")).stderr).not.toContain("Still published");

      const dry = await project.ok("prune", "--dry-run");
      expect(dry.stdout).toContain("drop view if exists gold.old;");
      expect(dry.stdout).toContain("drop view if exists gold__alice.old;");
      expect(dry.stderr).toContain("1 relation would go: gold.old.");
      expect(await inspect(project)).toEqual(before);

      expect((await project.ok("prune")).stderr).toContain("1 relation went: gold.old.");
      const pruned = await inspect(project);
      expect(pruned.problems).toEqual([]);
      expect(Object.keys(pruned.rows)).toEqual(["cleaned.region", "gold.region", "raw.region"]);
      for (const more of [[], ["--env", "alice"]]) expect((await ask(...more)).code).toBe(1);
      expect(filesOf()).not.toContain("gold/old/_manifest.json");

      await project.ok("rollback");
      expect(await inspect(project)).toEqual(before);
      for (const more of [[], ["--env", "alice"]]) expect((await ask(...more)).code).toBe(0);

      await project.ok("prune", "gold.old");
      expect((await project.ok("prune")).stderr).toContain("nothing is to go");
      expect(filesOf()).not.toEqual([]);
      await project.ok("gc", "--retention", "0s");
      expect(filesOf()).toEqual([]);
      expect((await inspect(project)).problems).toEqual([]);
    });

    test("stays while a published view reads it", async () => {
      project.write({
        ...old,
        "models/gold/region.sql": `select region_id, region_name from {{ref "gold.old"}}\n`,
      });
      await project.ok("build");
      project.write(seedProject);
      project.remove(...Object.keys(old));
      const refused = await project.run(["prune"]);
      expect(refused.code).toBe(2);
      expect(codesIn(refused)).toEqual(["STILL_READ"]);
      expect(await namesIn()).toEqual(["North", "South"]);
      await project.ok("build", "--select", "gold.region");
      await project.ok("prune");
      expect(await namesIn()).toEqual(["North", "South"]);
    });
  });

  describe("retry", () => {
    test("goes on with what was not published, as the run was told, and then has nothing left to do", async () => {
      project.write({
        "models/cleaned/other.sql": `select region_id, region_name from {{ref "raw.region"}} where {{var "broken"}}\n`,
        "models/cleaned/other.yml": seedProject["models/cleaned/region.yml"] ?? "",
      });
      const failed = await project.run(["build", "--vars", "broken=nonsense"]);
      expect(failed.code).toBe(1);
      const events = linesOf((await project.run(["retry", "--json"])).stdout);
      const steps = events.filter(({ type }) => type === "step_started").map(({ id }) => id);
      expect(steps).toEqual(["cleaned.other"]);
      const mended = await project.ok("retry", "--vars", "broken=true", "--json");
      expect(mended.stdout).toContain('"relations":["cleaned.other"]');
      expect((await project.ok("retry")).stderr).toContain("Nothing is left");
      expect(codesIn(await project.run(["retry", "20200101_000000_000_0000"]))).toEqual([
        "SELECT_NOTHING",
      ]);
    });

    test("tests no more than the run was told to, and finds nothing left of an ephemeral model", async () => {
      project.write({ "models/cleaned/region.yml": regionYaml("materialized: ephemeral\n") });
      for (const [args, tested] of [
        [["run"], false],
        [["build", "--exclude", "type:test"], false],
        [["build"], true],
      ] as const) {
        await killed(args, "before-publish");
        const events = linesOf((await project.ok("retry", "--json")).stdout);
        const kinds = events.filter(({ type }) => type === "step_started").map(({ kind }) => kind);
        expect(kinds).toContain("model");
        expect(kinds.includes("test")).toBe(tested);
        expect((await project.ok("retry")).stderr).toContain("Nothing is left");
      }
    });

    test("builds all that a killed run had not published", async () => {
      await killed(["build"], "before-publish");
      await project.ok("retry");
      expect(await namesIn()).toEqual(["North", "South"]);
    });
  });

  test("a run can be read afterwards: what failed at the root, what it skipped, what was published and how much", async () => {
    project.write({
      "models/cleaned/broken.sql": "select nonsense",
      "models/cleaned/broken.yml": seedProject["models/cleaned/region.yml"] ?? "",
      "models/work/reader.sql": `select region_id, region_name from {{ref "cleaned.broken"}}\n`,
      "models/work/reader.yml": seedProject["models/cleaned/region.yml"] ?? "",
    });
    expect((await project.run(["build"])).code).toBe(1);
    const [run] = linesOf((await project.ok("runs", "--json")).stdout);
    const rows = linesOf((await project.ok("runs", "show", String(run?.run_id), "--json")).stdout);
    const inSection = (section: string) => rows.filter((row) => row.section === section);
    expect(inSection("run")).toMatchObject([{ status: "failed", command: "build" }]);
    expect(inSection("failed").map((row) => row.step_id)).toEqual(["cleaned.broken"]);
    expect(inSection("skipped")[0]).toMatchObject({ because: "cleaned.broken" });
    const published = inSection("published").find((row) => row.relation === "cleaned.region");
    expect(published).toMatchObject({ rows: 2, watermark_before: null });
    expect(published?.bytes).toBeGreaterThan(100);
    const { stdout } = await project.ok("runs", "show", String(run?.run_id));
    expect(stdout.indexOf("Failed at the root")).toBeLessThan(stdout.indexOf("Skipped because"));
  });

  test("nothing is taken for everything, and no environment for production, without a word", async () => {
    await project.once("built");
    expect(codesIn(await project.run(["build", "--select", ""]))).toEqual(["CLI_USAGE"]);
    expect(codesIn(await project.run(["env", "drop", "production"]))).toEqual(["CLI_USAGE"]);
    const asked = await project.ok("query", "select 1 as one", "--env", "alcie");
    expect(asked.stderr).toContain('There is no environment "alcie"');
    const tested = await project.ok("test", "--env", "alcie");
    expect(tested.stderr).toContain('There is no environment "alcie": this reads production.');
  });

  test("the doctor tells where the lake's pointers are not as the ledger says, and what brings them back", async () => {
    const pointers = async () => {
      const { stdout } = await project.run(["doctor", "--json"]);
      return linesOf(stdout).find(({ subject }) => subject === "pointers");
    };
    await project.ok("build");
    const sound = { isSound: true, says: "3 pointers of the lake as the ledger says" };
    expect(await pointers()).toMatchObject(sound);
    project.write(loud);
    await killed(["build"], "after-publish");
    expect(await pointers()).toMatchObject({
      isSound: true,
      says: "1 pointer of the lake as the ledger says; the next run that writes lets the lake follow in cleaned.region, gold.region",
    });
    await project.ok("gc");
    expect(await pointers()).toMatchObject(sound);
    await project.place.openLake().removeManifest("gold.region");
    const broken = await pointers();
    expect(broken).toMatchObject({
      isSound: false,
      says: "LAKE_CORRUPT: 1 pointer of the lake is not as the ledger says.",
      hint: "Publish anew: runner build --select gold.region",
    });
    await project.ok("build", "--select", "gold.region");
    expect(await pointers()).toMatchObject(sound);
  });

  test("a publish group of the project's own goes out whole or not at all", async () => {
    const broken = { "models/gold/region.sql": "select nonsense" };
    const groups = (text: string) => {
      project.write({ "pipelines.yaml": pipelinesWith(`publish_groups: { ${text} }\n`) });
    };
    groups("regions: [cleaned.*, gold.*]");
    await project.ok("build");
    project.write({ ...regions("East"), ...broken });
    const { stderr } = await project.run(["build"]);
    expect(stderr).toContain("regions is published whole, and gold.region was not built");
    expect(await namesIn()).toEqual(["North", "South"]);
    groups("others: [cleaned.nothing]");
    expect(codesIn(await project.run(["build"]))).toEqual(["SELECT_NOTHING"]);
    groups("seeds: [raw.*]");
    await project.run(["build"]);
    const { stdout } = await project.ok(
      "query",
      "select region_name from cleaned.region",
      "--json",
    );
    expect(linesOf(stdout)).toEqual([{ region_name: "East" }]);
  });

  test("a second run waits for the first when it is told to, and else names who has the warehouse", async () => {
    await project.once("built");
    const digits = Array.from({ length: 10 }, (_, digit) => `select ${digit} as n`).join(
      " union all ",
    );
    const powers = target.engine === "duckdb" ? 8 : 7;
    const slow = Array.from({ length: powers }, (_, index) => `d${index}`);
    project.write({
      "models/cleaned/region.sql": `with digit as (${digits})
select region_id, region_name from {{ref "raw.region"}}
cross join (select count(*) as n from ${slow.map((name) => `digit as ${name}`).join(" cross join ")} where ${slow.map((name) => `${name}.n`).join(" + ")} < 0) as slow\n`,
    });
    const first = project.start(["build", "--json"]);
    await first.said('"type":"step_started","id":"cleaned.region"');
    first.process.kill("SIGSTOP");
    const refused = await project.run(["test"]);
    expect(codesIn(refused)).toEqual([
      target.engine === "duckdb" ? "WAREHOUSE_BUSY" : "LEASE_HELD",
    ]);
    expect(refused.stderr).toMatch(/ runner build \(process \d+(?: on \S+)?, since 20/);
    const waiting = project.start(["test", "--wait", "10m"]);
    await waiting.said("Waiting.");
    first.process.kill("SIGCONT");
    expect((await waiting.ended).code).toBe(0);
    expect((await first.ended).code).toBe(0);
  });
});
