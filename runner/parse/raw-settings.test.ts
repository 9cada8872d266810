import { expect, test } from "@jest/globals";
import { parseSources } from "./sources.ts";

function sourceOf(connector: "postgres" | "dynamodb", settings: string) {
  const more =
    connector === "postgres"
      ? ["connector: postgres"]
      : ["connector: dynamodb", "dynamodb_table: shop"];
  const text = [
    "source: oltp",
    ...more,
    "connection: oltp",
    "tables:",
    "  - name: item",
    "    key: [id]",
    ...(connector === "dynamodb" ? ["    sort_key_prefix: ITEM"] : []),
    ...settings.split("\n").map((line) => `    ${line}`),
    "    columns:",
    "      - { name: id, type: integer }",
    '      - { name: price, type: "numeric(10,2)" }',
    "      - { name: weight, type: double }",
    "      - { name: updated_at, type: timestamptz }",
    "      - { name: deleted_at, type: timestamptz }",
  ].join("\n");
  return parseSources([{ file: "sources/oltp.yml", text }]);
}

const incremental = "extract: incremental\ncursor: updated_at";

test("what a table's YAML says of totals, deletes and partitions is read", () => {
  const { tables, diagnostics } = sourceOf(
    "postgres",
    `${incremental}\ncontrol_totals: [price]\ntotals_of: table\ndeletes: detect\npartition_by: updated_at`,
  );
  expect(diagnostics).toEqual([]);
  expect(tables[0]).toMatchObject({
    controlTotals: ["price"],
    totalsOf: "table",
    deletes: { by: "keys" },
    partitionBy: "updated_at",
  });
  const soft = sourceOf("dynamodb", `${incremental}\ndeletes: { column: deleted_at }`);
  expect(soft.diagnostics).toEqual([]);
  expect(soft.tables[0]?.deletes).toEqual({ by: "column", column: "deleted_at" });
});

test.each([
  ["postgres", "control_totals: [prise]", /no column "prise"/, /price/],
  ["postgres", "control_totals: [weight]", /no exact number/, undefined],
  ["postgres", "partition_by: price", /no date or timestamp/, undefined],
  ["postgres", "deletes: detect", /extracted in full/, /Leave deletes out/],
  ["postgres", `${incremental}\ndeletes: { column: gone_at }`, /no column "gone_at"/, undefined],
  ["dynamodb", `${incremental}\ndeletes: detect`, /Only Postgres reads/, /extract: full/],
  ["dynamodb", `${incremental}\ntotals_of: table`, /Only Postgres adds up/, /extract: full/],
] as const)("a %s table with %j is refused at its line", (connector, settings, message, hint) => {
  const [diagnostic, ...others] = sourceOf(connector, settings).diagnostics;
  expect(others).toEqual([]);
  expect(diagnostic).toMatchObject({ code: "YAML_SCHEMA", place: { file: "sources/oltp.yml" } });
  expect(diagnostic?.message).toMatch(message);
  if (hint !== undefined) expect(diagnostic?.hint).toMatch(hint);
});
