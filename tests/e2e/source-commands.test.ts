import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { openTestServices } from "../../local/testing.ts";
import { linesOf } from "./testing/cli.ts";
import { ShopDatabases } from "./testing/databases.ts";
import { openForTests } from "./testing/open-for-tests.ts";
import { TestProject } from "./testing/project.ts";
import { cart, smallProject } from "./testing/small-project.ts";

let databases: ShopDatabases;
let project: TestProject;

openForTests(async (hold) => {
  const services = await hold(openTestServices());
  databases = await hold(ShopDatabases.create(services));
});

const file = "sources/oltp.yml";
const yaml = `# The shop.
source: oltp
connector: postgres
connection: oltp
tables:
  - name: item
    key: [id]
    extract: incremental
    cursor: updated_at
    freshness: { warn_after: 2 hours, error_after: 1 day }
    columns:
      - { name: id, type: integer, nullable: false } # the key
      - { name: price, type: integer }
      - { name: updated_at, type: timestamptz }
# The end.
`;

beforeEach(async () => {
  await databases.postgres.query(`
    drop table if exists item, vendor;
    create table item (
      id integer primary key, price numeric(10,2) not null, updated_at timestamptz(6), "order" text);
    create table vendor (
      code varchar(3) not null, region text not null, "fullName" text, modified_at timestamp(3),
      primary key (region, code));
    create index on vendor (modified_at);
    comment on table vendor is 'Who "sells".'`);
  project = new TestProject(
    {
      "pipelines.yaml": smallProject["pipelines.yaml"] ?? "",
      [file]: yaml,
      "sources/shop.yml": smallProject["sources/shop.yml"] ?? "",
    },
    databases,
  );
});

afterEach(() => {
  project.close();
});

const read = () => readFileSync(join(project.folder, file), "utf8");

describe("source check", () => {
  test("shows each difference with what a build would do, and fails where it would stop", async () => {
    await databases.putItems([{ ...cart(1, 1), note: { S: "gift" } }]);
    const { code, stdout, stderr } = await project.run(["source", "check"]);
    expect(code).toBe(1);
    expect(stdout).toBe(
      [
        "table     | on_schema_change | column | declared | in the source | a build",
        "oltp.item | ignore           | price  | integer  | numeric(10,2) | stops",
        "          |                  | order  |          | text          | leaves it out",
        "shop.cart | ignore           | note   |          | S in 1 row    | keeps it in _item",
        "          |                  | sk     |          | S in 1 row    | keeps it in _item",
        "",
      ].join("\n"),
    );
    expect(stderr).toContain("sources/oltp.yml:13:");
    expect(stderr).toContain("looked at in a sample of up to 1 item");
    expect(stderr).toContain("2 tables compared. A build would stop at oltp.item.");
    expect((await project.run(["build", "--select", "raw.item"])).code).toBe(1);
  });

  test("finds in a sample what items hold that their columns do not take", async () => {
    await databases.putItems([{ ...cart(1, 1), version: { S: "one" } }]);
    const checked = await project.run(["source", "check", "shop.cart", "--json"]);
    expect(checked.code).toBe(1);
    expect(linesOf(checked.stdout)).toMatchObject([
      { table: "cart", stops: true, sampled_items: 1, differences: [{ column: "version" }, {}] },
    ]);
    await databases.putItems([cart(1, 1)]);
    expect((await project.run(["source", "check", "shop"])).code).toBe(0);
  });

  test("knows what was meant by a misspelt name", async () => {
    const { code, stderr } = await project.run(["source", "check", "oltp.itm"]);
    expect(code).toBe(2);
    expect(stderr).toContain('Did you mean "oltp.item"?');
  });
});

describe("source infer", () => {
  test("prints a table that nobody declared, with its key, its cursor and why", async () => {
    const { stdout } = await project.ok("source", "infer", "oltp.vendor");
    expect(stdout).toBe(`- name: vendor
  description: "Who \\"sells\\"."
  key: [code, region]
  extract: incremental
  cursor: modified_at # a guess by its name; it has an index: an increment reads the newest rows alone
  lookback: 1 hour # as long as the longest transaction that writes to it
  columns:
    - { name: code, type: varchar(3), nullable: false }
    - { name: region, type: text, nullable: false }
    - { name: modified_at, type: timestamp(3) }
    # fullName (text) is left out: its name is not lower snake case
`);
    expect(read()).toBe(yaml);
  });

  test("--write makes check find no difference, keeps all other lines, and does nothing the second time", async () => {
    await project.ok("source", "infer", "oltp", "--write");
    const written = read();
    expect(written).toContain("# The shop.\nsource: oltp\n");
    expect(written).toContain("- { name: id, type: integer, nullable: false } # the key\n");
    expect(written).toContain('- { name: price, type: "numeric(10,2)" }\n');
    expect(written).toContain("- { name: order, type: text }\n  - name: vendor\n");
    expect(written.endsWith("# The end.\n")).toBe(true);
    const checked = linesOf((await project.ok("source", "check", "oltp", "--json")).stdout);
    expect(checked.map(({ stops }) => stops)).toEqual([false, false]);
    await project.ok("source", "infer", "oltp", "--write");
    expect(read()).toBe(written);
    await project.ok("extract", "--select", "source:oltp");
  });

  test("writes the file of a connection that has none, and columns for what a sample's items hold", async () => {
    project.remove(file);
    await project.ok("source", "infer", "oltp", "--write");
    await databases.putItems([
      {
        ...cart(1, 1),
        note: { S: "gift" },
        total: { N: "1.5" },
        at: { S: "2026-03-01T00:00:00Z" },
      },
    ]);
    const { stdout } = await project.ok("source", "infer", "shop.cart");
    expect(stdout).toContain("# shop.cart\ncolumns:\n  - { name: cart_id,");
    expect(stdout).toContain('- { name: total, type: "numeric(18,2)" }');
    expect(stdout).toContain("- { name: at, type: timestamptz }");
    await project.ok("source", "infer", "shop.cart", "--write");
    await project.ok("extract");
    expect(
      linesOf((await project.ok("query", "select total, note from raw.cart", "--json")).stdout),
    ).toEqual([{ total: "1.50", note: "gift" }]);
  });
});

describe("source freshness", () => {
  const put = (age: string) =>
    databases.postgres.query(`insert into item values (1, 1, now() - interval '${age}', null)
      on conflict (id) do update set updated_at = excluded.updated_at`);

  test.each([
    ["10 minutes", "pass", 0],
    ["3 hours", "warn", 0],
    ["3 days", "error", 1],
  ])("of a newest row of %s ago is %s", async (age, status, code) => {
    await put(age);
    const ended = await project.run(["source", "freshness", "--json"]);
    expect(ended.code).toBe(code);
    expect(linesOf(ended.stdout)).toMatchObject([{ source: "oltp.item", status }]);
  });

  test("of a table without a row is an error, and of one that cannot be read a runtime error", async () => {
    expect((await project.run(["source", "freshness", "oltp.item"])).stdout).toContain(
      "error  | no row",
    );
    await databases.postgres.query("drop table item");
    const { code, stdout } = await project.run(["source", "freshness"]);
    expect(code).toBe(1);
    expect(stdout).toContain("runtime error");
  });

  test("lets source_status:fresher select what has newer rows than were built", async () => {
    project.write({ [file]: yaml.replace("price, type: integer", 'price, type: "numeric(10,2)"') });
    await put("3 hours");
    await project.ok("build", "--select", "raw.item");
    const fresher = async () =>
      (await project.run(["ls", "--select", "source_status:fresher"])).stdout;
    await project.ok("source", "freshness");
    expect(await fresher()).toBe("");
    await put("1 hour");
    await project.ok("source", "freshness");
    expect(await fresher()).toBe("raw.item\n");
    await project.ok("build", "--select", "source_status:fresher");
    expect(await fresher()).toBe("");
  });

  test("that nothing declares, or that nobody could measure, is told", async () => {
    project.write({ [file]: yaml.replace("warn_after: 2 hours, error_after: 1 day", "") });
    expect((await project.run(["source", "freshness"])).stderr).toContain("names no age");
    project.remove(file);
    expect((await project.run(["source", "freshness"])).stderr).toContain("declares freshness");
  });
});
