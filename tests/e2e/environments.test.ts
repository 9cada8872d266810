import { describe, expect, test } from "@jest/globals";
import { linesOf } from "./testing/cli.ts";
import { inspect } from "./testing/inspect.ts";
import { newProjectForEachTest } from "./testing/new-project-for-each-test.ts";
import type { TestProject } from "./testing/project.ts";
import { regionYaml, seedProject } from "./testing/seed-project.ts";
import { testTargets } from "./testing/targets.ts";

describe.each(testTargets)("on $name,", (target) => {
  let project: TestProject;
  newProjectForEachTest(target, seedProject, (made) => {
    project = made;
  });

  const asTable = { "models/gold/region.yml": regionYaml("materialized: table\n") };

  /** A way of writing cleaned.region that yields other rows than the project's own. */
  const loud = {
    "models/cleaned/region.sql": `select region_id, cast(upper(region_name) as varchar(50)) as region_name from {{ref "raw.region"}}\n`,
  };

  async function rows(query: string, ...more: readonly string[]): Promise<unknown[]> {
    const { stdout } = await project.ok("query", query, "--json", ...more);
    return linesOf(stdout).map((row) => Object.values(row).join(" "));
  }

  const namesIn = (...more: readonly string[]) =>
    rows("select region_name from gold.region order by region_id", ...more);

  const inAlice = ["--env", "alice"];

  describe("an environment that is built part by part", () => {
    test("builds what reads a part again when the part is built after it", async () => {
      project.write(asTable);
      await project.once("built_as_tables");
      project.write(loud);
      await project.ok("build", ...inAlice, "--select", "gold.region");
      expect(await namesIn(...inAlice)).toEqual(["North", "South"]);
      await project.ok("build", ...inAlice, "--select", "cleaned.region");
      await project.ok("build", ...inAlice);
      expect(await namesIn(...inAlice)).toEqual(["NORTH", "SOUTH"]);
    });

    test("does not take production's rows for its own where production was built part by part too", async () => {
      project.write(asTable);
      await project.once("built_as_tables");
      project.write(loud);
      await project.ok("build", "--select", "gold.region");
      expect(await namesIn()).toEqual(["North", "South"]);
      await project.ok("build", ...inAlice);
      expect(await namesIn(...inAlice)).toEqual(["NORTH", "SOUTH"]);
    });

    test("reads production, and not its own former rows, in the run that gives them up", async () => {
      project.write(asTable);
      await project.once("built_as_tables");
      project.write(loud);
      await project.ok("build", ...inAlice);
      project.write({
        "models/cleaned/region.sql": seedProject["models/cleaned/region.sql"] ?? "",
        "models/gold/region.sql": `select region_id, cast(region_name || '!' as varchar(50)) as region_name from {{ref "cleaned.region"}}\n`,
      });
      await project.ok("build", ...inAlice);
      expect(await namesIn(...inAlice)).toEqual(["North!", "South!"]);
    });
  });

  test("an environment gives up a model that is no longer part of the project, and brings none of it to production", async () => {
    await project.once("built");
    const draft = {
      "models/gold/draft.sql": `select region_id, region_name from {{ref "gold.a_name"}}\n`,
      "models/gold/draft.yml": regionYaml("materialized: view\n"),
    };
    const name = {
      "models/gold/a_name.sql": `select region_id, region_name from {{ref "gold.region"}}\n`,
      "models/gold/a_name.yml": regionYaml("materialized: view\n"),
    };
    const named = { ...name, ...draft };
    project.write(named);
    await project.ok("build", ...inAlice);
    project.remove("models/gold/draft.sql", "models/gold/draft.yml");
    // What production publishes meanwhile leaves alice behind, with nothing that could build the draft again.
    await project.ok("build", "--select", "raw.region");
    const { stderr } = await project.ok("build", ...inAlice);
    expect(stderr).toContain("No longer part of the project: gold.draft.");
    await project.ok("promote", "alice");
    expect(await rows("select region_name from gold.a_name order by 1")).toEqual([
      "North",
      "South",
    ]);
    expect((await project.run(["query", "select * from gold.draft"])).code).not.toBe(0);
  });

  test("views go to production after what they read, whatever they are called", async () => {
    await project.once("built");
    project.write({
      "models/gold/a_view.sql": `select region_id, region_name from {{ref "gold.b_table"}}\n`,
      "models/gold/a_view.yml": regionYaml("materialized: view\n"),
      "models/gold/b_table.sql": `select region_id, region_name from {{ref "gold.region"}}\n`,
      "models/gold/b_table.yml": regionYaml("materialized: table\n"),
    });
    await project.ok("build", ...inAlice);
    await project.ok("promote", "alice");
    expect(await rows("select region_name from gold.a_view order by 1")).toEqual([
      "North",
      "South",
    ]);
  });

  /** A model of all that was ever sold, of which an environment can have another text. */
  const sold = (amount: string) => ({
    "seeds/sale.csv":
      "sale_id,amount,sold_at\n1,10,2026-03-01 00:00:00\n2,20,2026-03-02 00:00:00\n",
    "seeds/sale.yml":
      "key: [sale_id]\ncolumns:\n  - { name: sale_id, type: integer }\n  - { name: amount, type: integer }\n  - { name: sold_at, type: timestamp }\n",
    "models/work/sold.sql": `select sale_id, cast(${amount} as integer) as amount, sold_at from {{ref "raw.sale"}}{{#incremental}} where sold_at > {{since}}{{/incremental}}\n`,
    "models/work/sold.yml":
      "grain: One row per sale.\nkey: [sale_id]\nmaterialized: incremental\nstrategy: merge\ncursor: sold_at\ncolumns:\n  - { name: sale_id, type: integer }\n  - { name: amount, type: integer }\n  - { name: sold_at, type: timestamp }\n",
  });

  test("a full refresh of an environment builds again what is up to date in it by content", async () => {
    project.write(sold("amount"));
    await project.ok("build");
    project.write(sold("amount + 1"));
    const amounts = () => rows("select amount from work.sold order by sale_id", ...inAlice);
    await project.ok("build", ...inAlice);
    expect(await amounts()).toEqual(["10", "20"]);
    await project.ok("build", ...inAlice, "--full-refresh");
    expect(await amounts()).toEqual(["11", "21"]);
  });

  test("an environment's snapshot goes on with the history that production has seen meanwhile", async () => {
    const priced = (price: number) => ({
      "seeds/price.csv": `item_id,price\n1,${price}\n`,
      "seeds/price.yml":
        "key: [item_id]\ncolumns:\n  - { name: item_id, type: integer }\n  - { name: price, type: integer }\n",
    });
    const history = (sql: string) => ({
      "models/work/history.sql": sql,
      "models/work/history.yml":
        "grain: One row per version.\nmaterialized: snapshot\nkey: [item_id]\ncheck: [price]\ncolumns:\n  - { name: item_id, type: integer }\n  - { name: price, type: integer }\n",
    });
    const plain = history(`select item_id, price from {{ref "raw.price"}}\n`);
    const changed = history(`select item_id, price from {{ref "raw.price"}} where item_id > 0\n`);
    const prices = (...more: readonly string[]) =>
      rows("select price from work.history order by valid_from", ...more);
    project.write({ ...priced(1), ...plain });
    await project.ok("build");
    project.write(changed);
    await project.ok("build", ...inAlice);
    for (const price of [2, 3]) {
      project.write({ ...priced(price), ...plain });
      await project.ok("build");
    }
    project.write(changed);
    await project.ok("build", ...inAlice);
    expect(await prices(...inAlice)).toEqual(["1", "2", "3"]);
    await project.ok("promote", "alice");
    expect(await prices()).toEqual(["1", "2", "3"]);
  });

  test("an environment can be built although production has a view that nobody can read any more", async () => {
    const old = {
      "models/gold/old.sql": `select region_id, region_name from {{ref "cleaned.region"}}\n`,
      "models/gold/old.yml": regionYaml("materialized: view\n"),
    };
    project.write(old);
    await project.ok("build");
    project.remove(...Object.keys(old));
    const title = (text = "") => regionYaml(text).replace("region_name", "title");
    project.write({
      "models/cleaned/region.sql": `select region_id, region_name as title from {{ref "raw.region"}}\n`,
      "models/cleaned/region.yml": title(),
      "models/gold/region.sql": `select region_id, title as region_name from {{ref "cleaned.region"}}\n`,
    });
    await project.ok("build");
    project.write({
      "models/gold/region.sql": `select region_id, cast(title || '!' as varchar(50)) as region_name from {{ref "cleaned.region"}}\n`,
    });
    const { stderr } = await project.ok("build", ...inAlice);
    expect(stderr).toContain("Production's gold.old cannot be read any more");
    expect(await namesIn(...inAlice)).toEqual(["North!", "South!"]);
  });

  test("what only a dropped environment had goes from the lake too, even when a collection was killed halfway", async () => {
    await project.once("built");
    project.write({
      "models/gold/draft.sql": `select region_id, region_name from {{ref "gold.region"}}\n`,
      "models/gold/draft.yml": regionYaml("materialized: table\n"),
    });
    await project.ok("build", ...inAlice);
    await project.ok("env", "drop", "alice");
    const drafts = () => project.place.lakeKeys().filter((key) => key.startsWith("gold/draft/"));
    expect(drafts()).toHaveLength(1);
    const gc = ["gc", "--retention", "0s"];
    const killed = await project.run(gc, { MERCADO_KILL_POINT: "after-forget" });
    expect(killed.signal).toBe("SIGKILL");
    await project.place.passLeaseTime();
    await project.ok(...gc);
    expect(drafts()).toEqual([]);
    expect((await inspect(project)).problems).toEqual([]);
  });
});
