import type { StatementProblem } from "./refused-parts.ts";

const name = String.raw`(?:"[a-z_][a-z0-9_]*"|[a-z_][a-z0-9_$]*)`;
const qualified = String.raw`${name}(?:\.${name}){0,2}`;
const text = String.raw`'(?:[^'\\]|''|\\.)*'`;
const role = String.raw`iam_role\s+(?:default|${text})`;

/** COPY as the runner writes it: the columns in the files' order, from a manifest of Parquet files. */
const copy = new RegExp(
  String.raw`^copy\s+${qualified}\s*\(\s*${name}(?:\s*,\s*${name})*\s*\)\s+from\s+${text}\s+${role}\s+format\s+as\s+parquet\s+manifest\s*$`,
);

/** UNLOAD as the runner writes it. */
const unload = new RegExp(
  String.raw`^unload\s*\(\s*(?<query>${text})\s*\)\s+to\s+${text}\s+${role}\s+format\s+as\s+parquet\s+manifest\s+verbose\s+extension\s+${text}\s+encrypted\s+auto\s+maxfilesize\s+\d+\s+gb\s+parallel\s+(?:on|off)\s*$`,
);

/** Whether a statement is one of those that only Redshift has and that take files. */
export function takesFiles(sql: string): boolean {
  return /^\s*(?:copy|unload)\b/i.test(sql);
}

/** Checks COPY and UNLOAD, whose query is handed on. */
export function checkFileStatement(
  sql: string,
  checkQuery: (query: string) => readonly StatementProblem[],
): readonly StatementProblem[] {
  if (copy.test(sql)) return [];
  const query = unload.exec(sql)?.groups?.query;
  if (query === undefined) {
    return [
      { offset: 0, message: "This is no COPY or UNLOAD in the form that the runner writes." },
    ];
  }
  return checkQuery(query.slice(1, -1).replaceAll("''", "'").replaceAll("\\\\", "\\"));
}

const lateBinding = /\bwith\s+no\s+schema\s+binding\s*;?\s*$/i;
const attribute =
  /\b(?:diststyle\s+(?:auto|even|all|key)|distkey\s*\(\s*[a-z_]\w*\s*\)|(?:compound\s+)?sortkey\s*(?:auto|\(\s*[a-z_]\w*(?:\s*,\s*[a-z_]\w*)*\s*\)))/gi;
const encoding =
  /\bencode\s+(?:auto|raw|az64|bytedict|delta32k|delta|lzo|mostly8|mostly16|mostly32|runlength|text255|text32k|zstd)\b/gi;

/** The same statement without what only Redshift's grammar has, every other character in its place. */
export function withoutOwnClauses(sql: string, words: string): string {
  const cut = (from: number, length: number, pattern: RegExp) => {
    const blank = (found: string) => found.replace(/[^\n]/g, " ");
    let result = "";
    let end = from;
    for (const match of words.slice(from, from + length).matchAll(pattern)) {
      const start = from + match.index;
      result += sql.slice(end, start) + blank(match[0]);
      end = start + match[0].length;
    }
    return sql.slice(0, from) + result + sql.slice(end);
  };
  if (/^\s*create\s+(?:or\s+replace\s+)?view\b/i.test(words)) {
    return cut(0, words.length, new RegExp(lateBinding.source, "gi"));
  }
  if (!/^\s*create\s+(?:temp\s+|temporary\s+)?table\b/i.test(words)) return sql;
  const query = /\bas\s*\(?\s*(?:select|with)\b/i.exec(words)?.index ?? words.length;
  return cut(0, query, new RegExp(`${attribute.source}|${encoding.source}`, "gi"));
}
