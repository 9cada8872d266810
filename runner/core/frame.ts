import type { Place } from "./diagnostic.ts";

const linesBefore = 2;
const linesAfter = 1;

/** The lines of `text` around `place`, numbered, with a caret under the column. */
export function codeFrame(text: string, place: Place): string {
  const lines = text.split(/\r?\n/);
  const first = Math.max(1, place.line - linesBefore);
  const last = Math.min(lines.length, place.line + linesAfter);
  const width = String(last).length;
  const frame: string[] = [];
  for (let number = first; number <= last; number += 1) {
    const line = lines[number - 1] ?? "";
    const marker = number === place.line ? ">" : " ";
    frame.push(`${marker} ${String(number).padStart(width)} | ${line}`.trimEnd());
    if (number === place.line) {
      // Tabs are kept so that the caret stands under its column whatever their width.
      const indent = line.slice(0, place.column - 1).replace(/[^\t]/g, " ");
      frame.push(`  ${" ".repeat(width)} | ${indent}^`);
    }
  }
  return frame.join("\n");
}
