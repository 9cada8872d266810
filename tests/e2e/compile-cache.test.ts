import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { writeProject } from "../../bench/compile/layered-project.ts";
import { start } from "./testing/cli.ts";

let root = "";
beforeEach(async () => {
  root = mkdtempSync(path.join(tmpdir(), "mercado-cache-"));
  await writeProject(root, 12);
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

/** Compiles with a home of that name, and gives what came of it. */
async function compile(home: string): Promise<unknown> {
  const ended = await start(["compile"], { cwd: root, env: { MERCADO_HOME: home } }).ended;
  const folder = path.join(root, home, "compiled/duckdb");
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
  const texts = files
    .filter((file) => file.endsWith(".sql"))
    .map((file) => [file, readFileSync(path.join(folder, file), "utf8")]);
  const manifest = readFileSync(path.join(root, home, "artifacts/manifest.json"), "utf8");
  return { code: ended.code, stderr: ended.stderr.replace(home, "home"), texts, manifest };
}

const edited = "models/gold/layer_4_00000";

test("a project compiles after edits as it would without its cache, whatever becomes of that", async () => {
  await compile("warm");
  const cache = path.join(root, "warm/cache/parsed-models");
  const edits: readonly (() => void)[] = [
    () => {
      writeFileSync(path.join(root, `${edited}.sql`), `select 1 as number_id, 2 as amount\n`);
    },
    () => {
      rmSync(path.join(root, `${edited}.sql`));
      rmSync(path.join(root, `${edited}.yml`));
    },
    () => {
      const bytes = readFileSync(cache);
      writeFileSync(
        cache,
        bytes.map((byte, at) => (at === bytes.length >> 1 ? byte ^ 1 : byte)),
      );
    },
    () => {
      writeFileSync(cache, "");
    },
    () => {
      writeFileSync(path.join(root, "warm/artifacts/manifest.json"), "{}");
    },
  ];
  for (const [index, edit] of edits.entries()) {
    edit();
    expect(await compile("warm")).toEqual(await compile(`cold${index}`));
  }
});

test("the manifest of a project that is as it was is not written again", async () => {
  await compile("warm");
  const manifest = path.join(root, "warm/artifacts/manifest.json");
  const before = statSync(manifest).mtimeMs;
  await compile("warm");
  expect(statSync(manifest).mtimeMs).toBe(before);
});
