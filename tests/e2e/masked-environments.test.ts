import { afterAll, beforeAll, expect, jest, test } from "@jest/globals";
import { linesOf } from "./testing/cli.ts";
import { letNobodyTakeFiles } from "./testing/files-for-nobody.ts";
import type { TestProject } from "./testing/project.ts";
import { pipelinesWith } from "./testing/seed-project.ts";
import { redshift } from "./testing/targets.ts";
import type { OpenedTarget } from "./testing/targets.ts";

jest.setTimeout(600_000);

const customers = (name: string) => ({
  "seeds/customer.csv": `customer_id,name\n1,${name}\n`,
});
const yaml = (more: string) => `key: [customer_id]
columns:
  - { name: customer_id, type: integer }
  - { name: name, type: varchar(50)${more} }
`;
const model = (name: string, sql: string) => ({
  [`models/gold/${name}.sql`]: `${sql}\n`,
  [`models/gold/${name}.yml`]: `grain: One row per customer.\nmaterialized: table\n${yaml("")}`,
});
const files = {
  "pipelines.yaml": pipelinesWith(`access:
  classes:
    pii.name: { description: A name., mask: hide }
  roles:
    engineer: { zones: { raw: write, gold: write }, clear: ["*"], members: ["*"] }
    analyst: { zones: { gold: read }, members: ["*"] }
`),
  ...customers("Ann"),
  "seeds/customer.yml": yaml(", class: pii.name"),
  ...model("customer", 'select customer_id, name from {{ref "raw.customer"}}'),
  ...model("reader", 'select customer_id, name from {{ref "gold.customer"}}'),
};

let target: OpenedTarget;
let project: TestProject;

beforeAll(async () => {
  target = await redshift.open();
  project = await target.newProject(files);
});
afterAll(async () => {
  project.close();
  await target.close();
});

const inAlice = ["--env", "alice"];

async function names(relation: string, ...more: readonly string[]): Promise<readonly unknown[]> {
  const query = `select name from ${relation}`;
  const { stdout } = await project.ok("query", query, "--json", ...more);
  return linesOf(stdout).map(({ name }) => name);
}

test("an environment reads what production masks, follows its new versions and its rollbacks, and keeps no mask from being applied", async () => {
  await project.ok("build");
  await project.ok("access", "apply");
  await letNobodyTakeFiles(project);
  project.write(
    model(
      "reader",
      `select customer_id, cast(name || '!' as varchar(50)) as name from {{ref "gold.customer"}}`,
    ),
  );
  await project.ok("build", ...inAlice);
  expect(await names("gold.customer", ...inAlice)).toEqual(["Ann"]);
  expect(await names("gold.reader", ...inAlice)).toEqual(["Ann!"]);
  expect(await names("gold.reader")).toEqual(["Ann"]);
  await project.ok("access", "apply");
  await project.ok("access", "verify");

  project.write({ ...files, ...customers("Bob") });
  await project.ok("build");
  expect(await names("gold.customer", ...inAlice)).toEqual(["Bob"]);
  await project.ok("gc", "--retention", "0s");
  expect(await names("gold.customer", ...inAlice)).toEqual(["Bob"]);

  // An environment that was there before its relations were masked.
  project.write({
    "pipelines.yaml": files["pipelines.yaml"].replace("mask: hide", "mask: hash"),
  });
  await project.ok("access", "apply");
  project.write({ ...files, ...customers("Cid") });
  await project.ok("build");
  expect(await names("gold.customer", ...inAlice)).toEqual(["Cid"]);
  await project.ok("rollback");
  expect(await names("gold.customer")).toEqual(["Bob"]);
  expect(await names("gold.customer", ...inAlice)).toEqual(["Bob"]);
  await project.ok("access", "apply");
  await project.ok("access", "verify");
});
