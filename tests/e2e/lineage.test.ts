import { expect, test } from "@jest/globals";
import { readFileSync } from "node:fs";
import path from "node:path";
import { eventSchema } from "../../runner/record/openlineage/testing/event-schema.ts";
import { linesOf, start } from "./testing/cli.ts";
import { guardedProject } from "./testing/guarded-project.ts";
import { TestProject } from "./testing/project.ts";

const cwd = path.resolve(import.meta.dirname, "../..");

async function lineage(...args: readonly string[]) {
  return start(["lineage", ...args], { cwd, env: { MERCADO_LAKE_BUCKET: "b" } }).ended;
}

test("a stranger reads where a column of gold comes from, at the lines where it is made", async () => {
  const { stdout, code } = await lineage("gold.sales.customer_id");
  const columns = stdout.split("\n").map((line) => /[a-z:]+\.\w+\.\w+/.exec(line)?.[0]);
  expect([code, columns.filter(Boolean)]).toEqual([
    0,
    [
      "gold.sales.customer_id",
      "work.sale_line.customer_id",
      "cleaned.customer.customer_id",
      "cleaned.checked_customer.customer_id",
      "raw.customer.id",
      "source:oltp.customer.id",
    ],
  ]);
  expect(stdout).toMatch(
    /`- cleaned\.customer\.customer_id \(transformation\) {2}models\/cleaned\/customer\.sql:\d+/,
  );
  expect(stdout).toMatch(/^[\x20-\x7e\n]*$/);
});

test("what is made of an address is found with its class, as one object for programs", async () => {
  const { stdout } = await lineage("oltp.customer.email", "--down", "--json");
  const [answer] = linesOf(stdout) as { columns: { id: string; classes: string[] }[] }[];
  const found = new Map(answer?.columns.map(({ id, classes }) => [id, classes]));
  expect(found.get("gold.customer.email")).toEqual(["pii.email"]);
  expect(found.get("cleaned.rejected_row.reason")).toContain("pii.email");
  expect(found.has("gold.sales.customer_id")).toBe(false);
});

test("a misspelt column is answered with the one that was meant, and exit code 2", async () => {
  const { stderr, code } = await lineage("gold.sales.custmer_id");
  expect(code).toBe(2);
  expect(stderr).toMatch(/LINEAGE_UNKNOWN_COLUMN[\s\S]*Did you mean "gold\.sales\.customer_id"\?/);
});

interface Told {
  readonly eventType: string;
  readonly run: { readonly runId: string };
  readonly job: { readonly name: string };
  readonly outputs: readonly {
    readonly name: string;
    readonly facets: { readonly columnLineage: { readonly fields: Record<string, object> } };
  }[];
}

test("a build tells OpenLineage of every step in events that its schema takes, each with one end, and which one failed", async () => {
  const project = new TestProject({
    ...guardedProject,
    "pipelines.yaml": guardedProject["pipelines.yaml"]!.replace(
      "    engine: duckdb\n",
      "    engine: duckdb\n    openlineage: { file: events.ndjson }\n",
    ),
    "tests/nobody.sql": `select 1 as one from {{ref "gold.person"}}\n`,
  });
  try {
    expect((await project.run(["build"])).code).toBe(1);
    const events = linesOf(readFileSync(path.join(project.folder, "events.ndjson"), "utf8"));
    const isValid = eventSchema();
    const problems = events.flatMap((event) => (isValid(event) ? [] : isValid.errors));
    expect(problems).toEqual([]);
    const told = events as unknown as readonly Told[];
    const types = (name: string) =>
      told.filter(({ job }) => job.name === name).map(({ eventType }) => eventType);
    expect(types("small.gold.person")).toEqual(["START", "COMPLETE"]);
    expect(types("small.test.nobody")).toEqual(["START", "FAIL"]);
    expect(types("small.local.production")).toEqual(["START", "FAIL"]);
    for (const { runId } of told.map(({ run }) => run)) {
      expect(told.filter(({ run }) => run.runId === runId)).toHaveLength(2);
    }
    const [person] = told.flatMap(({ outputs }) =>
      outputs.filter(({ name }) => name === "gold.person"),
    );
    expect(person?.facets.columnLineage.fields.email).toMatchObject({
      inputFields: [{ name: "raw.person", field: "email" }],
    });
  } finally {
    project.close();
  }
}, 60_000);
