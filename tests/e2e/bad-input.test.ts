import { beforeEach, describe, expect, test } from "@jest/globals";
import { cpSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openTestServices } from "../../local/testing.ts";
import { openDuckDb } from "../../runner/engine/duckdb/engine.ts";
import { codesIn, linesOf } from "./testing/cli.ts";
import type { Ended } from "./testing/cli.ts";
import { ShopDatabases } from "./testing/databases.ts";
import { fingerprint, inspect } from "./testing/inspect.ts";
import { openForTests } from "./testing/open-for-tests.ts";
import { TestProject } from "./testing/project.ts";
import { fillFirstDay, smallProject } from "./testing/small-project.ts";

let databases: ShopDatabases;
let project: TestProject;
let built: string;

openForTests(async (hold) => {
  const services = await hold(openTestServices());
  databases = await hold(ShopDatabases.create(services));
  project = await hold(new TestProject(smallProject, databases));
  await fillFirstDay(databases);
  await project.ok("build");
  built = join(project.folder, "built");
  cpSync(project.home, built, { recursive: true });
});

beforeEach(() => {
  project.takeHome(built);
  project.write(smallProject);
});

/** One diagnostic with this code and place, that exit code, and nothing on stdout. */
function expectOne(ended: Ended, expected: { code: string; at?: string; exit: 1 | 2 }): void {
  expect(codesIn(ended)).toEqual([expected.code]);
  expect(ended).toMatchObject({ code: expected.exit, stdout: "" });
  if (expected.at !== undefined) expect(ended.stderr).toContain(`  ${expected.at}`);
  expect(ended.stderr).not.toMatch(/\n\s+at /);
}

describe("a project that cannot be read", () => {
  interface Case {
    readonly what: string;
    readonly files: Readonly<Record<string, string>>;
    readonly code: string;
    readonly at: string;
    readonly says?: string;
  }
  const cases: readonly Case[] = [
    {
      what: "broken YAML",
      files: { "models/cleaned/cart.yml": "grain: [one\ncolumns: x" },
      code: "YAML_SYNTAX",
      at: "models/cleaned/cart.yml:2:",
    },
    {
      what: "a broken template",
      files: { "models/cleaned/cart.sql": 'select 1\nfrom {{source "shop.cart"' },
      code: "TEMPLATE_SYNTAX",
      at: "models/cleaned/cart.sql:2:",
    },
    {
      what: "an unknown ref",
      files: { "tests/payments_are_positive.sql": 'select * from {{ref "gold.paymet"}}' },
      code: "REF_UNKNOWN",
      at: "tests/payments_are_positive.sql:1:",
      says: 'Did you mean "gold.payment"?',
    },
    {
      what: "a cycle",
      files: {
        "models/cleaned/customer.sql": 'select customer_id, name from {{ref "gold.customer"}}',
      },
      code: "GRAPH_CYCLE",
      at: "models/",
      says: "cleaned.customer",
    },
    {
      what: "an unknown default target",
      files: {
        "pipelines.yaml": smallProject["pipelines.yaml"]!.replace("get: local", "get: locl"),
      },
      code: "TARGET_UNKNOWN",
      at: "pipelines.yaml:2:",
      says: 'Did you mean "local"?',
    },
  ];
  test.each(cases)("$what is found at its place, and nothing is touched", async (broken) => {
    project.write(broken.files);
    const before = fingerprint(project.home);
    const ended = await project.run(["build"]);
    expectOne(ended, { code: broken.code, at: broken.at, exit: 2 });
    if (broken.says !== undefined) expect(ended.stderr).toContain(broken.says);
    expect(fingerprint(project.home)).toEqual(before);
  });
});

describe("a command line that asks for what is not there", () => {
  const cases = [
    { args: ["build", "--select", "paymet"], code: "SELECT_NOTHING", says: '"payment"' },
    { args: ["build", "--target", "locl"], code: "TARGET_UNKNOWN", says: "local" },
    { args: ["query", "select * from gold.paymet"], code: "SQL_FAILED", says: '"payment"' },
  ];
  test.each(cases)("$args.0 $args.1 $args.2", async ({ args, code, says }) => {
    const before = fingerprint(project.home);
    const ended = await project.run(args);
    expectOne(ended, { code, exit: code === "SQL_FAILED" ? 1 : 2 });
    expect(ended.stderr).toContain(says);
    expect(fingerprint(project.home)).toEqual(before);
  });

  test("an unknown command or option is a usage error", async () => {
    const wrong = [["biuld"], ["build", "--thread", "4"], ["build", "--threads", "0"]];
    const ended = await Promise.all(wrong.map((args) => project.run(args)));
    for (const each of ended) expect(each).toMatchObject({ code: 2, stdout: "" });
  });
});

describe("a source", () => {
  const nothingListens = "127.0.0.1:1";

  test("that does not answer fails its step, and what stands on it is counted, not listed", async () => {
    const postgres = { MERCADO_POSTGRES_URL: `postgres://nobody@${nothingListens}/none` };
    const before = await inspect(project);
    const ended = await project.run(["build"], postgres);
    expectOne(ended, { code: "SOURCE_UNREACHABLE", at: "sources/oltp.yml:", exit: 1 });
    expect(ended.stderr).toContain(
      "skipped  4 relations and 14 data tests, because of extract.oltp\npublished 3 relations",
    );
    expect(ended.stderr).not.toContain("withheld");
    expect(await inspect(project)).toEqual(before);
  });

  test("of DynamoDB that does not answer fails its step", async () => {
    const endpoint = { MERCADO_DYNAMODB_ENDPOINT: `http://${nothingListens}` };
    const ended = await project.run(["build", "--select", "+cleaned.cart"], endpoint);
    expectOne(ended, { code: "SOURCE_UNREACHABLE", at: "sources/shop.yml:", exit: 1 });
  });

  test("that lost a column is found before anything is read, at the column's place", async () => {
    await databases.postgres.query("alter table customer rename column name to full_name");
    try {
      const before = await inspect(project);
      const ended = await project.run(["build"]);
      expectOne(ended, { code: "SOURCE_CONTRACT", at: "sources/oltp.yml:12:", exit: 1 });
      expect(ended.stderr).toContain('has no column "name"');
      expect(await inspect(project)).toEqual(before);
    } finally {
      await databases.postgres.query("alter table customer rename column full_name to name");
    }
  });

  test("that was rebuilt is not mixed with what was read before, until that is asked for", async () => {
    await databases.postgres.query(
      "create table database_identity as select 'another' as identity",
    );
    try {
      const before = await inspect(project);
      const ended = await project.run(["build"]);
      expectOne(ended, { code: "SOURCE_RESET", at: "sources/oltp.yml:", exit: 1 });
      expect(await inspect(project)).toEqual(before);

      const part = await project.run(["build", "--select", "raw.customer", "--full-refresh"]);
      expect(part.code).toBe(0);
      expectOne(await project.run(["build"]), { code: "SOURCE_RESET", exit: 1 });

      await project.ok("build", "--full-refresh");
      await project.ok("build");
    } finally {
      await databases.postgres.query("drop table database_identity");
    }
  });
});

describe("a source table that was set back in the same database", () => {
  test("by a restart of its sequence stops the build, which says what would be mixed", async () => {
    const { postgres } = databases;
    await postgres.query(`
      create sequence customer_id_seq owned by customer.id;
      select setval('customer_id_seq', greatest((select max(id) from customer), 1));
      alter table customer alter column id set default nextval('customer_id_seq');
      create table put_aside as select * from customer`);
    await project.ok("build");
    try {
      await postgres.query("truncate customer restart identity");
      await postgres.query("insert into customer (name, updated_at) values ('Zoe', now())");
      const before = await inspect(project);
      const ended = await project.run(["build"]);
      expectOne(ended, { code: "SOURCE_RESET", at: "sources/oltp.yml:", exit: 1 });
      expect(ended.stderr).toContain("the source's sequence is at 1 and its highest id is 1");
      expect(ended.stderr).toContain("--full-refresh");
      expect(await inspect(project)).toEqual(before);
    } finally {
      await postgres.query("truncate customer; insert into customer select * from put_aside");
      await postgres.query(`
        drop table put_aside;
        alter table customer alter column id drop default;
        drop sequence customer_id_seq`);
    }
    await project.ok("build");
  });
});

describe("a warehouse", () => {
  test("that another process holds is named with that process", async () => {
    const holder = await openDuckDb({ file: project.warehouse, threads: 1 });
    try {
      const [ended, json] = await Promise.all([
        project.run(["build"]),
        project.run(["build", "--json"]),
      ]);
      expectOne(ended, { code: "WAREHOUSE_BUSY", exit: 2 });
      expect(ended.stderr).toContain(`process ${process.pid}`);
      expect(linesOf(json.stdout)).toMatchObject([{ type: "diagnostic", code: "WAREHOUSE_BUSY" }]);
      expect(json).toMatchObject({ code: 2, stderr: "" });
    } finally {
      await holder.close();
    }
  });

  test("whose folder cannot be written is named", async () => {
    const file = join(project.folder, "a-file");
    writeFileSync(file, "");
    const ended = await project.run(["build"], { MERCADO_HOME: join(file, "home") });
    expect(codesIn(ended)).toHaveLength(1);
    expect(ended).toMatchObject({ code: 2, stdout: "" });
    expect(ended.stderr).toContain(file);
  });

  test("that is no DuckDB file is refused and left alone", async () => {
    writeFileSync(project.warehouse, "not a database".repeat(1000));
    expectOne(await project.run(["build"]), { code: "WAREHOUSE_FAILED", exit: 2 });
  });
});

describe("a lake", () => {
  test("with a broken manifest stops the build before anything is published", async () => {
    const manifest = join(project.lake, "raw", "payment", "_manifest.json");
    writeFileSync(manifest, "{");
    const ended = await project.run(["build"]);
    expectOne(ended, { code: "LAKE_CORRUPT", exit: 1 });
    expect(ended.stderr).toContain(manifest);
    rmSync(manifest);
    await project.ok("build");
    expect((await inspect(project)).problems).toEqual([]);
  });

  test("that lost its files says so with the way out, which works", async () => {
    const before = await inspect(project);
    rmSync(project.lake, { recursive: true });
    const ended = await project.run(["build", "--select", "+gold.payment"]);
    expectOne(ended, { code: "LAKE_CORRUPT", exit: 1 });
    expect(ended.stderr).toContain("-> Restore it, or");
    expect(ended.stderr).toContain("runner build --full-refresh");
    await project.ok("build", "--full-refresh");
    expect(await inspect(project)).toEqual(before);
  });
});
