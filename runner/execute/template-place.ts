import type { Diagnostic, Place } from "../core/diagnostic.ts";
import { codeFrame } from "../core/frame.ts";
import type { Template } from "../core/node.ts";
import type { StatementFailure, StatementPosition } from "../core/statement-failure.ts";

/**
 * The place in a template that a failed statement is about, with its frame. Where nobody can tell, it is the file alone,
 * and the frame shows what was compiled.
 */
export function findInTemplate(
  { statement, position, diagnostics }: StatementFailure,
  template: Template,
  query = "",
): Pick<Diagnostic, "place" | "frame"> {
  const inQuery = position && positionInQuery(statement, position, query);
  const place = inQuery && placeInTemplate(template, query, inQuery);
  if (place !== undefined) {
    return { place: template.at ?? place, frame: codeFrame(template.text, place) };
  }
  const frame = diagnostics[0]?.frame;
  return {
    place: template.at ?? { file: template.file },
    frame: frame === undefined ? undefined : `compiled SQL:\n${frame}`,
  };
}

/** A statement holds its query word for word, with something before it. */
function positionInQuery(
  statement: string,
  { line, column }: StatementPosition,
  query: string,
): StatementPosition | undefined {
  const start = statement.indexOf(query);
  if (query === "" || start < 0) return undefined;
  const before = statement.slice(0, start).split("\n");
  const lineInQuery = line - before.length + 1;
  if (lineInQuery < 1 || lineInQuery > query.split("\n").length) return undefined;
  const shift = lineInQuery === 1 ? (before.at(-1) ?? "").length : 0;
  return column - shift < 1 ? undefined : { line: lineInQuery, column: column - shift };
}

/**
 * The line of the template with the same text, if there is one alone; else, when rendering kept the number of lines, the
 * line with the same number.
 */
function placeInTemplate(
  { file, text }: Template,
  query: string,
  { line, column }: StatementPosition,
): Place | undefined {
  const rendered = query.split(/\r?\n/);
  const lines = text.split(/\r?\n/);
  const failing = rendered[line - 1] ?? "";
  const wanted = failing.trim();
  const same = [...lines.keys()].filter((index) => lines[index]?.trim() === wanted);
  const linesBefore = /^\s*/.exec(text)?.[0].split("\n").length ?? 1;
  const isLineForLine = text.trim().split("\n").length === rendered.length;
  const atSameNumber = linesBefore - 1 + line - 1;
  const [only] = same;
  let index: number | undefined;
  if (wanted !== "" && only !== undefined && same.length === 1) index = only;
  else if (isLineForLine && (same.includes(atSameNumber) || lines[atSameNumber]?.includes("{{"))) {
    index = atSameNumber;
  }
  if (index === undefined) return undefined;
  return { file, line: index + 1, column: columnIn(lines[index] ?? "", failing, column) };
}

/** The same column, counted from the start or the end of the line, whichever was not rendered; else the line's first word. */
function columnIn(line: string, rendered: string, column: number): number {
  const indent = line.length - line.trimStart().length;
  const before = rendered.slice(0, column - 1).trimStart();
  if (line.trimStart().startsWith(before)) return indent + before.length + 1;
  const after = rendered.slice(column - 1).trimEnd();
  if (after !== "" && line.trimEnd().endsWith(after)) {
    return line.trimEnd().length - after.length + 1;
  }
  return indent + 1;
}
