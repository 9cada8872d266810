import { afterEach, expect, test } from "@jest/globals";
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { isGone, isGoneHere, ownIdentity } from "./process-identity.ts";

const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

/** The number of a process that has ended. */
async function endedProcess(): Promise<number> {
  const child = spawn(process.execPath, ["-e", ""], { stdio: "ignore" });
  await once(child, "exit");
  return child.pid!;
}

const own = ownIdentity();
const whereTold = existsSync("/proc/self/ns/pid") ? test : test.skip;

test("a process that lives is not taken for gone", () => {
  const child = spawn("sleep", ["60"]);
  children.push(child);
  const other = { ...own, pid: child.pid! };
  Reflect.deleteProperty(other, "began");
  expect([own, other].map(isGoneHere)).toEqual([false, false]);
});

whereTold(
  "a process that has ended is gone, and so is one whose number another one has",
  async () => {
    expect(isGoneHere({ ...own, pid: await endedProcess() })).toBe(true);
    expect(isGoneHere({ ...own, began: "1" })).toBe(true);
  },
);

test("of a process of another machine or container of the same name nobody here says that it is gone", async () => {
  const pid = await endedProcess();
  expect(isGoneHere({ ...own, pid, machine: "another" })).toBe(false);
  expect(isGoneHere({ pid, host: own.host })).toBe(false);
  expect(isGoneHere({ ...own, pid, host: "another" })).toBe(false);
});

test("a process of before this machine's restart is gone, whose name tells the machine", async () => {
  expect(isGone({ ...own, pid: await endedProcess(), machine: "before" })).toBe(true);
});
