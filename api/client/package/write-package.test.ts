import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { openTestShop } from "../../testing.ts";
import { CONSUMER, WRONG_CALLS } from "./consumer.ts";
import { PACKAGE_NAME, writeClientPackage } from "./write-package.ts";

/** The compiler takes some seconds each time, and several times that on a busy machine. */
const LONG = 180_000;

const run = promisify(execFile);
const { resolve } = createRequire(import.meta.url);
const compiler = resolve("typescript/bin/tsc");

/** Outside this repository, with nothing installed but the client and the packages that it asks for. */
let project: string;
let client: string;

beforeAll(async () => {
  project = mkdtempSync(join(tmpdir(), "mercado-consumer-"));
  client = join(project, "node_modules", PACKAGE_NAME);
  await writeClientPackage(client);
  for (const peer of Object.keys(readPackage().peerDependencies)) {
    const source = dirname(resolve(`${peer}/package.json`));
    cpSync(source, join(project, "node_modules", peer), { recursive: true, dereference: true });
  }
  writeFileSync(join(project, "package.json"), '{ "type": "module" }');
  const compilerOptions = {
    target: "es2022",
    lib: ["es2022", "dom", "dom.iterable", "esnext.disposable"],
    module: "nodenext",
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: false,
    types: [],
  };
  writeFileSync(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions }));
  writeFileSync(join(project, "process.d.ts"), "declare const process: { argv: string[] };");
}, LONG);
afterAll(() => {
  rmSync(project, { recursive: true, force: true });
});

function readPackage() {
  return JSON.parse(readFileSync(join(client, "package.json"), "utf8")) as {
    peerDependencies: Record<string, string>;
  };
}

/** What the compiler says of the files in the project; empty when they compile. */
async function compile(source: string): Promise<string> {
  writeFileSync(join(project, "consumer.ts"), source);
  return run(process.execPath, [compiler, "-p", project], { cwd: project }).then(
    () => "",
    (error: unknown) => (error as { stdout: string }).stdout,
  );
}

test(
  "a storefront outside this repository compiles against the package, and buys with it",
  async () => {
    expect(await compile(CONSUMER)).toBe("");
    const shop = await openTestShop();
    try {
      const { stdout } = await run(process.execPath, ["consumer.js", shop.url], { cwd: project });
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
    const output = await compile([...head, ...WRONG_CALLS].join("\n"));
    const lines = [...output.matchAll(/^consumer\.ts\((\d+),/gm)].map((match) => Number(match[1]));
    const expected = WRONG_CALLS.map((_call, index) => head.length + index + 1);
    expect([...new Set(lines)].sort((left, right) => left - right)).toEqual(expected);
  },
  LONG,
);

test("the package holds the client alone: no source, no zod, no database, no path of this repository", () => {
  expect(readdirSync(client).sort()).toEqual([
    "README.md",
    "index.d.ts",
    "index.js",
    "package.json",
  ]);
  const imported = ["index.d.ts", "index.js"].flatMap((name) =>
    [...readFileSync(join(client, name), "utf8").matchAll(/(?:from|import\() ?"([^"]+)"/g)].map(
      (match) => match[1],
    ),
  );
  const peers = Object.keys(readPackage().peerDependencies);
  expect([...new Set(imported)].sort()).toEqual(peers);
  const types = readFileSync(join(client, "index.d.ts"), "utf8");
  expect(types).not.toMatch(/zod|ConnectionPool|DynamoDBClient|reachKillPoint|[:<] ?any\b/);
  expect(types).toContain("ctx: object;");
});

test("an editor shows what procedures and fields are for", () => {
  const types = readFileSync(join(client, "index.d.ts"), "utf8");
  expect(types).toMatch(/\/\*\* [^*]+ \*\/\s+history: ShopQuery/);
  expect(types).toMatch(/\/\*\* [^*]+ \*\/\s+expectedTotal: string/);
  expect(types).toMatch(/export interface Item \{\s+id: number;/);
});
