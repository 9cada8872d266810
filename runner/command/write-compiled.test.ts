import {
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { writeCompiled } from "./write-compiled.ts";

let folder = "";
beforeEach(() => {
  folder = path.join(mkdtempSync(path.join(tmpdir(), "mercado-compiled-")), "duckdb");
});
afterEach(() => {
  rmSync(path.dirname(folder), { recursive: true, force: true });
});

const long = new Date(2020, 0);
const at = (file: string) => path.join(folder, file);

test("a file that holds its text already is left alone, so that editors and make see no change", () => {
  const files = new Map([
    ["gold/a.sql", "select 1\n"],
    ["gold/b.sql", "select 2\n"],
  ]);
  writeCompiled(folder, files, true);
  for (const file of files.keys()) utimesSync(at(file), long, long);
  writeCompiled(folder, new Map([...files, ["gold/b.sql", "select 3\n"]]), true);
  expect(statSync(at("gold/a.sql")).mtime).toEqual(long);
  expect(readFileSync(at("gold/b.sql"), "utf8")).toBe("select 3\n");
});

test("a file that somebody changed or removed is made again", () => {
  const files = new Map([
    ["gold/a.sql", "select 1\n"],
    ["gold/b.sql", "select 2\n"],
  ]);
  writeCompiled(folder, files, true);
  writeFileSync(at("gold/a.sql"), "select 9\n");
  rmSync(at("gold/b.sql"));
  writeCompiled(folder, files, true);
  for (const [file, text] of files) expect(readFileSync(at(file), "utf8")).toBe(text);
});

test("what is compiled no more goes with a whole compilation, and stays with a part of one", () => {
  writeCompiled(folder, new Map([["gold/old.sql", "select 1\n"]]), true);
  writeFileSync(at("notes.txt"), "mine");
  writeCompiled(folder, new Map([["gold/new.sql", "select 2\n"]]), false);
  expect(existsSync(at("gold/old.sql"))).toBe(true);
  writeCompiled(folder, new Map([["gold/new.sql", "select 2\n"]]), true);
  expect([existsSync(at("gold/old.sql")), existsSync(at("notes.txt"))]).toEqual([false, true]);
});
