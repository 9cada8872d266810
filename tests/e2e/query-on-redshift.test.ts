import { expect, test } from "@jest/globals";
import { openTestServices } from "../../local/testing.ts";
import { codesIn, linesOf } from "./testing/cli.ts";
import { ShopDatabases } from "./testing/databases.ts";
import { openForTests } from "./testing/open-for-tests.ts";
import type { TestProject } from "./testing/project.ts";
import { smallProject } from "./testing/small-project.ts";
import { redshift } from "./testing/targets.ts";

let project: TestProject;

openForTests(async (hold) => {
  const services = await hold(openTestServices());
  const databases = await hold(ShopDatabases.create(services));
  const opened = await hold(redshift.open(services));
  project = await hold(opened.newProject(smallProject, databases));
});

test("runner query on Redshift answers queries, and refuses what would change something before it is sent", async () => {
  const made = await project.run(["query", "create table public.made as select 1 as a"]);
  expect([made.code, codesIn(made)]).toEqual([2, ["CLI_USAGE"]]);
  expect(made.stderr).toContain("runner query changes nothing");
  const asked = await project.ok(
    "query",
    "select count(*) as n from pg_tables where tablename = 'made'",
    "--json",
  );
  expect(linesOf(asked.stdout)).toEqual([{ n: 0 }]);
});
