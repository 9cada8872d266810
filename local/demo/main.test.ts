import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as homes from "../fixtures/homes.ts";
import { makeTestHome } from "../testing.ts";
import { readDiary } from "./diary.ts";

let home: string;
beforeEach(() => {
  home = makeTestHome();
});
afterEach(() => {
  homes.removeHome(home);
});

/** Runs the demo; it is interrupted as soon as it has said `until`. */
async function demo(options: { words?: string[]; env?: NodeJS.ProcessEnv; until?: string }) {
  const env = { PATH: process.env["PATH"], MERCADO_HOME: home, ...options.env };
  const child = homes.startScript("../demo/main.ts", options.words ?? [], env);
  const exit = homes.exitOf(child);
  let stderr = "";
  let stdout = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => (stdout += chunk));
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    stderr += chunk;
    if (options.until !== undefined && stderr.includes(options.until)) child.kill("SIGINT");
  });
  const code = await exit;
  return { code, stdout, stderr, lines: stderr.trimEnd().split("\n") };
}

describe("a demo that cannot begin ends with 2, a code, the cause and the way out", () => {
  test("where nobody answers, and is not taken for an interrupted one", async () => {
    const postgres = await demo({
      env: { MERCADO_POSTGRES_URL: "postgres://u:secret@127.0.0.1:1/x" },
    });
    expect(postgres).toMatchObject({ code: 2, stdout: "" });
    expect(postgres.lines).toEqual([
      "API_POSTGRES_UNREACHABLE",
      "No Postgres answers at 127.0.0.1:1: connect ECONNREFUSED 127.0.0.1:1",
      "-> Check MERCADO_POSTGRES_URL and that the server runs.",
    ]);
    expect(existsSync(join(home, "demo.json"))).toBe(false);
  });

  test("in a home that it cannot write to", async () => {
    writeFileSync(join(home, "file"), "");
    const { code, lines } = await demo({ env: { MERCADO_HOME: join(home, "file", "home") } });
    expect(code).toBe(2);
    expect(lines).toEqual([
      "LOCAL_HOME_NOT_WRITABLE",
      expect.stringContaining(join(home, "file")),
      expect.stringMatching(/^-> .*MERCADO_HOME/),
    ]);
  });

  test("with a demo.json that no demo wrote, which stays as it is", async () => {
    const file = join(home, "demo.json");
    const text = '{"customers":3,"vendors":2,"days":1,"seed":7,"firstDay":"soon"}';
    writeFileSync(file, text);
    const { code, lines } = await demo({});
    expect(code).toBe(2);
    expect(lines).toEqual([
      "DEMO_DIARY_BROKEN",
      expect.stringContaining("demo.json does not hold what a demo writes there (firstDay: "),
      `-> Put the file right, or begin again: rm -r ${home}`,
    ]);
    expect(readFileSync(file, "utf8")).toBe(text);

    writeFileSync(file, '{"customers": 3');
    await expect(readDiary(file)).rejects.toMatchObject({ code: "DEMO_DIARY_BROKEN" });
  });

  test("with an option that it does not know, or a number that is none", async () => {
    const wrong = [["--customer", "3"], ["--days", "0"], ["more"]];
    for (const { code, stdout, stderr } of await Promise.all(
      wrong.map((words) => demo({ words })),
    )) {
      expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
      expect(stderr).toMatch(/^error: .*\n/);
    }
    expect((await demo({ words: ["--days", "100"] })).lines).toEqual([
      "DEMO_DAYS_SPENT",
      "100 more days of shopping would end after today; there is room for 61.",
      `-> Take fewer: npm run demo -- --days 61; or begin again: rm -r ${home}`,
    ]);
  });
});

test("Ctrl-C says that the demo goes on where it was, and the next one says with which size", async () => {
  // What a demo left that was killed long ago holds nobody up.
  writeFileSync(join(home, "demo-1-0.lock"), "");
  const words = ["--customers", "2", "--vendors", "1"];
  const first = await demo({ words, until: "The shop is open" });
  expect(first.code).toBe(130);
  expect(first.lines.at(-1)).toBe("Interrupted. npm run demo goes on where it was.");
  expect(await homes.leftOf(home)).toEqual([]);

  const next = await demo({ until: "It keeps its size" });
  expect(next.code).toBe(130);
  expect(next.stderr).toMatch(
    /^Going on with the demo that was interrupted on \d{4}-\d\d-\d\d\.\n/,
  );
  expect(next.stderr).toContain(
    "\nIt keeps its size: --customers 2 --vendors 1 --days 1 --seed 42\n",
  );
  expect(existsSync(join(home, "demo-1-0.lock"))).toBe(false);
  await homes.leftOf(home);
});
