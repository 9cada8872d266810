import type { Place } from "../core/diagnostic.ts";
import type { Template } from "../core/template.ts";
import { signs } from "./instrument.ts";
import type { Mark } from "./instrument.ts";

/** What a character of a rendered text was rendered from. */
export interface Origin {
  readonly template: Template;
  readonly kind: Mark["kind"];
  /** The name of what is called there. */
  readonly name: string;
  readonly place: Place;
}

interface Part {
  readonly mark: Mark;
  lines: number;
  /** Characters since the part's beginning or the last line break in it. */
  column: number;
}

/** A text that was rendered with signs, without them. */
export function withoutSigns(traced: string): string {
  return traced.replace(signs, "");
}

/**
 * Where a character of a rendered text came from, in the outermost template first. `offset` counts without signs and
 * without the blanks before the text; behind the end it means the last character.
 */
export function originsAt(
  traced: string,
  offset: number,
  marks: readonly Mark[],
): readonly Origin[] {
  const clear = withoutSigns(traced);
  const blanks = clear.length - clear.trimStart().length;
  const wanted = Math.min(blanks + offset, clear.trimEnd().length - 1);
  const parts: Part[] = [];
  let seen = 0;
  let position = 0;
  for (const sign of [...traced.matchAll(signs), undefined]) {
    for (const character of traced.slice(position, sign?.index ?? traced.length).split("")) {
      if (seen === wanted) return parts.map((part, depth) => originOf(part, parts.slice(0, depth)));
      seen += 1;
      for (const part of parts) {
        part.column = character === "\n" ? 0 : part.column + 1;
        if (character === "\n") part.lines += 1;
      }
    }
    if (sign === undefined) break;
    position = sign.index + sign[0].length;
    const mark = marks[Number(sign[1])];
    parts.splice(Number(sign[2]));
    if (mark !== undefined) parts.push({ mark, lines: 0, column: 0 });
  }
  return [];
}

function originOf({ mark, lines, column }: Part, around: readonly Part[]): Origin {
  const { template, kind, name, offset } = mark;
  if (kind !== "text") return { template, kind, name, place: placeAt(template, offset) };
  const start = placeAt(template, offset);
  const indent = around.reduce((sum, part) => sum + part.mark.indent, 0);
  const place =
    lines === 0
      ? { ...start, column: start.column + column }
      : { ...start, line: start.line + lines, column: Math.max(0, column - indent) + 1 };
  return { template, kind, name, place };
}

/** The place of an offset in a template. */
export function placeAt({ file, text }: Template, offset: number): Place {
  const before = text.slice(0, offset).split("\n");
  return { file, line: before.length, column: (before.at(-1) ?? "").length + 1 };
}
