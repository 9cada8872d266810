import { RedshiftError } from "./redshift-error.ts";

export interface Token {
  readonly kind: "word" | "name" | "text" | "number" | "symbol";
  /** A word in lower case, a name without its quotes in lower case, a text with its escapes resolved, or the symbol. */
  readonly value: string;
  readonly start: number;
  readonly end: number;
}

const patterns = {
  blank: /\s+|--[^\n]*/y,
  word: /[\p{L}_][\p{L}\p{N}_$]*/uy,
  number: /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y,
  name: /"((?:[^"]|"")*)"/y,
  text: /'((?:[^'\\]|''|\\[^])*)'/y,
  dollarText: /(\$(?:[\p{L}_][\p{L}\p{N}_]*)?\$)([^]*?)\1/uy,
};

/** Splits a statement of Redshift's into its tokens; comments and blanks are passed over. */
export function tokenize(sql: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    return pattern.exec(sql);
  };
  const add = (kind: Token["kind"], value: string, length: number) => {
    tokens.push({ kind, value, start: at, end: at + length });
    at += length;
  };
  while (at < sql.length) {
    const blank = match(patterns.blank);
    if (blank !== null) {
      at += blank[0].length;
      continue;
    }
    if (sql.startsWith("/*", at)) {
      at = endOfComment(sql, at);
      continue;
    }
    const word = match(patterns.word);
    if (word !== null) {
      add("word", word[0].toLowerCase(), word[0].length);
      continue;
    }
    const number = match(patterns.number);
    if (number !== null) {
      add("number", number[0], number[0].length);
      continue;
    }
    const name = match(patterns.name);
    if (name !== null) {
      add("name", (name[1] ?? "").replaceAll('""', '"').toLowerCase(), name[0].length);
      continue;
    }
    const text = match(patterns.text);
    if (text !== null) {
      add("text", unescape(text[1] ?? ""), text[0].length);
      continue;
    }
    const dollarText = match(patterns.dollarText);
    if (dollarText !== null) {
      add("text", dollarText[2] ?? "", dollarText[0].length);
      continue;
    }
    const character = sql[at] ?? "";
    if (character === "'") throw unterminated("quoted string", at);
    if (character === '"') throw unterminated("quoted identifier", at);
    add("symbol", character, 1);
  }
  return tokens;
}

function endOfComment(sql: string, start: number): number {
  let depth = 0;
  for (let at = start; at < sql.length; at += 1) {
    if (sql.startsWith("/*", at)) {
      depth += 1;
      at += 1;
    } else if (sql.startsWith("*/", at)) {
      depth -= 1;
      at += 1;
      if (depth === 0) return at + 1;
    }
  }
  throw unterminated("/* comment", start);
}

function unterminated(what: string, offset: number): RedshiftError {
  return new RedshiftError(`unterminated ${what}`, "42601", { offset });
}

const escapes: Readonly<Record<string, string>> = {
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

function unescape(quoted: string): string {
  return quoted.replace(/''|\\([0-7]{1,3}|[^])/g, (_, escaped: string | undefined) => {
    if (escaped === undefined) return "'";
    if (/^[0-7]/.test(escaped)) return String.fromCharCode(Number.parseInt(escaped, 8));
    return escapes[escaped] ?? escaped;
  });
}

/** Whether `tokens` from `index` on are these words or symbols. */
export function readsAs(tokens: readonly Token[], index: number, ...expected: string[]): boolean {
  return expected.every((value, offset) => {
    const token = tokens[index + offset];
    return (
      token !== undefined &&
      (token.kind === "word" || token.kind === "symbol") &&
      token.value === value
    );
  });
}

/** The index of the bracket that closes the one at `open`. */
export function closingBracket(tokens: readonly Token[], open: number): number {
  let depth = 0;
  for (let index = open; index < tokens.length; index += 1) {
    if (readsAs(tokens, index, "(")) depth += 1;
    if (readsAs(tokens, index, ")")) {
      depth -= 1;
      if (depth === 0) return index;
    }
  }
  throw new RedshiftError("syntax error at end of input", "42601", { offset: tokens.at(-1)?.end });
}

/** The index ranges, `[from, to)`, of what stands between the commas from `from` to `to`, outside of inner brackets. */
export function commaSeparated(
  tokens: readonly Token[],
  from: number,
  to: number,
): readonly { readonly from: number; readonly to: number }[] {
  const parts = [];
  let start = from;
  for (let index = from; index < to; index += 1) {
    if (readsAs(tokens, index, "(")) index = closingBracket(tokens, index);
    else if (readsAs(tokens, index, ",")) {
      parts.push({ from: start, to: index });
      start = index + 1;
    }
  }
  return start < to || parts.length > 0 ? [...parts, { from: start, to }] : [];
}

/** A text as a literal of Postgres's and Redshift's. */
export function textLiteral(value: string): string {
  const quoted = `'${value.replaceAll("'", "''")}'`;
  return value.includes("\\") ? `E${quoted.replaceAll("\\", "\\\\")}` : quoted;
}

/** A name in quotes, as it stands. */
export function quotedName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
