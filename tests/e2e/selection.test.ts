import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { openTestServices } from "../../local/testing.ts";
import { codesIn } from "./testing/cli.ts";
import { ShopDatabases } from "./testing/databases.ts";
import { openForTests } from "./testing/open-for-tests.ts";
import { TestProject } from "./testing/project.ts";
import { fillFirstDay, smallProject } from "./testing/small-project.ts";

let databases: ShopDatabases;
let project: TestProject;

openForTests(async (hold) => {
  const services = await hold(openTestServices());
  databases = await hold(ShopDatabases.create(services));
  project = await hold(
    new TestProject(
      {
        ...smallProject,
        "pipelines.yaml": `${smallProject["pipelines.yaml"]}selectors:
  - { name: money, description: What is paid., definition: "+gold.payment" }
`,
      },
      databases,
    ),
  );
  await fillFirstDay(databases);
});

const artifact = (name: string) => readFileSync(join(project.home, "artifacts", name), "utf8");
const listed = async (...args: readonly string[]) =>
  (await project.ok("ls", ...args)).stdout.split("\n").filter(Boolean);

function edit(file: string, from: string, to: string): void {
  const text = readFileSync(join(project.folder, file), "utf8");
  expect(text).toContain(from);
  project.write({ [file]: text.replace(from, to) });
}

/** Validates an artifact against the JSON Schema that is published for it. */
function check(schema: string, text: string): void {
  const ajv = new Ajv2020({ strict: true, allErrors: true });
  addFormats.default(ajv);
  const url = new URL(`../../runner/schemas/${schema}.schema.json`, import.meta.url);
  const validate = ajv.compile(JSON.parse(readFileSync(url, "utf8")) as object);
  validate(JSON.parse(text));
  expect(validate.errors).toBeNull();
}

test("before any build, state: and result: say what is missing and what to do", async () => {
  for (const selector of ["state:modified", "result:error", "source_status:fresher"]) {
    const ended = await project.run(["ls", "--select", selector]);
    expect(ended.code).toBe(2);
    expect(codesIn(ended)).toEqual(["ARTIFACT_MISSING"]);
    expect(ended.stderr).toContain("--state <folder>");
  }
});

describe("after a build", () => {
  beforeAll(async () => {
    await project.ok("build");
  });

  test("the artifacts are what their published JSON Schemas say", () => {
    check("manifest", artifact("manifest.json"));
    check("run-results", artifact("run_results.json"));
    check("manifest", artifact("built/local/manifest.json"));
    check("sources", artifact("built/local/sources.json"));
    expect(JSON.parse(artifact("run_results.json"))).toMatchObject({
      command: "build",
      status: "succeeded",
      sources: { "raw.payment": { watermark: expect.stringContaining("2026-03-01") } },
    });
  });

  test("DuckDB has no queue and sends no bill: results say nothing of statements", () => {
    const { results, ...run } = JSON.parse(artifact("run_results.json")) as { results: object[] };
    expect(results.length).toBeGreaterThan(0);
    for (const each of [run, ...results]) expect(each).not.toHaveProperty("statements");
  });

  test("the manifest has the same bytes after every command on the same project", async () => {
    const before = artifact("manifest.json");
    await project.ok("compile");
    expect(artifact("manifest.json") === before).toBe(true);
    await project.ok("build", "--select", "gold.payment");
    expect(artifact("manifest.json") === before).toBe(true);
    expect(artifact("built/local/manifest.json") === before).toBe(true);
  });

  test("nothing is modified, and a build of that is a success that does nothing", async () => {
    expect(await listed("--select", "state:modified")).toEqual([]);
    const { stderr } = await project.ok("build", "--select", "state:modified+");
    expect(stderr).toContain("state:modified+ matches nothing.");
    expect(stderr).toContain("Nothing to do.");
  });

  test("an edit is modified until it is built, whatever else is built before", async () => {
    edit("models/cleaned/customer.sql", "where version = 1", "where version = 1 and id > 0");
    expect(await listed("--select", "state:modified", "--output", "name")).toEqual(["customer"]);
    const compared = await project.ok("ls", "--select", "state:modified");
    expect(compared.stderr).toMatch(
      /Compared with \S+manifest.json of .*: 0 new, 1 modified, 0 removed/,
    );
    await project.ok("build", "--select", "region");
    expect(await listed("--select", "state:modified.body")).toEqual(["cleaned.customer"]);
    expect(await listed("--select", "state:modified.config")).toEqual([]);
    await project.ok("build", "--select", "state:modified");
    expect(await listed("--select", "state:modified")).toEqual([]);
  });

  test("--state compares with another manifest, by folder or by file", async () => {
    const earlier = join(project.folder, "earlier");
    project.write({ "earlier/manifest.json": artifact("manifest.json") });
    edit("models/gold/payment.sql", "select", "select distinct");
    for (const state of [earlier, join(earlier, "manifest.json")]) {
      expect(await listed("--select", "state:modified", "--state", state)).toEqual([
        "gold.payment",
      ]);
    }
    edit("models/gold/payment.sql", "select distinct", "select");
    project.write({ "earlier/manifest.json": "{}" });
    const broken = await project.run(["ls", "--select", "state:new", "--state", earlier]);
    expect([broken.code, ...codesIn(broken)]).toEqual([2, "ARTIFACT_UNREADABLE"]);
  });

  test("a source is fresher from its extraction until all that read it is built", async () => {
    expect(await listed("--select", "source_status:fresher")).toEqual([]);
    await databases.postgres.query(
      "insert into payment values (9, 1, 5.00, '2026-03-05T10:00:00Z')",
    );
    await project.ok("extract", "--select", "source:oltp");
    expect(await listed("--select", "source_status:fresher")).toEqual(["raw.payment"]);
    expect(await listed("--select", "source_status:fresher+1")).toContain("work.payment");
    await project.ok("build", "--select", "source_status:fresher+", "--exclude", "type:source");
    expect(await listed("--select", "source_status:fresher")).toEqual([]);
  });

  test("result: goes by the last run, also when that failed", async () => {
    edit("models/gold/payment.sql", "select", "select 1/0 as x, no_such_column,");
    expect((await project.run(["build", "--select", "gold.payment"])).code).toBe(1);
    check("run-results", artifact("run_results.json"));
    expect(await listed("--select", "result:error")).toEqual(["gold.payment"]);
    expect(await listed("--select", "state:modified")).toEqual(["gold.payment"]);
    edit("models/gold/payment.sql", "select 1/0 as x, no_such_column,", "select");
    await project.ok("build", "--select", "result:error");
    expect(await listed("--select", "result:error")).toEqual([]);
  });

  test("--selector takes a named selector, alone or with others", async () => {
    expect(await listed("--selector", "money")).toEqual(await listed("--select", "+gold.payment"));
    expect(await listed("--selector", "money", "--exclude", "+work.payment")).not.toContain(
      "raw.payment",
    );
    const unknown = await project.run(["ls", "--selector", "mony"]);
    expect(unknown.stderr).toContain('Did you mean "money"?');
  });

  test("ls prints names, paths, chosen fields, and chosen types", async () => {
    expect(await listed("--resource-type", "seed", "--output", "path")).toEqual([
      "seeds/region.csv",
    ]);
    const rows = await listed(
      "--select",
      "gold.payment",
      "--output",
      "json",
      "--output-keys",
      "name",
      "type",
    );
    expect(rows).toEqual(['{"name":"payment","type":"model"}']);
    const unknown = await project.run(["ls", "--resource-type", "modle"]);
    expect([unknown.code, unknown.stderr]).toEqual([
      2,
      expect.stringContaining('Did you mean "model"?'),
    ]);
  });
});
