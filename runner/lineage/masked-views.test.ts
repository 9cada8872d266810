import { expect, test } from "@jest/globals";
import { flowOfClasses } from "./classes.ts";
import { declaredClasses } from "./declared-classes.ts";
import { maskedViewProblems } from "./masked-views.ts";
import { lineageOfTexts } from "./testing/text-lineage.ts";
import { withClasses } from "./with-classes.ts";

const columns = "columns: [{ name: id, type: integer }, { name: email, type: varchar }]\n";
const model = (zone: string, from: string, materialized: string) => ({
  [`models/${zone}/person_${materialized}.sql`]: `select id, email from {{ref "${from}"}}`,
  [`models/${zone}/person_${materialized}.yml`]: `grain: G.\nmaterialized: ${materialized}\n${columns}`,
});

const base = {
  "pipelines.yaml": `project: text
default_target: local
targets: { local: { engine: duckdb, warehouse: w.duckdb, lake: lake } }
access:
  classes: { pii.email: { mask: hash } }
  roles:
    engineer: { zones: { raw: read, cleaned: read, gold: read }, clear: [pii] }
    analyst: { zones: { gold: read } }
`,
  "seeds/person.csv": "id,email\n1,a@example.org\n",
  "seeds/person.yml": `key: [id]\n${columns.replace("varchar", "varchar, class: pii.email")}`,
  ...model("cleaned", "raw.person", "table"),
  ...model("cleaned", "cleaned.person_table", "ephemeral"),
};

async function problemsWith(files: Readonly<Record<string, string>>) {
  const { lineage, compiled, access } = await lineageOfTexts({ ...base, ...files });
  if (access === undefined) throw new Error("the project declares access");
  const flow = flowOfClasses(lineage, declaredClasses(compiled));
  return maskedViewProblems(withClasses(compiled, flow).graph, access).map(
    ({ message }) => message,
  );
}

test("a view over what everybody who reads it sees in clear is sound", async () => {
  expect(await problemsWith(model("cleaned", "cleaned.person_table", "view"))).toEqual([]);
});

test("a view over what somebody sees masked is told, with the column and who", async () => {
  const files = {
    ...model("gold", "cleaned.person_table", "table"),
    ...model("gold", "gold.person_table", "view"),
  };
  expect(await problemsWith(files)).toEqual([
    "gold.person_view is a view and reads gold.person_table, of which analyst sees a mask of email.",
  ]);
});

test("what an ephemeral model reads is what its reader reads", async () => {
  const files = {
    ...model("gold", "cleaned.person_table", "table"),
    ...model("cleaned", "gold.person_table", "ephemeral"),
    ...model("work", "cleaned.person_ephemeral", "view"),
  };
  expect(await problemsWith(files)).toHaveLength(1);
});

test.each([
  ["ignore", "clear: [pii]", 0],
  ["evolve", "clear: [pii]", 1],
  ["evolve", 'clear: ["*"]', 0],
])(
  "a view over a source under on_schema_change: %s, of a role with %s, has %s problems",
  async (policy, clear, count) => {
    const files = {
      "pipelines.yaml": base["pipelines.yaml"].replace("clear: [pii]", clear),
      "sources/oltp.yml": `source: oltp
connector: postgres
connection: oltp
tables:
  - name: item
    key: [id]
    on_schema_change: ${policy}
    columns: [{ name: id, type: integer }, { name: email, type: text, class: pii.email }]
`,
      ...model("cleaned", "raw.item", "view"),
    };
    expect(await problemsWith(files)).toHaveLength(count);
  },
);
