import { beforeAll, expect, test } from "@jest/globals";
import type { AnalyzeQuery } from "../core/column-lineage.ts";
import { loadQueryAnalysis } from "./query/analyze.ts";
import { lineageOfTexts } from "./testing/text-lineage.ts";
import { rowFilterProblems } from "./row-filter-problems.ts";

let analyze: AnalyzeQuery;
beforeAll(async () => {
  analyze = await loadQueryAnalysis();
});

async function problemsOf(filter: string, relation = "gold.sales") {
  const { lineage, access } = await lineageOfTexts({
    "pipelines.yaml": `project: text
default_target: local
targets: { local: { engine: duckdb, warehouse: w.duckdb, lake: lake } }
access:
  roles:
    vendor: { zones: { raw: read, gold: read }, rows: { ${relation}: ${JSON.stringify(filter)} } }
`,
    "sources/oltp.yml": `source: oltp
connector: postgres
connection: oltp
tables:
  - name: sale
    key: [vendor_id]
    columns: [{ name: vendor_id, type: integer }, { name: qty, type: integer }]
`,
    "models/gold/sales.sql": 'select vendor_id, qty from {{source "oltp.sale"}}',
    "models/gold/sales.yml": `grain: G.
columns: [{ name: vendor_id, type: integer }, { name: qty, type: integer }]
`,
  });
  if (access === undefined) throw new Error("the project declares access");
  return rowFilterProblems(access, lineage, analyze).map(({ message }) => message);
}

test.each(["vendor_id = {{user.vendor_id}}", "vendor_id = {{ user.id }} and qty > 0", "true"])(
  "the filter %s is sound",
  async (filter) => {
    expect(await problemsOf(filter)).toEqual([]);
  },
);

test.each([
  ["vender_id = {{user.vendor_id}}", "a column that the relation has not"],
  ["vendor_id = = 1", "what is no SQL"],
  ["vendor_id in (select x from raw.secret)", "another relation"],
])("the filter %s names %s, and is told by check", async (filter) => {
  expect(await problemsOf(filter)).toHaveLength(1);
});

test("a filter of the raw zone may name what extraction adds to the source's columns", async () => {
  expect(await problemsOf("_extracted_at > '2026-01-01'", "raw.sale")).toEqual([]);
});
