import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { openTestShop } from "../../testing.ts";
import { CONSUMER, WRONG_CALLS } from "./consumer.ts";
import { openConsumerProject, type ConsumerProject } from "./testing.ts";

/** The compiler takes some seconds each time, and several times that on a busy machine. */
const LONG = 180_000;

let project: ConsumerProject;
beforeAll(async () => {
  project = await openConsumerProject();
}, LONG);
afterAll(() => {
  project.remove();
});

test(
  "a storefront outside this repository compiles against the package, and buys with it",
  async () => {
    expect(await project.compile({ "consumer.ts": CONSUMER })).toBe("");
    const shop = await openTestShop();
    try {
      const stdout = await project.run(["consumer.js", shop.url]);
      expect(JSON.parse(stdout)).toEqual({
        joined: true,
        items: ["Desk"],
        everything: 1,
        shown: "25.00",
        bought: "25.00",
        history: [true],
        refused: "ITEM_NOT_FOUND",
      });
    } finally {
      await shop.close();
    }
  },
  LONG,
);

test(
  "a wrong field, type, kind of call or name does not compile, each at its own line",
  async () => {
    const head = CONSUMER.slice(0, CONSUMER.indexOf("const person")).trimEnd().split("\n");
    const output = await project.compile({
      "consumer.ts": [...head, ...WRONG_CALLS].join("\n"),
    });
    const lines = [...output.matchAll(/^consumer\.ts\((\d+),/gm)].map((match) => Number(match[1]));
    const expected = WRONG_CALLS.map((_call, index) => head.length + index + 1);
    expect([...new Set(lines)].sort((left, right) => left - right)).toEqual(expected);
  },
  LONG,
);

test("the package holds the client alone: no source, no zod, no database, no path of this repository", () => {
  expect(readdirSync(project.client).sort()).toEqual([
    "README.md",
    "index.d.ts",
    "index.js",
    "package.json",
  ]);
  const imported = ["index.d.ts", "index.js"].flatMap((name) =>
    [
      ...readFileSync(join(project.client, name), "utf8").matchAll(/(?:from|import\() ?"([^"]+)"/g),
    ].map((match) => match[1]),
  );
  expect([...new Set(imported)].sort()).toEqual(project.peers);
  const types = readFileSync(join(project.client, "index.d.ts"), "utf8");
  expect(types).not.toMatch(/zod|ConnectionPool|DynamoDBClient|reachKillPoint|[:<] ?any\b/);
  expect(types).toContain("ctx: object;");
});

test("an editor shows what procedures and fields are for", () => {
  const types = readFileSync(join(project.client, "index.d.ts"), "utf8");
  expect(types).toMatch(/\/\*\* [^*]+ \*\/\s+history: ShopQuery/);
  expect(types).toMatch(/\/\*\* [^*]+ \*\/\s+expectedTotal: string/);
  expect(types).toMatch(/export interface Item \{\s+id: number;/);
});
