import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import type { AskedQuery } from "../core/audit.ts";
import { openAuditTrail, readAuditTrail } from "./audit-trail.ts";

let folder: string;
beforeEach(() => {
  folder = path.join(mkdtempSync(path.join(tmpdir(), "mercado-audit-")), "audit");
});
afterEach(() => {
  rmSync(path.dirname(folder), { recursive: true });
});

function query(id: string, at = "2026-03-01T10:00:00.000Z"): AskedQuery {
  const who = { user: "ana", osUser: "root", role: "bi_analyst", target: "local" };
  return { id, at, ...who, statement: "select 'ä\n' from gold.sales" };
}

test("a query is on record from before it runs, and how it ended is told beside it", async () => {
  const trail = openAuditTrail(folder);
  await trail.begin(query("q1"));
  expect(await readAuditTrail(folder)).toEqual([query("q1")]);
  await trail.end("q1", { outcome: "answered", rows: 3, milliseconds: 12 });
  expect(await readAuditTrail(folder)).toEqual([
    { ...query("q1"), ended: { outcome: "answered", rows: 3, milliseconds: 12 } },
  ]);
});

test("nobody but its owner can read what was asked", async () => {
  await openAuditTrail(folder).begin(query("q1"));
  const [file = ""] = readdirSync(folder);
  expect([statSync(folder).mode & 0o777, statSync(path.join(folder, file)).mode & 0o777]).toEqual([
    0o700, 0o600,
  ]);
});

test("a query that ends after midnight is told beside its beginning, and those of other days can be left out", async () => {
  const trail = openAuditTrail(folder);
  await trail.begin(query("q1", "2026-03-01T23:59:59.999Z"));
  await trail.begin(query("q2", "2026-03-02T00:00:00.001Z"));
  await trail.end("q1", { outcome: "failed", milliseconds: 1, cause: "QUERY_TIMEOUT" });
  expect(readdirSync(folder)).toEqual(["2026-03-01.jsonl", "2026-03-02.jsonl"]);
  const since = await readAuditTrail(folder, "2026-03-02");
  expect(since.map(({ id }) => id)).toEqual(["q2"]);
});

test("a line that a power cut left half written takes no other line with it", async () => {
  const trail = openAuditTrail(folder);
  await trail.begin(query("q1"));
  appendFileSync(path.join(folder, "2026-03-01.jsonl"), '{"asked":{"id":"torn","at":"20');
  await trail.begin(query("q2"));
  expect((await readAuditTrail(folder)).map(({ id }) => id)).toEqual(["q1", "q2"]);
});

test("processes that write at the same time lose no query of each other's", async () => {
  const module = JSON.stringify(path.resolve(import.meta.dirname, "audit-trail.ts"));
  const program = `
    const { openAuditTrail } = await import(${module});
    const trail = openAuditTrail(process.argv[1]);
    for (let number = 0; number < 50; number += 1) {
      const id = process.pid + "-" + number;
      const at = "2026-03-01T10:00:00.000Z";
      await trail.begin({ id, at, user: "u", osUser: "u", target: "local", statement: "x".repeat(5000) });
      await trail.end(id, { outcome: "answered", rows: 1, milliseconds: 1 });
    }`;
  const flags = ["--import", "tsx", "--input-type=module", "-e", program, folder];
  const writers = [1, 2, 3].map(() => spawn(process.execPath, flags, { stdio: "inherit" }));
  const codes = await Promise.all(
    writers.map(async (writer) => (await once(writer, "exit"))[0] as number),
  );
  expect(codes).toEqual([0, 0, 0]);
  const records = await readAuditTrail(folder);
  expect(records).toHaveLength(150);
  expect(records.every(({ ended }) => ended?.outcome === "answered")).toBe(true);
}, 120_000);

test("no trail is no query", async () => {
  expect(await readAuditTrail(folder)).toEqual([]);
});
