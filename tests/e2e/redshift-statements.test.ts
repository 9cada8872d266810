import { expect, test } from "@jest/globals";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openTestServices } from "../../local/testing.ts";
import { loadRedshiftGrammar } from "../../runner/dialect/redshift/grammar.ts";
import { ShopDatabases } from "./testing/databases.ts";
import { openForTests } from "./testing/open-for-tests.ts";
import type { TestProject } from "./testing/project.ts";
import { redshiftPlace } from "./testing/redshift-target.ts";
import { sentStatements } from "./testing/sent-statements.ts";
import { migrateShop, shopFirstDay, shopSecondDay } from "./testing/shop-days.ts";
import { kindOf, unpacked } from "./testing/statement-kind.ts";
import { redshift } from "./testing/targets.ts";

/**
 * Every kind of statement that this repository's project sends to Redshift from its first build on, as the stand-in was
 * sent them, each once: the ledger's, the lease's, what is counted, copied, published and taken back. What models and
 * tests ask is in runner/command/golden. After an intended change:
 *
 *     RENEW_GOLDEN=1 npm test -- tests/e2e/redshift-statements && git diff tests/e2e/golden
 */
const renew = process.env.RENEW_GOLDEN === "1";
const folder = join(import.meta.dirname, "golden", "redshift");

let project: TestProject;
let sent: readonly string[];

openForTests(async (hold) => {
  const services = await hold(openTestServices());
  const databases = await hold(ShopDatabases.create(services));
  const opened = await hold(redshift.open(services));
  project = await hold(opened.newProjectOfRepository(databases));
  await migrateShop(databases, services);
  await shopFirstDay(databases);
  await project.ok("build");
  await shopSecondDay(databases);
  await project.ok("run");
  await buildEnvironment();
  await project.ok("rollback");
  await project.ok("gc", "--retention", "0s");
  sent = (await sentStatements(redshiftPlace(project))).flatMap(unpacked);
});

/** Publishes another version of a model there, and then one that a test withholds, whose rows are kept. */
async function buildEnvironment(): Promise<void> {
  const file = "models/gold/vendor_daily_sales.sql";
  const sql = readFileSync(join(project.folder, file), "utf8");
  const build = ["build", "--env", "alice", "--select", "gold.vendor_daily_sales"];
  project.write({ [file]: sql.replace(/final\s*$/, "final where 1 = 1\n") });
  await project.ok(...build);
  project.write({
    [file]: sql.replace(/final\s*$/, "final where 2 = 2\n"),
    "tests/no_sales.sql": 'select vendor_id from {{ref "gold.vendor_daily_sales"}}\n',
  });
  const { code } = await project.run([...build, "--store-failures"]);
  expect(code).toBe(1);
  project.write({ [file]: sql });
  project.remove("tests/no_sales.sql");
}

/** The golden file that a kind of statement stands in. */
function fileOf(kind: string): string {
  if (/^create or replace procedure|^call|^drop procedure/.test(kind)) return "procedures.sql";
  if (/_runner\.(?:lease|fence)\b/.test(kind)) return "lease.sql";
  if (kind.includes("_runner.")) return "ledger.sql";
  if (/information_schema|pg_catalog/.test(kind)) return "catalog.sql";
  if (/^(?:copy|unload)\b/.test(kind)) return "files.sql";
  if (kind.includes("_failures.")) return "failures.sql";
  return /^(?:select|with)\b/.test(kind) ? "questions.sql" : "relations.sql";
}

const reviewed = () =>
  Object.fromEntries(
    readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), "utf8")]),
  );

test("every kind of statement that Redshift is sent was reviewed", () => {
  const files: Record<string, string> = {};
  for (const kind of [...new Set(sent.map(kindOf))].toSorted()) {
    files[fileOf(kind)] = `${files[fileOf(kind)] ?? ""}${kind};\n\n`;
  }
  if (renew) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  }
  expect(files).toEqual(reviewed());
});

test("every statement that Redshift is sent is read by Redshift's grammar", async () => {
  const check = await loadRedshiftGrammar();
  const refused = [...new Set(sent)]
    // The frame of a procedure: what it holds is looked at by itself.
    .filter((statement) => !statement.includes("\n<statements>\n"))
    .flatMap((statement) => check(statement).map(({ message }) => `${message} ${statement}`));
  expect(refused).toEqual([]);
  expect(sent.length).toBeGreaterThan(1000);
});
