import { beforeAll, expect, test } from "@jest/globals";
import type { Access } from "../core/access.ts";
import type { AnalyzeQuery } from "../core/column-lineage.ts";
import { loadQueryAnalysis } from "./query/analyze.ts";
import { rowFilterProblems } from "./row-filter-problems.ts";

let analyze: AnalyzeQuery;
beforeAll(async () => {
  analyze = await loadQueryAnalysis();
});

function problemsOf(filter: string) {
  const place = { file: "pipelines.yaml", line: 1, column: 1 };
  const access: Access = {
    classes: [],
    maskKey: "",
    roles: [
      {
        ...{
          name: "vendor",
          description: "",
          zones: { gold: "read" },
          clear: [],
          members: [],
          place,
        },
        rows: { "gold.sales": filter },
        limits: { seconds: 1, memoryBytes: 1, rows: 1 },
      },
    ],
  };
  const columnsOf = (relation: string) =>
    relation === "gold.sales" ? ["vendor_id", "qty"] : ["x"];
  return rowFilterProblems(access, columnsOf, analyze).map(({ message }) => message);
}

test.each(["vendor_id = {{user.vendor_id}}", "vendor_id = {{ user.id }} and qty > 0", "true"])(
  "the filter %s is sound",
  (filter) => {
    expect(problemsOf(filter)).toEqual([]);
  },
);

test.each([
  ["vender_id = {{user.vendor_id}}", "a column that the relation has not"],
  ["vendor_id = = 1", "what is no SQL"],
  ["vendor_id in (select x from raw.secret)", "another relation"],
])("the filter %s names %s, and is told by check", (filter) => {
  expect(problemsOf(filter)).toHaveLength(1);
});
