import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { openDuckDb } from "../../runner/engine/duckdb/engine.ts";
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

const sql = "models/cleaned/region.sql";
const yaml = "models/cleaned/region.yml";
const read = (file: string) => readFileSync(join(project.folder, file), "utf8");

describe("contract infer", () => {
  const query = `select
    cast(region_id as bigint) as region_id,
    cast(region_name as varchar(30)) as label,
    cast(1.5 as decimal(10,2)) as weight
from {{ref "raw.region"}}
`;

  test("prints the columns of a query without any data, and changes no file", async () => {
    project.write({ [sql]: query });
    const before = read(yaml);
    const { stdout, stderr } = await project.ok("contract", "infer", "cleaned.region");
    expect(stdout).toBe(`columns:
  - { name: region_id, type: bigint }
  - { name: label, type: varchar(30) }
  - { name: weight, type: "decimal(10,2)" }
`);
    expect(stderr).toBe(
      "models/cleaned/region.yml differs (new: label, weight; gone: region_name; " +
        "of another type: region_id: integer -> bigint): --write puts this into it.\n",
    );
    expect(read(yaml)).toBe(before);
  });

  test("--write makes the build's contract hold, and a second time finds nothing to write", async () => {
    project.write({
      [sql]: query,
      "models/gold/region.sql": `select region_id from {{ref "cleaned.region"}}\n`,
    });
    expect((await project.run(["build"])).code).toBe(1);
    await project.ok("contract", "infer", "cleaned.region", "--write");
    await project.ok("contract", "infer", "gold.region", "--write");
    expect(read(yaml)).toContain("grain: One row per region.\nkey: [region_id]\ncolumns:\n");
    await project.ok("build");
    const again = await project.ok("contract", "infer", "gold.region", "--write");
    expect(again.stderr).toContain("declares what the query yields already");
  });

  test("writes the YAML of a model that has none, and of one whose YAML is not done", async () => {
    project.write({
      "models/gold/label.sql": `select region_name as label, count(*) as regions, sum(region_id) as ids\nfrom {{ref "cleaned.region"}} group by region_name\n`,
    });
    const { stderr } = await project.ok("contract", "infer", "label", "--write");
    expect(stderr).toContain(
      "note: ids is HUGEINT, which no contract declares: cast it, as bigint say.",
    );
    expect(read("models/gold/label.yml")).toBe(
      `grain: One row per … # Say what one row stands for.
columns:
  - name: label
    type: varchar
  - name: regions
    type: bigint
  - name: ids
    type: bigint
`,
    );
    project.write({ [yaml]: "grain: One row per region.\nkey: [region_id]\n# The end.\n" });
    await project.ok("contract", "infer", "cleaned.region", "--write");
    expect(read(yaml)).toBe(
      "grain: One row per region.\nkey: [region_id]\n# The end.\ncolumns:\n" +
        "  - name: region_id\n    type: integer\n  - name: region_name\n    type: varchar\n",
    );
  });

  test("--json tells what the engine calls each type", async () => {
    const { stdout } = await project.ok("contract", "infer", "gold.region", "--json");
    expect(linesOf(stdout)).toEqual([
      {
        relation: "gold.region",
        file: "models/gold/region.yml",
        columns: [
          { name: "region_id", type: "integer", yields: "INTEGER", isExact: true },
          { name: "region_name", type: "varchar(50)", yields: "VARCHAR", isExact: true },
        ],
      },
    ]);
  });

  test("refuses what no YAML can declare, and points into the query when it does not bind", async () => {
    project.write({ [sql]: `select region_id, count(*) from {{ref "raw.region"}} group by 1\n` });
    const nameless = await project.run(["contract", "infer", "cleaned.region"]);
    expect(nameless.code).toBe(2);
    expect(nameless.stderr).toContain("yields a column named count_star()");
    project.write({ [sql]: `select region_id,\n  regoin_name\nfrom {{ref "raw.region"}}\n` });
    const unbound = await project.run(["contract", "infer", "cleaned.region"]);
    expect(unbound.stderr).toContain(`${sql}:2:3`);
    const unknown = await project.run(["contract", "infer", "cleaned.regoin"]);
    expect(unknown.stderr).toContain('Did you mean "cleaned.region"?');
    const ambiguous = await project.run(["contract", "infer", "region"]);
    expect(ambiguous.stderr).toContain("Name one with its zone: cleaned.region, gold.region.");
  });
});

test("a contract that does not hold stops the build before anything is written, column by column", async () => {
  await project.ok("build");
  project.write({
    [sql]: `select cast(region_id as bigint) as region_id, region_name as name from {{ref "raw.region"}}\n`,
  });
  const ended = await project.run(["build"]);
  expect(ended.code).toBe(1);
  expect(ended.stderr).toContain("1 missing, 1 extra, 1 of another type");
  expect(ended.stderr).toMatch(/> region_id integer +\| region_id bigint +\| type/);
  expect(ended.stderr).toMatch(/> region_name varchar +\| - +\| missing/);
  expect(ended.stderr).toMatch(/> - +\| name varchar +\| extra/);
});

test("a text that is longer in bytes than its column, and an undeclared null, are found without a test being asked for", async () => {
  project.write({
    "seeds/region.csv": "region_id,region_name\n1,Ñuñoa\n2,South\n3,\n",
    [yaml]: regionYaml("").replace(
      "region_name, type: varchar(50)",
      "region_name, type: varchar(5), nullable: false",
    ),
  });
  const ended = await project.run(["build"]);
  expect(ended.code).toBe(1);
  expect(ended.stderr).toContain(
    "contract.cleaned.region: region_name is null in 1 row; " +
      "region_name is longer than varchar(5) in 1 row (the longest takes 7 bytes).",
  );
  const engine = await openDuckDb({ file: project.warehouse, threads: 1, readOnly: true });
  try {
    const { rows } = await engine.query(
      "select count(*) as published from information_schema.tables where table_schema = 'cleaned'",
    );
    expect(rows).toEqual([{ published: 0 }]);
  } finally {
    await engine.close();
  }
});
