import { afterAll, afterEach, beforeAll, beforeEach, expect, jest, test } from "@jest/globals";
import { openTestServices } from "../../local/testing.ts";
import { ShopDatabases } from "./testing/databases.ts";
import { letNobodyTakeFiles } from "./testing/files-for-nobody.ts";
import type { TestProject } from "./testing/project.ts";
import { pipelinesWith } from "./testing/seed-project.ts";
import { smallProject } from "./testing/small-project.ts";
import { redshift } from "./testing/targets.ts";
import type { OpenedTarget } from "./testing/targets.ts";

jest.setTimeout(600_000);

const access = `access:
  classes:
    pii.name: { description: A name., mask: hide }
  roles:
    engineer: { zones: { raw: write, gold: write }, clear: ["*"], members: ["*"] }
    analyst: { zones: { gold: read }, members: ["*"] }
    namer: { zones: { raw: read }, clear: [pii], members: ["*"] }
`;

type Name = "customer_id" | "name" | "alias";

/** The model gold.customer with these columns; what it reads has all of them. */
function customer(...columns: readonly Name[]): Readonly<Record<string, string>> {
  const typed = columns.map(
    (name) =>
      `  - { name: ${name}, type: ${name === "customer_id" ? "integer" : "varchar(50)"} }\n`,
  );
  return {
    "models/gold/customer.sql": `select ${columns.join(", ")} from {{ref "raw.customer"}}\n`,
    "models/gold/customer.yml": `grain: One row per customer.\nkey: [customer_id]\nmaterialized: table\ncolumns:\n${typed.join("")}`,
  };
}

const files = {
  "pipelines.yaml": pipelinesWith(access),
  "seeds/customer.csv": "customer_id,name,alias\n1,Ann,Annie\n",
  "seeds/customer.yml": `key: [customer_id]
columns:
  - { name: customer_id, type: integer }
  - { name: name, type: varchar(50), class: pii.name }
  - { name: alias, type: varchar(50), class: pii.name }
`,
  ...customer("customer_id", "name"),
};

let services: Awaited<ReturnType<typeof openTestServices>>;
let target: OpenedTarget;
let project: TestProject;

beforeAll(async () => {
  services = await openTestServices();
  target = await redshift.open(services);
});
afterAll(async () => {
  await target.close();
  await services.close();
});

beforeEach(async () => {
  project = await target.newProject(files);
  await project.ok("build");
  await project.ok("access", "apply");
  await letNobodyTakeFiles(project);
});
afterEach(() => {
  project.close();
});

/** What somebody of a role sees; `project` is called small. */
async function seenBy(role: string, query: string, of = project): Promise<readonly unknown[]> {
  const engine = await of.place.openWarehouse();
  try {
    return (await engine.acting!.query(`small_probe_${role}`, query)).rows;
  } finally {
    await engine.close();
  }
}

const seen = "select customer_id, name from gold.customer";

test("a column that the project has forgotten stays masked while it is published, until a build has dropped it", async () => {
  project.write(customer("customer_id"));
  await project.ok("access", "apply");
  expect(await seenBy("analyst", seen)).toEqual([{ customer_id: 1, name: null }]);
  await project.ok("access", "verify");
  await project.ok("build");
  await project.ok("access", "verify");
  expect(await seenBy("analyst", "select * from gold.customer")).toEqual([{ customer_id: 1 }]);
});

test("a column that a rollback brings back is masked at once, though the project has forgotten it", async () => {
  project.write(customer("customer_id"));
  await project.ok("build");
  await project.ok("rollback");
  expect(await seenBy("analyst", seen)).toEqual([{ customer_id: 1, name: null }]);
  await project.ok("access", "verify");
});

test("a column that is declared and not built yet keeps nothing from being applied, and comes masked", async () => {
  project.write(customer("customer_id", "name", "alias"));
  await project.ok("access", "apply");
  await project.ok("access", "verify");
  await project.ok("build");
  expect(await seenBy("analyst", "select customer_id, name, alias from gold.customer")).toEqual([
    { customer_id: 1, name: null, alias: null },
  ]);
  await project.ok("access", "verify");
});

test("a column that a source brought and nobody declared is hidden from who sees every class that is declared", async () => {
  const databases = await ShopDatabases.create(services);
  const evolving = await target.newProject(
    {
      "pipelines.yaml": `${smallProject["pipelines.yaml"] ?? ""}${access}`,
      "sources/oltp.yml": `source: oltp
connector: postgres
connection: oltp
tables:
  - name: item
    key: [id]
    extract: full
    on_schema_change: evolve
    columns:
      - { name: id, type: integer, nullable: false }
`,
    },
    databases,
  );
  try {
    await databases.postgres.query(
      "create table item (id integer primary key); insert into item values (1)",
    );
    await evolving.ok("build");
    await evolving.ok("access", "apply");
    await letNobodyTakeFiles(evolving);
    await databases.postgres.query(
      "alter table item add column note text; update item set note = 'secret'",
    );
    await evolving.ok("build");
    const notes = 'select id, note from "raw".item';
    expect(await seenBy("namer", notes, evolving)).toEqual([{ id: 1, note: null }]);
    expect(await seenBy("engineer", notes, evolving)).toEqual([{ id: 1, note: "secret" }]);
    await evolving.ok("access", "verify");
  } finally {
    evolving.close();
    await databases.close();
  }
});
