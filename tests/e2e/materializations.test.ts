import { describe, expect, test } from "@jest/globals";
import { codesIn, linesOf } from "./testing/cli.ts";
import { newProjectForEachTest } from "./testing/new-project-for-each-test.ts";
import type { TestProject } from "./testing/project.ts";
import { pipelinesWith } from "./testing/seed-project.ts";
import { testTargets } from "./testing/targets.ts";

const columns = `columns:
  - { name: item_id, type: integer }
  - { name: price, type: "numeric(10,2)" }
  - { name: updated_at, type: timestamp }
`;
const items = (...rows: readonly string[]) => ["item_id,price,updated_at", ...rows, ""].join("\n");

/** An ephemeral model, read by a snapshot and by a model that is built by the month. */
const files = {
  "pipelines.yaml": pipelinesWith(""),
  "seeds/item.csv": items("1,1.50,2026-01-10 10:00:00", "2,2.50,2026-02-20 10:00:00"),
  "seeds/item.yml": columns,
  "models/work/priced.sql": 'select * from {{ref "raw.item"}} where price > 0\n',
  "models/work/priced.yml": `grain: One row per item.\nmaterialized: ephemeral\n${columns}`,
  "models/gold/history.sql": 'select * from {{ref "work.priced"}}\n',
  "models/gold/history.yml": `grain: One row per item and version.
materialized: snapshot
key: [item_id]
check: [price]
${columns}`,
  "models/gold/monthly.sql": `select * from {{ref "work.priced"}}
where updated_at >= {{since}} and updated_at < {{until}}
`,
  "models/gold/monthly.yml": `grain: One row per item.
materialized: incremental
strategy: by_interval
interval: month
begin: 2026-01-01
lookback: 0
full_refresh: never
cursor: updated_at
${columns}`,
};

describe.each(testTargets)("on $name,", (target) => {
  let project: TestProject;
  newProjectForEachTest(target, files, (made) => {
    project = made;
  });

  const query = async (sql: string) => linesOf((await project.ok("query", sql, "--json")).stdout);

  describe("an ephemeral model", () => {
    test("is listed, shown, compiled and checked, and is nowhere in the warehouse", async () => {
      const { stdout } = await project.ok("ls", "--select", "priced", "--json");
      expect(linesOf(stdout)).toMatchObject([{ id: "work.priced", materialized: "ephemeral" }]);
      await project.ok("check");
      await project.ok("build");
      expect(linesOf((await project.ok("show", "priced", "--json")).stdout)).toHaveLength(2);
      const compiled = await project.ok("compile", "--select", "history");
      expect(compiled.stdout).toMatch(
        /^with\n\n__ephemeral__work__priced as \(\nselect \* from "?raw"?\.item/,
      );
      const found = await project.run(["query", "select * from work.priced"]);
      expect(found.code).toBe(1);
    });

    test("whose columns are not those of its contract is found by check, at its own file", async () => {
      project.write({ "models/work/priced.sql": 'select item_id from {{ref "raw.item"}}\n' });
      const { code, stderr } = await project.run(["check"]);
      expect(code).toBe(2);
      expect(stderr).toContain("work.priced yields other columns than its YAML declares");
    });
  });

  describe("a model by interval", () => {
    test("is built for one stretch alone, and what was left out is told and then filled", async () => {
      await project.ok("build", "--interval", "2026-02-01..2026-03-01");
      expect(await query("select item_id from gold.monthly")).toEqual([{ item_id: 2 }]);
      const later = await project.ok("build");
      expect(later.stderr).toContain(
        "gold.monthly was never built for 1 month (2026-01): runner build --select gold.monthly --gaps",
      );
      await project.ok("build", "--select", "gold.monthly", "--gaps");
      expect(await query("select item_id from gold.monthly order by 1")).toEqual([
        { item_id: 1 },
        { item_id: 2 },
      ]);
      expect((await project.ok("build")).stderr).not.toContain("was never built for");
    });

    test.each([
      [["--interval", "2026-02-30"], 2, "--interval"],
      [["--interval", "2026-02-01", "--gaps"], 2, "exclude one another"],
      [
        ["--interval", "2026-02-01", "--select", "history"],
        2,
        "no selected model is built by interval",
      ],
      [["--interval", "1999-01-01"], 2, "gold.monthly has no interval in 1999-01-01..1999-01-02"],
      [["--full-refresh"], 2, "--exclude gold.monthly"],
    ])("refuses what makes no sense, with the way out: %s", async (options, expected, told) => {
      const { code, stderr } = await project.run(["build", ...options]);
      expect(code).toBe(expected);
      expect(stderr).toContain(told);
    });
  });

  describe("a snapshot", () => {
    test("keeps every version it has seen, through full refreshes too, and rebuilding changes nothing", async () => {
      await project.ok("build");
      project.write({ "seeds/item.csv": items("1,1.75,2026-01-10 10:00:00") });
      await project.ok("build");
      const versions = () =>
        query(
          "select item_id, price, snapshot_id, valid_from, valid_to from gold.history order by item_id, valid_from",
        );
      const before = await versions();
      expect(
        before.map(({ item_id, price, valid_to }) => [item_id, price, valid_to === null]),
      ).toEqual([
        [1, "1.50", false],
        [1, "1.75", true],
        [2, "2.50", false],
      ]);
      expect(before[0]?.valid_to).toBe(before[1]?.valid_from);
      const refreshed = await project.ok("build", "--full-refresh", "--exclude", "monthly");
      expect(refreshed.stderr).toContain("gold.history is a snapshot: its history goes on");
      expect(await versions()).toEqual(before);
    });

    test("stops at a key that comes twice, and readers keep the history as it was", async () => {
      await project.ok("build");
      const before = await query("select * from gold.history order by item_id");
      project.write({
        "seeds/item.csv": items("1,1.50,2026-01-10 10:00:00", "1,9.00,2026-01-10 10:00:00"),
      });
      const failed = await project.run(["build", "--select", "raw.item", "history", "priced"]);
      expect(failed.code).toBe(1);
      expect(codesIn(failed)).toContain("KEY_DUPLICATE");
      expect(failed.stderr).toContain("item_id=1  row_count=2");
      expect(await query("select * from gold.history order by item_id")).toEqual(before);
    });
  });
});
