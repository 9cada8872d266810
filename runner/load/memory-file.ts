import { hash, randomBytes } from "node:crypto";
import {
  appendFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import type { Memory } from "../core/memory.ts";

/** A memory that lasts from one process to the next. */
export interface MemoryFile extends Memory {
  /** Writes down what was kept since the file was opened. */
  save(): void;
}

/**
 * Opens a memory in one file of segments: each a head with the version, a length and a checksum, then a line for each
 * result. Where a segment is damaged or of another version, it and all behind it count for nothing. New results are
 * appended in one write; a file that is not sound, or of which most was not asked for, is replaced as a whole, by
 * renaming. So processes that save at once never mix. What cannot be written is given up in silence: nothing depends
 * on it.
 */
export function openMemoryFile(file: string, version: string): MemoryFile {
  const { text, isSound } = readSegments(file, version);
  const lines = indexLines(text);
  const recalled = new Map<string, string>();
  const kept = new Map<string, string>();
  return {
    recall(key) {
      const line = lines.get(key);
      if (line === undefined) return undefined;
      const json = text.slice(line.start, line.end);
      recalled.set(key, json);
      return JSON.parse(json) as unknown;
    },
    keep(key, value) {
      kept.set(key, JSON.stringify(value));
    },
    save() {
      if (!isSound && recalled.size + kept.size === 0) return;
      const isMostlyUsed = recalled.size * 2 >= lines.size;
      if (isSound && isMostlyUsed) {
        if (kept.size > 0)
          quietly(() => {
            appendFileSync(file, segment(version, kept));
          });
      } else {
        replace(file, segment(version, new Map([...recalled, ...kept])));
      }
    },
  };
}

const keyLength = 64;

interface Segments {
  /** `<key> <json>` a line. */
  readonly text: string;
  readonly isSound: boolean;
}

function readSegments(file: string, version: string): Segments {
  const bodies: string[] = [];
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch {
    return { text: "", isSound: false };
  }
  let position = 0;
  while (position < bytes.length) {
    const bodyStart = bytes.indexOf("\n", position) + 1;
    const head = bytes.toString("latin1", position, bodyStart);
    const length = Number(head.split(" ")[1]);
    const body = bytes.subarray(bodyStart, bodyStart + length);
    if (bodyStart === 0 || head !== headOf(version, body)) break;
    bodies.push(body.toString("utf8"));
    position = bodyStart + length;
  }
  return { text: bodies.join(""), isSound: position > 0 && position === bytes.length };
}

function headOf(version: string, body: Buffer): string {
  return `${version} ${body.length} ${hash("sha256", body)}\n`;
}

function segment(version: string, entries: ReadonlyMap<string, string>): Buffer {
  const body = Buffer.from([...entries].map(([key, json]) => `${key} ${json}\n`).join(""));
  return Buffer.concat([Buffer.from(headOf(version, body)), body]);
}

function indexLines(text: string): ReadonlyMap<string, { start: number; end: number }> {
  const lines = new Map<string, { start: number; end: number }>();
  for (let start = 0; start < text.length;) {
    const end = text.indexOf("\n", start);
    lines.set(text.slice(start, start + keyLength), { start: start + keyLength + 1, end });
    start = end + 1;
  }
  return lines;
}

function replace(file: string, content: Buffer): void {
  const unfinished = `${file}.${randomBytes(6).toString("hex")}`;
  const isWritten = quietly(() => {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(unfinished, content);
    renameSync(unfinished, file);
  });
  if (!isWritten)
    quietly(() => {
      rmSync(unfinished, { force: true });
    });
}

/** Whether the work was done. */
function quietly(work: () => void): boolean {
  try {
    work();
    return true;
  } catch {
    return false;
  }
}
