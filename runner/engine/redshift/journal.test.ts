import { spawnSync } from "node:child_process";
import { appendFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "@jest/globals";
import { leftJournals, removeJournal, StatementJournal } from "./journal.ts";

const folder = mkdtempSync(path.join(tmpdir(), "mercado-journal-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

let homes = 0;
function newHome(): string {
  homes += 1;
  return path.join(folder, String(homes));
}

/** A process number that was in use and is not any more. */
const { pid: gone } = spawnSync(process.execPath, ["--version"]);

/** The journal of a process that was killed: its lines, the last one cut off. */
async function leave(home: string, owner: object): Promise<void> {
  const journal = await StatementJournal.create(home, "left");
  await journal.close();
  const lines = [
    { is: "process", ...owner },
    { is: "begun", token: "a", name: "mercado:x:1:", at: "2026-11-23T05:00:00Z" },
    { is: "begun", token: "b", name: "mercado:x:2:", at: "2026-11-23T05:00:01Z" },
    { is: "begun", token: "c", name: "mercado:x:3:", at: "2026-11-23T05:00:02Z" },
    { is: "submitted", token: "b", id: "id-b" },
    { is: "submitted", token: "a", id: "id-a" },
    { is: "ended", token: "a" },
  ];
  const file = path.join(home, "redshift", "statements", "dead.jsonl");
  writeFileSync(file, `${lines.map((line) => JSON.stringify(line)).join("\n")}\n{"is":"ended","to`);
}

test("a dead process's open statements are found, with their ids where it knew them", async () => {
  const home = newHome();
  await leave(home, { pid: gone, host: hostname() });
  const [left, ...others] = await leftJournals(home);
  expect(others).toEqual([]);
  expect(left?.statements).toEqual([
    { name: "mercado:x:2:", at: "2026-11-23T05:00:01Z", id: "id-b" },
    { name: "mercado:x:3:", at: "2026-11-23T05:00:02Z" },
  ]);
  await removeJournal(left!);
  expect(await leftJournals(home)).toEqual([]);
});

test("a process number that another process has got is that of a dead process all the same", async () => {
  const home = newHome();
  await leave(home, { pid: process.pid, host: hostname(), began: "1" });
  // Without /proc nobody can tell the two apart.
  expect(await leftJournals(home)).toHaveLength(process.platform === "linux" ? 1 : 0);
});

test("the journals of another machine, and of a process that has only begun, are left alone", async () => {
  const home = newHome();
  await leave(home, { pid: gone, host: "elsewhere" });
  appendFileSync(path.join(home, "redshift", "statements", "new.jsonl"), "");
  expect(await leftJournals(home)).toEqual([]);
});

test("a journal goes with its process, unless a statement's end is not known", async () => {
  const home = newHome();
  const names = () => readdirSync(path.join(home, "redshift", "statements"));
  const journal = await StatementJournal.create(home, "one");
  await Promise.all(["a", "b", "c"].map((token) => journal.begun(token, token)));
  await Promise.all(["a", "b", "c"].map((token) => journal.submitted(token, `id-${token}`)));
  for (const token of ["a", "b", "c"]) journal.ended(token);
  await journal.close();
  expect(names()).toEqual([]);
  const unsure = await StatementJournal.create(home, "two");
  await unsure.begun("a", "a");
  await unsure.close();
  expect(names()).toEqual(["two.jsonl"]);
});
