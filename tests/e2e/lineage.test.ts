import { expect, test } from "@jest/globals";
import path from "node:path";
import { linesOf, start } from "./testing/cli.ts";

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
