import { describe, expect, test } from "@jest/globals";
import type { Pointed } from "../../runner/command/lake-pointers.ts";
import { linesOf } from "./testing/cli.ts";
import { newProjectForEachTest } from "./testing/new-project-for-each-test.ts";
import type { TestProject } from "./testing/project.ts";
import { pipelinesWith, regionYaml, seedProject } from "./testing/seed-project.ts";
import { testTargets } from "./testing/targets.ts";

const access = `access:
  classes: { secret.name: { mask: hide } }
  roles:
    builder: { zones: { raw: write, cleaned: write, gold: write }, clear: [secret] }
    reader: { zones: { gold: read } }
`;

/** The project with the names of its regions as a secret. */
const secretNames = {
  ...seedProject,
  "pipelines.yaml": pipelinesWith(access),
  "seeds/region.yml": seedProject["seeds/region.yml"]!.replace(
    "type: varchar(50) }",
    "type: varchar(50), class: secret.name }",
  ),
};

const declassified = (settings: string) =>
  regionYaml("").replace(
    "type: varchar(50) }",
    `type: varchar(50), declassify: { reason: "Only its length is left."${settings} } }`,
  );

describe.each(testTargets)("on $name,", (target) => {
  let project: TestProject;
  newProjectForEachTest(target, secretNames, (made) => {
    project = made;
  });

  /** The classes that the manifests of relations say, those of the columns that have any. */
  async function classesIn(...relations: readonly string[]): Promise<Record<string, unknown>> {
    const classes: Record<string, unknown> = {};
    for (const relation of relations) {
      const { stdout } = await project.ok("lake", "show", relation, "--json");
      const [{ manifest }] = linesOf(stdout) as unknown as [Pick<Pointed, "manifest">];
      for (const column of manifest.columns) {
        if (column.classes !== undefined) classes[`${relation}.${column.name}`] = column.classes;
      }
    }
    return classes;
  }

  const secret = ["secret.name"];

  test("the class of a seed's column is in the manifest of everything that is made of it", async () => {
    await project.ok("build");
    expect(await classesIn("raw.region", "cleaned.region", "gold.region")).toEqual({
      "raw.region.region_name": secret,
      "cleaned.region.region_name": secret,
      "gold.region.region_name": secret,
    });
  });

  test("a class that is declared later reaches what was published without it, and goes when it is declassified", async () => {
    project.write(seedProject);
    project.write({ "pipelines.yaml": pipelinesWith(access) });
    await project.ok("build");
    expect(await classesIn("raw.region", "gold.region")).toEqual({});
    project.write(secretNames);
    await project.ok("build");
    expect(await classesIn("raw.region", "gold.region")).toEqual({
      "raw.region.region_name": secret,
      "gold.region.region_name": secret,
    });
    project.write({ "models/cleaned/region.yml": declassified("") });
    await project.ok("build");
    expect(await classesIn("raw.region", "cleaned.region", "gold.region")).toEqual({
      "raw.region.region_name": secret,
    });
  });

  test("a version that is brought back has the classes that it was published with", async () => {
    await project.ok("build");
    project.write({ "models/cleaned/region.yml": declassified(", classes: [secret.name]") });
    await project.ok("build");
    expect(await classesIn("cleaned.region")).toEqual({});
    await project.ok("rollback");
    expect(await classesIn("cleaned.region")).toEqual({ "cleaned.region.region_name": secret });
  });
});
