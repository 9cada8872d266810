/** A call such as `{{ref "cleaned.customer"}}`; `this` counts as one. */
export interface FlatCall {
  readonly name: string;
  readonly args: readonly (string | number)[];
  /** Offset of its `{{`. */
  readonly offset: number;
  /** Offset of its first argument, where it has one. */
  readonly argumentOffset: number;
}

/** Text that stands for itself, and calls. */
export type FlatPart = string | FlatCall;

const call = /\{\{ *([A-Za-z_]\w*)((?: +(?:"[^"\\{}\n]*"|'[^'\\{}\n]*'|\d{1,15}))*) *\}\}(?!\})/y;
const argument = /"([^"]*)"|'([^']*)'|(\d+)/g;

/** Names that Handlebars' grammar takes for itself. */
const keywords = new Set(["else", "true", "false", "null", "undefined", "as"]);

/**
 * Reads a template that holds nothing but text and calls with literal arguments, as most models are. Undefined for
 * every other template, sound or not: those are Handlebars' own to read.
 */
export function readFlatTemplate(text: string): readonly FlatPart[] | undefined {
  if (text.includes("\r") || text.includes("\0")) return undefined;
  const parts: FlatPart[] = [];
  let position = 0;
  for (;;) {
    const offset = text.indexOf("{{", position);
    if (offset < 0) break;
    // A backslash before the braces would make them text.
    if (text[offset - 1] === "\\") return undefined;
    call.lastIndex = offset;
    const match = call.exec(text);
    const [, name = "", given = ""] = match ?? [];
    if (match === null || keywords.has(name)) return undefined;
    if (offset > position) parts.push(text.slice(position, offset));
    position = call.lastIndex;
    const args = [...given.matchAll(argument)].map(([, double, single, digits]) =>
      digits === undefined ? (double ?? single ?? "") : Number(digits),
    );
    if (name === "this" && args.length > 0) return undefined;
    const behindName = text.indexOf(name, offset) + name.length;
    const argumentOffset = behindName + given.search(/[^ ]|$/);
    parts.push({ name, args, offset, argumentOffset });
  }
  if (position < text.length) parts.push(text.slice(position));
  return parts;
}

/** The line, from 1, and the column, from 0 as Handlebars counts, of an offset. */
export function lineAndColumn(text: string, offset: number): { line: number; column: number } {
  let line = 1;
  let start = 0;
  for (let at = text.indexOf("\n"); at >= 0 && at < offset; at = text.indexOf("\n", at + 1)) {
    line += 1;
    start = at + 1;
  }
  return { line, column: offset - start };
}
