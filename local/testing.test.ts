import { expect, test } from "@jest/globals";
import { existsSync, mkdirSync, chmodSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as homes from "./fixtures/homes.ts";
import { makeTestHome, openTestServices } from "./testing.ts";
import { openServices } from "./services.ts";

test("each test has services of its own, whatever the environment names, and they vanish on close", async () => {
  process.env["MERCADO_POSTGRES_URL"] = "postgres://production.example/shop";
  try {
    const [one, two] = await Promise.all([openTestServices(), openTestServices()]);
    expect(new URL(one.postgresUrl).hostname).toBe("127.0.0.1");
    await homes.query(one, "create table here ()");
    expect(await homes.query(two, "select to_regclass('here') as found")).toEqual([
      { found: null },
    ]);
    await Promise.all([one.close(), two.close()]);
    for (const { home } of [one, two]) {
      expect(homes.processesOf(home)).toEqual([]);
      expect(existsSync(home)).toBe(false);
    }
  } finally {
    delete process.env["MERCADO_POSTGRES_URL"];
  }
});

test("a test can create databases of its own beside the given one", async () => {
  const services = await openTestServices();
  await homes.query(services, "create database another");
  const url = new URL(services.postgresUrl);
  url.pathname = "/another";
  expect(
    await homes.query({ ...services, postgresUrl: url.href }, "select current_database() as name"),
  ).toEqual([{ name: "another" }]);
  await services.close();
});

const asRoot = process.getuid?.() === 0 ? test : test.skip;

asRoot("root can keep a home where Postgres's own user cannot enter", async () => {
  const closed = makeTestHome();
  chmodSync(closed, 0o700);
  const home = join(closed, "home");
  mkdirSync(home);
  const first = await homes.open(home);
  await homes.query(first, "create table kept as select 42 as answer");
  await first.close();
  const { folder } = JSON.parse(readFileSync(join(home, "postgres.json"), "utf8")) as {
    folder: string;
  };

  const second = await openServices({ home, env: {}, temporary: true });
  expect(await homes.query(second, "select * from kept")).toEqual([{ answer: 42 }]);
  await second.close();
  expect(existsSync(home)).toBe(false);
  expect(existsSync(folder)).toBe(false);
  homes.removeHome(closed);
});
