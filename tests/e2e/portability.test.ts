import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { TestProject } from "./testing/project.ts";
import { pipelinesWith, seedProject } from "./testing/seed-project.ts";

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

describe("on Redshift", () => {
  let warehouse: Server;
  let requests = 0;

  beforeAll(async () => {
    // Lets nobody in, and counts who asks.
    warehouse = createServer((_request, response) => {
      requests += 1;
      response.writeHead(403, { "content-type": "application/x-amz-json-1.1" });
      response.end(JSON.stringify({ __type: "AccessDeniedException", message: "nobody" }));
    });
    await new Promise<void>((resolve) => warehouse.listen(0, "127.0.0.1", resolve));
  });
  afterAll(() => {
    warehouse.close();
  });
  beforeEach(() => {
    const { port } = warehouse.address() as AddressInfo;
    requests = 0;
    project.write({
      "pipelines.yaml": pipelinesWith("").replace(
        /^models:/m,
        `  aws:
    engine: redshift
    redshift: { endpoint: "http://127.0.0.1:${port}", workgroup: w, database: d, region: us-east-1 }
    lake: s3://lake
    lake_endpoint: http://127.0.0.1:${port}
    lake_region: us-east-1
models:`,
      ),
      [region]: `select distinct on (region_id)\n    region_id,\n    region_name\nfrom {{ref "raw.region"}}\n`,
    });
  });

  test.each(["build", "run", "build --dry-run", "build --select cleaned.region"])(
    "%s refuses a model that does not port before anything is asked",
    async (command) => {
      const { code, stderr, stdout } = await project.run([
        ...command.split(" "),
        "--target",
        "aws",
      ]);
      expect(stderr).toContain("SQL_NOT_PORTABLE  models/cleaned/region.sql:1:8");
      expect({ code, stdout, requests }).toEqual({ code: 2, stdout: "", requests: 0 });
    },
  );

  test("what a macro renders for Redshift alone is judged, too", async () => {
    project.write({
      "macros/even.ts": `export default ({ dialect }: { dialect: string }, column: string) =>
  dialect === "redshift" ? \`\${column} // 2\` : column;\n`,
      [region]: `select\n    cast({{even "region_id"}} as integer) as region_id,\n    region_name\nfrom {{ref "raw.region"}}\n`,
    });
    const { code, stderr } = await project.run(["build", "--target", "aws"]);
    expect(stderr).toContain("SQL_NOT_PORTABLE  models/cleaned/region.sql:2:");
    expect(stderr).toContain("Redshift has no operator //.");
    expect({ code, requests }).toEqual({ code: 2, requests: 0 });
  });

  test("a model that does not port is in nobody's way who did not select it", async () => {
    const { stderr } = await project.run(["build", "--target", "aws", "--select", "gold.region"]);
    expect(stderr).not.toContain("SQL_NOT_PORTABLE");
    expect(stderr).toContain("WAREHOUSE_DENIED");
    expect(requests).toBeGreaterThan(0);
  });

  test("on DuckDB the same model is built", async () => {
    await project.ok("build");
    expect(requests).toBe(0);
  });
});
