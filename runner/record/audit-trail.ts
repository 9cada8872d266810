import { mkdir, open, readdir, readFile } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import path from "node:path";
import { codeOf } from "../core/caught.ts";
import { diskFailure } from "../core/disk-failure.ts";
import type { AskedQuery, AuditRecord, AuditTrail, QueryOutcome } from "../core/audit.ts";

const fileOfDay = /^\d{4}-\d{2}-\d{2}\.jsonl$/;

/** Two lines a query: what was asked, and how it ended. */
type Line =
  { readonly asked: AskedQuery } | { readonly ended: QueryOutcome & Pick<AskedQuery, "id"> };

/**
 * An audit trail in a folder: a file a UTC day, of JSON lines that are only ever added, each durable before the call
 * ends. Any number of processes may write at the same time.
 */
export function openAuditTrail(folder: string): AuditTrail {
  const days = new Map<string, string>();
  return {
    begin: async (query) => {
      const day = query.at.slice(0, 10);
      days.set(query.id, day);
      await append(folder, day, { asked: query });
    },
    end: async (id, outcome) => {
      // Beside its beginning, also when midnight lies between.
      const day = days.get(id) ?? new Date().toISOString().slice(0, 10);
      days.delete(id);
      await append(folder, day, { ended: { id, ...outcome } });
    },
  };
}

async function append(folder: string, day: string, line: Line): Promise<void> {
  const file = path.join(folder, `${day}.jsonl`);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const handle = await open(file, "a+", 0o600);
    try {
      // What is appended in one write is never mixed with what others append.
      const text = `${JSON.stringify(line)}\n`;
      await handle.write((await endsTorn(handle)) ? `\n${text}` : text);
      await handle.datasync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw diskFailure(error, file) ?? error;
  }
}

/** Whether the last line is not whole, for its process ended in the middle of it. */
async function endsTorn(handle: FileHandle): Promise<boolean> {
  const { size } = await handle.stat();
  if (size === 0) return false;
  const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer.toString() !== "\n";
}

/** The queries on record since `from`, a UTC day, in the order in which they were asked. A line that was cut off is left out. */
export async function readAuditTrail(folder: string, from = ""): Promise<readonly AuditRecord[]> {
  const asked = new Map<string, AskedQuery>();
  const ended = new Map<string, QueryOutcome>();
  for (const name of await daysIn(folder)) {
    if (name < from) continue;
    const text = await readFile(path.join(folder, name), "utf8");
    for (const content of text.split("\n")) {
      const line = parseLine(content);
      if (line === undefined) continue;
      if ("asked" in line) asked.set(line.asked.id, line.asked);
      else {
        const { id, ...outcome } = line.ended;
        ended.set(id, outcome);
      }
    }
  }
  return [...asked.values()].map((query) => {
    const outcome = ended.get(query.id);
    return outcome === undefined ? query : { ...query, ended: outcome };
  });
}

async function daysIn(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).filter((name) => fileOfDay.test(name)).sort();
  } catch (error) {
    if (codeOf(error) === "ENOENT") return [];
    throw error;
  }
}

function parseLine(text: string): Line | undefined {
  try {
    return text === "" ? undefined : (JSON.parse(text) as Line);
  } catch {
    return undefined;
  }
}
