import { expect, test } from "@jest/globals";
import { classProblems, printPath } from "./class-problems.ts";
import { flowOfClasses } from "./classes.ts";
import { declaredClasses } from "./declared-classes.ts";
import { customerSource, lineageOfTexts } from "./testing/text-lineage.ts";

const base = {
  "pipelines.yaml": `project: text
default_target: local
targets: { local: { engine: duckdb, warehouse: w.duckdb, lake: lake } }
access:
  classes:
    pii.email: { description: Addresses., mask: hash }
    pii.name: { description: Names., mask: hide }
  roles:
    engineer: { description: All., zones: { raw: write, cleaned: write }, clear: [pii], members: ["*"] }
    analyst: { description: Gold., zones: { gold: read }, clear: [pii.name], members: ["*"] }
`,
  "sources/oltp.yml": customerSource(
    "name: email, type: text, class: pii.email, description: E.",
    "name: name, type: text, class: pii.name, description: N.",
  ),
  "models/cleaned/person.sql": `select id, lower(email) as mail, name from {{source "oltp.customer"}}`,
  "models/cleaned/person.yml": model("id", "mail", "name"),
};

function model(...columns: readonly string[]): string {
  const listed = columns.map((column) => {
    const [name = "", rest] = column.split(";");
    const more = rest === undefined ? "" : `, ${rest}`;
    return `  - { name: ${name}, type: varchar, description: C.${more} }\n`;
  });
  return `description: D.\ngrain: G.\nmaterialized: table\ncolumns:\n${listed.join("")}`;
}

async function problemsOf(gold: string, ...columns: readonly string[]) {
  const { lineage, compiled, access } = await lineageOfTexts({
    ...base,
    "models/gold/contact.sql": gold,
    "models/gold/contact.yml": model(...columns),
  });
  if (access === undefined) throw new Error("the project declares access");
  const flow = flowOfClasses(lineage, declaredClasses(compiled));
  return { flow, problems: classProblems(compiled, access, flow) };
}

test.each([
  ["select mail from", "as it is"],
  ["select upper(substring(mail, 1, 3)) as mail from", "in an expression"],
  ["select max(mail) as mail from", "in an aggregate"],
  ["select case when mail = 'a@b.c' then 1 end as mail from", "as a condition"],
  ["select count(*) filter (where mail like 'a%') as mail from", "as a filter of an aggregate"],
  ["select (select max(1) from (select 1) as s where mail = 'x') as mail from", "in a subquery"],
  ["select 'x' as mail union all select mail from", "in one side of a union"],
])(
  "a class that nobody may see in a zone is told, however the column is made: %s (%s)",
  async (sql) => {
    const { problems } = await problemsOf(`${sql} {{ref "cleaned.person"}}`, "mail");
    expect(problems.map(({ code, place }) => [code, place?.file])).toEqual([
      ["ACCESS_UNREADABLE_CLASS", "models/gold/contact.yml"],
    ]);
  },
);

test("the message shows the way from the source and the ways out", async () => {
  const sql = `select coalesce(mail, 'none') as mail, name from {{ref "cleaned.person"}}`;
  const { problems } = await problemsOf(sql, "mail", "name");
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatchObject({
    message:
      "gold.contact.mail has the class pii.email, which no role that reads it may see in clear (analyst).",
    cause:
      "It comes by raw.customer.email -> cleaned.person.mail (transformation) -> gold.contact.mail (transformation).",
    hint: expect.stringMatching(
      /Drop the column.*declassify and a reason.*let a role of the zone gold/,
    ),
  });
});

test("a column that is declassified with a reason, and what is made of it, has the class no more", async () => {
  const sql = `select mail is not null as has_mail from {{ref "cleaned.person"}}`;
  const column =
    "has_mail;declassify: { classes: [pii.email], reason: Only whether there is one. }";
  const { problems, flow } = await problemsOf(sql, column);
  expect(problems).toEqual([]);
  expect(flow.classes.get("gold.contact.has_mail")).toBeUndefined();
  const [path] = flow.classes.get("cleaned.person.mail")?.values() ?? [];
  expect(printPath(path ?? [])).toBe("raw.customer.email -> cleaned.person.mail (transformation)");
});

test("declassifying one class leaves the others, and one of a class that does not arrive is told", async () => {
  const sql = `select mail || name as both_of, id as plain from {{ref "cleaned.person"}}`;
  const { problems } = await problemsOf(
    sql,
    "both_of;declassify: { classes: [pii.name], reason: R. }",
    "plain;declassify: { reason: R. }",
  );
  expect(problems.map(({ code, message }) => `${code} ${message}`)).toEqual([
    expect.stringMatching(/^ACCESS_UNREADABLE_CLASS gold.contact.both_of has the class pii.email/),
    "ACCESS_NEEDLESS_DECLASSIFY gold.contact.plain is declassified, and no class at all reaches it.",
  ]);
});

test("what only decides which rows there are carries no class", async () => {
  const sql = `select id from {{ref "cleaned.person"}} where mail like '%@%' order by mail`;
  expect((await problemsOf(sql, "id")).problems).toEqual([]);
});
