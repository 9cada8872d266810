import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

/** A text by its path below the folder that it is written to, with forward slashes. */
export type CompiledFiles = ReadonlyMap<string, string>;

/**
 * Brings the `.sql` files of a folder to these texts and touches none that has its text already. With `isWhole`, those
 * that are not among them, of models renamed or removed, go.
 */
export function writeCompiled(folder: string, files: CompiledFiles, isWhole: boolean): void {
  const present = existsSync(folder) ? listFiles(folder) : new Set<string>();
  const parents = new Set<string>();
  for (const [file, text] of files) {
    const full = path.join(folder, file);
    if (present.has(file) && readFileSync(full, "utf8") === text) continue;
    const parent = path.dirname(full);
    if (!parents.has(parent)) {
      mkdirSync(parent, { recursive: true });
      parents.add(parent);
    }
    // One after the other: for thousands of small files, waiting for each takes longer than writing it.
    writeFileSync(full, text);
  }
  if (!isWhole) return;
  for (const file of present) {
    if (file.endsWith(".sql") && !files.has(file)) rmSync(path.join(folder, file), { force: true });
  }
}

function listFiles(folder: string): ReadonlySet<string> {
  const found = new Set<string>();
  const list = (below: string) => {
    for (const entry of readdirSync(path.join(folder, below), { withFileTypes: true })) {
      const file = below === "" ? entry.name : `${below}/${entry.name}`;
      if (entry.isDirectory()) list(file);
      else if (entry.isFile()) found.add(file);
    }
  };
  list("");
  return found;
}
