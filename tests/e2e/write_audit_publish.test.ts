import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Services } from "../../local/services.ts";
import { openTestServices } from "../../local/testing.ts";
import { codesIn, linesOf } from "./testing/cli.ts";
import { ShopDatabases } from "./testing/databases.ts";
import { inspect } from "./testing/inspect.ts";
import { TestProject } from "./testing/project.ts";
import { fillFirstDay, fillSecondDay, smallProject } from "./testing/small_project.ts";

let services: Services;
let databases: ShopDatabases;
let project: TestProject;

beforeAll(async () => {
  services = await openTestServices();
  databases = await ShopDatabases.create(services);
  project = new TestProject(smallProject, databases);
  await fillFirstDay(databases);
});

afterAll(async () => {
  project.close();
  await databases.close();
  await services.close();
});

describe("a build", () => {
  test("publishes rows that are exact in the warehouse and in the lake", async () => {
    const { stdout } = await project.ok("build");
    expect(stdout).toBe("");
    const { rows, problems } = await inspect(project);
    expect(problems).toEqual([]);
    expect(rows["gold.payment"]).toEqual([
      '[["payment_id",1],["customer_id",1],["amount","10.10"]]',
      '[["payment_id",2],["customer_id",2],["amount","0.07"]]',
      '[["payment_id",3],["customer_id",-1],["amount","99999999.99"]]',
    ]);
  });
});
