import { appendFileSync, mkdirSync, readFileSync } from "node:fs";
import path from "node:path";

const rememberedLines = 1000;

/** What was typed before, the latest first, as readline wants it; nothing where another user keeps it. */
export function readHistory(file: string): string[] {
  let text = "";
  try {
    text = readFileSync(file, "utf8");
  } catch {
    return [];
  }
  const lines = text.split("\n").filter((line) => line !== "");
  return lines.slice(-rememberedLines).reverse();
}

/** Keeps a line for the next session; where that cannot be done, this one goes on without. */
export function remember(file: string, line: string): void {
  if (line.trim() === "") return;
  try {
    mkdirSync(path.dirname(file), { recursive: true });
    appendFileSync(file, `${line}\n`, { mode: 0o600 });
  } catch {
    // What was typed is a convenience, and no reason to end a session.
  }
}
