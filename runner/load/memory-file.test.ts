import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hash } from "node:crypto";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { openMemoryFile } from "./memory-file.ts";

let folder = "";
let file = "";
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "mercado-memory-"));
  file = path.join(folder, "cache", "results");
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const key = (name: string) => hash("sha256", name);
const values = { a: { text: "é\n", list: [1, null] }, b: "two", c: [] };

function keepAll(version = "1", kept: Readonly<Record<string, unknown>> = values): void {
  const memory = openMemoryFile(file, version);
  for (const [name, value] of Object.entries(kept)) memory.keep(key(name), value);
  memory.save();
}

/** Everything that the file still knows, by its name. */
function recallAll(version = "1"): Readonly<Record<string, unknown>> {
  const memory = openMemoryFile(file, version);
  const found = ["a", "b", "c", "d"].map((name) => [name, memory.recall(key(name))] as const);
  return Object.fromEntries(found.filter(([, value]) => value !== undefined));
}

describe("what was kept", () => {
  test("is there for the next process, together with what it adds", () => {
    keepAll();
    expect(recallAll()).toEqual(values);
    const next = openMemoryFile(file, "1");
    for (const name of ["a", "b"]) next.recall(key(name));
    next.keep(key("d"), 4);
    next.save();
    expect(recallAll()).toEqual({ ...values, d: 4 });
  });

  test("is unknown to another version of the runner, which begins anew", () => {
    keepAll("1");
    expect(recallAll("2")).toEqual({});
    keepAll("2", { d: 4 });
    expect([recallAll("2"), recallAll("1")]).toEqual([{ d: 4 }, {}]);
  });

  test("does not pile up: what is asked for no more goes once it is most of the file", () => {
    keepAll();
    const next = openMemoryFile(file, "1");
    next.recall(key("a"));
    next.save();
    expect(recallAll()).toEqual({ a: values.a });
    expect(readdirSync(path.dirname(file))).toHaveLength(1);
  });

  test("is not written again when nothing is new", () => {
    keepAll();
    const before = readFileSync(file);
    const next = openMemoryFile(file, "1");
    for (const name of Object.keys(values)) next.recall(key(name));
    chmodSync(file, 0o444);
    next.save();
    expect(readFileSync(file)).toEqual(before);
  });
});

describe("a damaged file", () => {
  test("gives what it held or nothing, wherever it is damaged, and is made whole by the next save", () => {
    keepAll();
    const first = openMemoryFile(file, "1");
    for (const name of Object.keys(values)) first.recall(key(name));
    first.keep(key("d"), 4);
    first.save();
    const whole = readFileSync(file);
    const damages = fc.oneof(
      fc.nat(whole.length - 1).map((length) => whole.subarray(0, length)),
      fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 })).map(([at, by]) => {
        const damaged = Buffer.from(whole);
        damaged[at] = (damaged[at] ?? 0) ^ by;
        return damaged;
      }),
      fc.uint8Array({ maxLength: 40 }).map((extra) => Buffer.concat([whole, extra])),
      fc.uint8Array().map((bytes) => Buffer.from(bytes)),
    );
    fc.assert(
      fc.property(damages, (damaged) => {
        writeFileSync(file, damaged);
        const known = recallAll();
        expect({ ...values, d: 4 }).toMatchObject(known);
        const missing = Object.entries({ ...values, d: 4 }).filter(([name]) => !(name in known));
        const memory = openMemoryFile(file, "1");
        for (const name of Object.keys(known)) memory.recall(key(name));
        for (const [name, value] of missing) memory.keep(key(name), value);
        memory.save();
        expect(recallAll()).toEqual({ ...values, d: 4 });
      }),
      { numRuns: 300 },
    );
  });
});

test("two processes that save at once leave a sound file", () => {
  keepAll();
  const one = openMemoryFile(file, "1");
  const other = openMemoryFile(file, "1");
  for (const memory of [one, other]) {
    for (const name of Object.keys(values)) memory.recall(key(name));
  }
  one.keep(key("d"), 4);
  other.keep(key("d"), 4);
  one.save();
  other.save();
  expect(recallAll()).toEqual({ ...values, d: 4 });
});

test("a folder that cannot be written to is no failure", () => {
  writeFileSync(path.join(folder, "cache"), "a file where the folder should be");
  keepAll();
  expect(recallAll()).toEqual({});
});
