import { expect, test } from "@jest/globals";
import { openTestServices } from "../../local/testing.ts";
import { ShopDatabases } from "./testing/databases.ts";
import { openForTests } from "./testing/open-for-tests.ts";
import type { TestProject } from "./testing/project.ts";
import { redshiftPlace } from "./testing/redshift-target.ts";
import { sentStatements } from "./testing/sent-statements.ts";
import { fillFirstDay, fillSecondDay, smallProject } from "./testing/small-project.ts";
import { unpacked, withoutRun } from "./testing/statement-kind.ts";
import { redshift } from "./testing/targets.ts";

let databases: ShopDatabases;
let project: TestProject;

openForTests(async (hold) => {
  const services = await hold(openTestServices());
  databases = await hold(ShopDatabases.create(services));
  const opened = await hold(redshift.open(services));
  const payment = smallProject["models/gold/payment.yml"] ?? "";
  project = await hold(
    opened.newProject(
      { ...smallProject, "models/gold/payment.yml": `${payment}partition_by: loaded_at\n` },
      databases,
    ),
  );
  await fillFirstDay(databases);
});

/** The same for the day that a dry run shows and for those that there are. */
const comparable = (statement: string) =>
  withoutRun(statement.replaceAll("dry_run", "20260101_000000_000_aaaa")).replace(
    /(?<='')\d{4}-\d\d-\d\d(?=''(?: order|\n|\)))/g,
    "<day>",
  );

/** What a dry run prints of reading and writing the lake's files, and what the build then sends of it. */
async function printedAndSent() {
  const { stdout } = await project.ok("build", "--dry-run");
  const before = (await sentStatements(redshiftPlace(project))).length;
  await project.ok("build");
  const all = await sentStatements(redshiftPlace(project));
  const sent = all
    .slice(0, all.length - before)
    .flatMap(unpacked)
    .map(comparable);
  const printed = stdout
    .split(/;\n+/)
    .map((text) => text.replace(/^(?:--[^\n]*\n*|\s)+/, "").trim())
    .filter((text) => /^(?:copy |unload |insert into _physical\.raw__|select distinct )/.test(text))
    .map(comparable);
  return { printed, sent: new Set(sent) };
}

test("a dry run prints the COPY and UNLOAD statements that the build then sends, of an increment and of days too", async () => {
  const first = await printedAndSent();
  expect(first.printed.filter((statement) => !first.sent.has(statement))).toEqual([]);
  const [copies, unloads] = ["copy ", "unload "].map((word) =>
    first.printed.filter((statement) => statement.startsWith(word)),
  );
  expect(copies?.map((statement) => / "?(\S+)/.exec(statement)?.[1])).toHaveLength(3);
  expect(unloads?.filter((statement) => statement.includes("<day>"))).toHaveLength(1);
  expect(first.printed.join("\n")).toMatch(
    /select distinct .* as day from _physical\.gold__payment/,
  );

  await fillSecondDay(databases);
  const next = await printedAndSent();
  expect(next.printed.filter((statement) => !next.sent.has(statement))).toEqual([]);
  const increments = next.printed.filter((statement) => /^copy \S+__delta /.test(statement));
  expect(increments.length).toBeGreaterThan(0);
  expect(next.printed.join("\n")).toMatch(/^insert into _physical\.raw__payment/m);
});
