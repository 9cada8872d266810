import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { linesOf } from "./testing/cli.ts";
import { TestProject } from "./testing/project.ts";
import { regionYaml, seedProject } from "./testing/seed-project.ts";

let project: TestProject;

beforeEach(() => {
  project = new TestProject(seedProject);
});

afterEach(() => {
  project.close();
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
    await project.ok("build");
    project.write(loud);
    await project.ok("build", ...inAlice, "--select", "gold.region");
    expect(await namesIn(...inAlice)).toEqual(["North", "South"]);
    await project.ok("build", ...inAlice, "--select", "cleaned.region");
    await project.ok("build", ...inAlice);
    expect(await namesIn(...inAlice)).toEqual(["NORTH", "SOUTH"]);
  });

  test("does not take production's rows for its own where production was built part by part too", async () => {
    project.write(asTable);
    await project.ok("build");
    project.write(loud);
    await project.ok("build", "--select", "gold.region");
    expect(await namesIn()).toEqual(["North", "South"]);
    await project.ok("build", ...inAlice);
    expect(await namesIn(...inAlice)).toEqual(["NORTH", "SOUTH"]);
  });

  test("reads production, and not its own former rows, in the run that gives them up", async () => {
    project.write(asTable);
    await project.ok("build");
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
  await project.ok("build");
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
  expect(await rows("select region_name from gold.a_name order by 1")).toEqual(["North", "South"]);
  expect((await project.run(["query", "select * from gold.draft"])).code).not.toBe(0);
});

test("views go to production after what they read, whatever they are called", async () => {
  await project.ok("build");
  project.write({
    "models/gold/a_view.sql": `select region_id, region_name from {{ref "gold.b_table"}}\n`,
    "models/gold/a_view.yml": regionYaml("materialized: view\n"),
    "models/gold/b_table.sql": `select region_id, region_name from {{ref "gold.region"}}\n`,
    "models/gold/b_table.yml": regionYaml("materialized: table\n"),
  });
  await project.ok("build", ...inAlice);
  await project.ok("promote", "alice");
  expect(await rows("select region_name from gold.a_view order by 1")).toEqual(["North", "South"]);
});
