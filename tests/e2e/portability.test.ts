import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { TestProject } from "./testing/project.ts";
import { seedProject } from "./testing/seed-project.ts";

let project: TestProject;
beforeEach(() => {
  project = new TestProject({ ...seedProject });
});
afterEach(() => {
  project.close();
});

const region = "models/cleaned/region.sql";

test("what only DuckDB reads is told by check at the model's line, whatever macro it came from", async () => {
  project.write({
    "macros/even.ts": "export default (_: unknown, column: string) => `${column} // 2 * 2`;\n",
    [region]: `select\n    cast(region_id + 0 * ({{even "region_id"}}) as integer) as region_id,\n    region_name\nfrom {{ref "raw.region"}}\n`,
  });
  const { code, stderr } = await project.run(["check"]);
  expect(stderr).toContain("SQL_NOT_PORTABLE  models/cleaned/region.sql:2:");
  expect(stderr).toContain("Redshift has no operator //.");
  expect(code).toBe(2);
});

test("a name that is a word of Redshift's own is told where it stands", async () => {
  project.write({
    [region]: `with\n\ntag as (\n    select * from {{ref "raw.region"}}\n)\n\nselect * from tag\n`,
  });
  const { code, stderr } = await project.run(["check"]);
  expect(stderr).toContain("SQL_NOT_PORTABLE  models/cleaned/region.sql:3:1");
  expect(stderr).toContain(`"tag" is a word of Redshift's own.`);
  expect(code).toBe(2);
});
