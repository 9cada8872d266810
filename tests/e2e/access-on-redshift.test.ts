import { expect, test } from "@jest/globals";
import type { Engine } from "../../runner/core/ports.ts";
import { linesOf } from "./testing/cli.ts";
import { openForTests } from "./testing/open-for-tests.ts";
import type { TestProject } from "./testing/project.ts";
import { pipelinesWith } from "./testing/seed-project.ts";
import { redshift } from "./testing/targets.ts";

const access = `access:
  classes:
    pii.name: { description: A name., mask: hide }
    pii.email: { description: An address., mask: hash }
  mask_key: "it's a key"
  roles:
    engineer: { description: Builds., zones: { raw: write, cleaned: write, work: write, gold: write }, clear: [pii], members: ["*"] }
    scientist: { description: Explores., zones: { cleaned: read, work: write, gold: read }, members: [sam] }
    analyst: { description: Reports., zones: { gold: read }, members: ["*"] }
    vendor:
      description: Sees the own sales.
      zones: { gold: read }
      relations: [gold.sales]
      rows: { gold.sales: "vendor_id = {{user.vendor_id}}" }
      members: [{ user: vera, vendor_id: 1 }, { user: victor, vendor_id: 2 }]
`;

const customer = (more: string) => `grain: One row per customer.
key: [customer_id]
columns:
  - { name: customer_id, type: integer }
  - { name: name, type: varchar(50), class: pii.name }
  - { name: email, type: varchar(100), class: pii.email }
${more}`;
const plainSql = 'select customer_id, name, email from {{ref "raw.customer"}}\n';
const widerSql =
  'select customer_id, name, email, customer_id + 1 as more from {{ref "raw.customer"}}\n';
const wider = customer("  - { name: more, type: integer }\n");

const files = {
  "pipelines.yaml": pipelinesWith(
    `  gold: { materialized: table }\n  work: { materialized: table }\n${access}`,
  ),
  "seeds/customer.csv": "customer_id,name,email\n1,Ann,ann@example.org\n2,Bob,bob@example.org\n",
  "seeds/customer.yml": `key: [customer_id]\n${customer("").split("\n").slice(2).join("\n")}`,
  "seeds/sales.csv":
    "sale_id,vendor_id,email\n1,1,ann@example.org\n2,2,bob@example.org\n3,2,ann@example.org\n",
  "seeds/sales.yml": `key: [sale_id]
columns:
  - { name: sale_id, type: integer }
  - { name: vendor_id, type: integer }
  - { name: email, type: varchar(100), class: pii.email }
`,
  "models/cleaned/customer.sql": plainSql,
  "models/cleaned/customer.yml": customer(""),
  "models/work/note.sql": 'select customer_id from {{ref "cleaned.customer"}}\n',
  "models/work/note.yml": `grain: One row per customer.
key: [customer_id]
columns:
  - { name: customer_id, type: integer }
`,
  "models/gold/customer.sql": plainSql.replace("raw", "cleaned"),
  "models/gold/customer.yml": customer(""),
  "models/gold/sales.sql": 'select sale_id, vendor_id, email from {{ref "raw.sales"}}\n',
  "models/gold/sales.yml": `grain: One row per sale.
key: [sale_id]
columns:
  - { name: sale_id, type: integer }
  - { name: vendor_id, type: integer }
  - { name: email, type: varchar(100), class: pii.email }
`,
};

let project: TestProject;

/** Which a superuser has to say of a new warehouse once. */
const nobodyTakesFiles = "revoke assumerole on all from public for all";

openForTests(async (hold) => {
  const target = await hold(redshift.open());
  project = await hold(target.newProject(files));
  await project.ok("build");
  await project.ok("access", "apply");
  await byHand(nobodyTakesFiles);
});
async function inWarehouse<Result>(work: (engine: Engine) => Promise<Result>): Promise<Result> {
  const engine = await project.place.openWarehouse();
  try {
    return await work(engine);
  } finally {
    await engine.close();
  }
}

const byHand = (...statements: readonly string[]) =>
  inWarehouse((engine) => engine.transaction(statements));

test("every role may do what is declared and nothing else, in each zone and with each classified column, and applying again changes nothing", async () => {
  const again = await project.ok("access", "apply");
  expect(again.stderr).toContain("The warehouse says what the project declares.");
  const { stdout } = await project.ok("access", "verify", "--json");
  const probes = linesOf(stdout) as Record<string, unknown>[];
  expect(probes.filter(({ isAsDeclared }) => isAsDeclared !== true)).toEqual([]);
  const count = (expected: string) => probes.filter((probe) => probe.expected === expected).length;
  expect(count("denied")).toBeGreaterThan(count("allowed"));
  expect(count("masked")).toBeGreaterThan(5);
  expect(probes).toContainEqual(
    expect.objectContaining({ role: "vendor", what: "rows of gold.sales", found: "1 rows" }),
  );
});

test.each([
  [
    "a right that was granted by hand",
    "grant select on table gold.customer to role small_vendor",
    "read gold.customer",
  ],
  ["a role within a role", "grant role small_engineer to role small_analyst", "read raw.customer"],
  ["a mask that was taken off", undefined, "gold.customer.name"],
  [
    "row security that was turned off",
    "alter table gold.sales row level security off",
    "rows of gold.sales",
  ],
  ["a member who is missing", "revoke role small_vendor from vera", undefined],
])("%s is found, told, and mended", async (_what, statement, probe) => {
  const [detach = ""] = await inWarehouse(async (engine) => {
    const { rows } = await engine.query(
      "select cast(policy_name as varchar(128)) as name from svv_attached_masking_policy where table_name = 'customer' and schema_name = 'gold' and grantee = 'small_analyst' order by 1",
    );
    return rows
      .filter(({ name }) => String(name).includes("hide"))
      .map(
        ({ name }) =>
          `detach masking policy ${String(name)} on gold.customer (name) from role small_analyst`,
      );
  });
  await byHand(statement ?? detach);
  const { code: exitCode, stdout } = await project.run(["access", "verify", "--json"]);
  expect(exitCode).toBe(1);
  const lines = linesOf(stdout) as Record<string, unknown>[];
  expect(lines.filter(({ type }) => type === "drift")).toHaveLength(1);
  const wrong = lines.filter(({ type, isAsDeclared }) => type === "probe" && isAsDeclared !== true);
  if (probe === undefined) expect(wrong).toEqual([]);
  else expect(wrong.map(({ what }) => what)).toContain(probe);
  await project.ok("access", "apply");
  await project.ok("access", "verify");
});

test("that everybody may take the lake's files by the warehouse's own rights is told until it is taken back", async () => {
  // What masks hide from an analyst, in a zone that the role has no part in, stands in the files.
  const manifest = project.place.openLake().locate("cleaned/customer/_manifest.json");
  const attempt = () =>
    inWarehouse((engine) =>
      engine.acting!.attempt("small_probe_analyst", [
        "create temporary table taken (customer_id integer, name varchar(50), email varchar(100))",
        `copy taken from '${manifest}' iam_role default format as parquet manifest`,
      ]),
    );
  expect(await attempt()).toContain("does not have ASSUMEROLE permission");
  await byHand("grant assumerole on all to public for all");
  try {
    expect(await attempt()).toBeUndefined();
    const { code: exitCode, stdout } = await project.run(["access", "verify"]);
    expect(exitCode).toBe(1);
    expect(stdout).toContain(
      "not declared: everybody may use the IAM role default-aws-iam-role in copy, create model, exfunc, unload",
    );
  } finally {
    await byHand(nobodyTakesFiles);
  }
  await byHand("grant assumerole on default to role small_vendor for copy");
  try {
    const { stdout } = await project.run(["access", "verify"]);
    expect(stdout).toContain("not declared: role small_vendor may use the IAM role");
  } finally {
    await byHand("revoke assumerole on default from role small_vendor for copy");
  }
});

test("while builds give gold.customer other columns and take them back, no reader ever sees a masked value in clear, or is refused", async () => {
  const seen: unknown[] = [];
  const read = (engine: Engine) =>
    engine.acting!.query(
      "small_probe_analyst",
      "select name, email from gold.customer order by customer_id",
    );
  await inWarehouse(async (engine) => {
    const builds = { areRunning: true };
    const reading = (async () => {
      while (builds.areRunning) seen.push(...(await read(engine)).rows);
    })();
    try {
      for (let round = 0; round < 2; round += 1) {
        project.write({
          "models/gold/customer.sql": widerSql.replace("raw", "cleaned"),
          "models/gold/customer.yml": wider,
        });
        await project.ok("build");
        project.write(files);
        await project.ok("build");
      }
    } finally {
      builds.areRunning = false;
      await reading;
    }
  });
  expect(seen.length).toBeGreaterThan(20);
  for (const row of seen) {
    expect(row).toEqual({ name: null, email: expect.stringMatching(/^[0-9a-f]{64}$/) });
  }
  await project.ok("access", "verify");
});

test("a relation that is built for the first time can be read by its roles at once, masked", async () => {
  project.write({
    "models/gold/address.sql": 'select customer_id, email from {{ref "cleaned.customer"}}\n',
    "models/gold/address.yml": customer("").replace(/.*name: name.*\n/, ""),
  });
  await project.ok("build");
  await project.ok("access", "verify");
  project.remove("models/gold/address.sql", "models/gold/address.yml");
});

test.each(["before-access", "after-access"])(
  "an apply that is killed %s leaves all of it or nothing, and the next one ends it",
  async (point) => {
    await byHand(
      "revoke role small_scientist from sam",
      "revoke usage on schema gold from role small_analyst",
    );
    await project.run(["access", "apply"], { MERCADO_KILL_POINT: point });
    await project.place.passLeaseTime();
    const { code: exitCode } = await project.run(["access", "verify"]);
    expect(exitCode).toBe(point === "before-access" ? 1 : 0);
    await project.ok("access", "apply");
    await project.ok("access", "verify");
  },
);
