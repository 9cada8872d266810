import { expect, test } from "@jest/globals";
import { openTestServices } from "../../local/testing.ts";
import { codesIn } from "./testing/cli.ts";
import { ShopDatabases } from "./testing/databases.ts";
import { inspect } from "./testing/inspect.ts";
import { openForTests } from "./testing/open-for-tests.ts";
import { TestProject } from "./testing/project.ts";
import { fillFirstDay, smallProject } from "./testing/small-project.ts";

let databases: ShopDatabases;
let project: TestProject;

openForTests(async (hold) => {
  const services = await hold(openTestServices());
  databases = await hold(ShopDatabases.create(services));
  project = await hold(new TestProject(smallProject, databases));
  await fillFirstDay(databases);
});

test("of two extractions at once one works, and the other says who has the warehouse", async () => {
  // A table that cannot be read holds the first one in the middle.
  await databases.postgres.query("begin; lock table payment in access exclusive mode");
  const first = project.start(["extract", "--json"]);
  await first.said('"type":"step_started","id":"extract.oltp"');
  const second = await project.run(["extract"]);
  expect(codesIn(second)).toEqual(["WAREHOUSE_BUSY"]);
  expect(second.stderr).toMatch(/in use by runner extract \(process \d+, since 20/);
  expect(second.code).toBe(2);

  await databases.postgres.query("commit");
  expect((await first.ended).code).toBe(0);
  const { rows, problems } = await inspect(project);
  expect(problems).toEqual([]);
  expect(rows["raw.payment"]).toHaveLength(3);
});
