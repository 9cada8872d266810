import { beforeEach, afterEach, describe, expect, test } from "@jest/globals";
import { openTestServices } from "../../local/testing.ts";
import { linesOf } from "./testing/cli.ts";
import { ShopDatabases } from "./testing/databases.ts";
import { openForTests } from "./testing/open-for-tests.ts";
import { TestProject } from "./testing/project.ts";
import { smallProject } from "./testing/small-project.ts";

let databases: ShopDatabases;
let project: TestProject;

openForTests(async (hold) => {
  const services = await hold(openTestServices());
  databases = await hold(ShopDatabases.create(services));
});

const { "pipelines.yaml": pipelines = "" } = smallProject;

/** The YAML of the one table, item. */
function sourceYaml(policy: string, columns: readonly string[], more = ""): string {
  return `source: oltp
connector: postgres
connection: oltp
tables:
  - name: item
    key: [id]
    extract: incremental
    cursor: updated_at
    lookback: 0 seconds
    on_schema_change: ${policy}
${more}    columns:
${columns.map((column) => `      - { ${column} }`).join("\n")}
`;
}

const declared = [
  "name: id, type: integer, nullable: false",
  "name: price, type: integer",
  "name: updated_at, type: timestamptz",
];

beforeEach(async () => {
  await databases.postgres.query(`
    drop table if exists item;
    create table item (id integer primary key, price integer, updated_at timestamptz);
    insert into item values (1, 10, '2026-03-01T10:00:00Z'), (2, 20, '2026-03-01T11:00:00Z')`);
  project = new TestProject(
    { "pipelines.yaml": pipelines, "sources/oltp.yml": sourceYaml("evolve", declared) },
    databases,
  );
});

afterEach(() => {
  project.close();
});

async function rows(query = "select * exclude (_extracted_at) from raw.item order by all") {
  return linesOf((await project.ok("query", query, "--json")).stdout);
}

const change = (statements: string) => databases.postgres.query(statements);

describe("a source that changes under on_schema_change: evolve", () => {
  test("gives raw its new columns and wider types, a second build nothing, and a refresh the same columns", async () => {
    await project.ok("build");
    await change(`
      alter table item add column "order" text;
      alter table item alter column price type bigint;
      insert into item values (3, 5000000000, '2026-03-02T10:00:00Z', 'third')`);
    const evolved = await project.ok("build");
    expect(evolved.stderr).toContain(
      "raw.item.order is text in the source: raw adds it as varchar.",
    );
    expect(evolved.stderr).toContain("raw.item.price is bigint in the source: raw takes bigint.");
    const grown = [
      { id: 1, price: "10", updated_at: "2026-03-01 10:00:00+00", order: null },
      { id: 2, price: "20", updated_at: "2026-03-01 11:00:00+00", order: null },
      { id: 3, price: "5000000000", updated_at: "2026-03-02 10:00:00+00", order: "third" },
    ];
    const query =
      'select distinct id, price::varchar as price, updated_at::varchar as updated_at, "order" from raw.item order by id';
    expect(await rows(query)).toEqual(grown);
    const again = await project.ok("build");
    expect(again.stderr).not.toContain("note");
    expect(await rows(query)).toEqual(grown);
    await project.ok("lake", "verify");
    const described = await rows("describe raw.item");
    await project.ok("build", "--full-refresh");
    expect(await rows("describe raw.item")).toEqual(described);
    expect(await rows(query)).toEqual(grown);
  });

  test("leaves a column that is gone null, and one that it had added with what it held", async () => {
    await change("alter table item add column note text; update item set note = 'old'");
    await project.ok("build");
    await change(`
      alter table item drop column price, drop column note;
      insert into item values (3, '2026-03-02T10:00:00Z')`);
    const { stderr } = await project.ok("build");
    expect(stderr).toContain("raw.item.price is no longer in the source: it is null from now on.");
    expect(
      await rows(
        "select id, max(price) as price, max(note) as note from raw.item group by id order by id",
      ),
    ).toEqual([
      { id: 1, price: 10, note: "old" },
      { id: 2, price: 20, note: "old" },
      { id: 3, price: null, note: null },
    ]);
    await project.ok("build", "--full-refresh");
    expect(await rows("select id, price from raw.item order by id")).toEqual([
      { id: 1, price: null },
      { id: 2, price: null },
      { id: 3, price: null },
    ]);
  });

  test("stops when a type narrowed, and goes on once that is declared", async () => {
    await project.ok("build");
    await change("alter table item alter column price type smallint");
    const { code, stderr } = await project.run(["build"]);
    expect(code).toBe(1);
    expect(stderr).toContain("declared as integer, but the source has smallint");
    expect(stderr).toContain("declare type: smallint");
    const narrower = declared.map((column) =>
      column.replace("price, type: integer", "price, type: smallint"),
    );
    project.write({ "sources/oltp.yml": sourceYaml("evolve", narrower) });
    await project.ok("build");
  });
});

describe("a table whose YAML changed", () => {
  test("is read again from the beginning where earlier rows are none of it", async () => {
    await project.ok("build");
    await change("alter table item add column code text not null default 'x'");
    const more = [...declared, "name: code, type: text, nullable: false"];
    project.write({ "sources/oltp.yml": sourceYaml("ignore", more) });
    const { stderr } = await project.ok("build");
    expect(stderr).toContain(
      "raw.item is read again from the beginning: its rows have no code, which is never null.",
    );
    expect(await rows("select id, code from raw.item order by id")).toEqual([
      { id: 1, code: "x" },
      { id: 2, code: "x" },
    ]);
  });
});
