import Handlebars from "handlebars";
import { messageOf } from "../core/caught.ts";

/** Where a template stops making sense; `line` and `column` count from 1. */
export interface SyntaxProblem {
  readonly line: number;
  readonly column: number;
  readonly message: string;
  readonly hint: string;
}

export type ParsedSyntax =
  | { readonly program: hbs.AST.Program; readonly problem?: undefined }
  | { readonly program?: undefined; readonly problem: SyntaxProblem };

/** What Handlebars' generated parser tells its error handler; `loc` is the last token that made sense. */
interface ParserFindings {
  readonly text?: string;
  readonly token?: string;
  readonly line?: number;
  readonly loc?: { readonly last_line: number; readonly last_column: number };
}

class ParserError extends Error {
  readonly findings: ParserFindings;

  constructor(message: string, findings: ParserFindings) {
    super(message);
    this.findings = findings;
  }
}

/** The parser hands its findings only to a handler on its shared state, which the first parse puts in place. */
function listenToParser(): void {
  Handlebars.parseWithoutProcessing("");
  const { Parser } = Handlebars as unknown as { readonly Parser: { yy: { parseError?: unknown } } };
  Parser.yy.parseError = (message: string, findings: ParserFindings) => {
    throw new ParserError(message, findings);
  };
}
listenToParser();

/** Reads a template into Handlebars' syntax tree, as written: whitespace control is not applied. */
export function parseSyntax(text: string): ParsedSyntax {
  try {
    return { program: Handlebars.parseWithoutProcessing(text) };
  } catch (error) {
    return { problem: explain(text, error) };
  }
}

function explain(text: string, error: unknown): SyntaxProblem {
  if (error instanceof ParserError) return explainFindings(text, error.findings);
  // Handlebars' own checks, such as a block closed by another name, carry their position in the error.
  const place = positionIn(error);
  const message = messageOf(error).replace(/ - \d+:\d+$/, "");
  return {
    line: place?.line ?? 1,
    column: (place?.column ?? 0) + 1,
    message: `${message}.`,
    hint: "Every {{#block}} ends with {{/block}} of the same name.",
  };
}

function explainFindings(
  text: string,
  { token, text: found, loc, line }: ParserFindings,
): SyntaxProblem {
  if (token === "EOF") {
    const open = unclosedBlock(text);
    if (open !== undefined) {
      return {
        ...lineAndColumn(text, open.offset),
        message: `The block {{#${open.name}}} is never closed.`,
        hint: `End it with {{/${open.name}}}.`,
      };
    }
  }
  const place = {
    line: loc?.last_line ?? (line ?? 0) + 1,
    column: (loc?.last_column ?? 0) + 1,
  };
  const call = callWithBrackets(text, place);
  if (call !== undefined) return call;
  const unexpected = token === "EOF" ? "the end of the file" : `"${found ?? ""}"`;
  return {
    ...(openTag(text, place) ?? place),
    message: `The template breaks off at ${unexpected}.`,
    hint: "Every {{ needs its }}, every quote its partner, and every {{#block}} its {{/block}}.",
  };
}

/** `{{ ref('x') }}`, as other tools write it, at the line where the parser stopped. */
function callWithBrackets(
  text: string,
  { line }: { readonly line: number },
): SyntaxProblem | undefined {
  const lines = text.split("\n");
  const call = /\{\{~?\s*(ref|source|var|env)\s*\(\s*(.*?)\s*\)\s*~?\}\}/.exec(
    lines[line - 1] ?? "",
  );
  if (call === null) return undefined;
  const [, helper = "", given = ""] = call;
  const words = given.split(",").map((word) => word.trim().replace(/^['"]|['"]$/g, ""));
  // dbt's source('oltp', 'customer') is one name here.
  const args = helper === "source" ? [words.join(".")] : words;
  return {
    line,
    column: call.index + 1,
    message: `${helper} is called without brackets here.`,
    hint: `Write {{${[helper, ...args.map((word) => `"${word}"`)].join(" ")}}}.`,
  };
}

/** The `{{` before a place, when no `}}` ended it. */
function openTag(
  text: string,
  place: { readonly line: number; readonly column: number },
): { line: number; column: number } | undefined {
  const before = text.split("\n").slice(0, place.line);
  const last = (before.pop() ?? "").slice(0, place.column);
  const read = [...before, last].join("\n");
  const open = read.lastIndexOf("{{");
  return open < 0 || read.includes("}}", open) ? undefined : lineAndColumn(text, open);
}

/** The position that Handlebars gives its own errors; `column` counts from 0. */
function positionIn(error: unknown): { line: number; column: number } | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  if (!("lineNumber" in error) || typeof error.lineNumber !== "number") return undefined;
  const column = "column" in error && typeof error.column === "number" ? error.column : 0;
  return { line: error.lineNumber, column };
}

interface OpenBlock {
  readonly name: string;
  readonly offset: number;
}

/** The innermost block that is still open at the end of the text. */
function unclosedBlock(text: string): OpenBlock | undefined {
  const open: OpenBlock[] = [];
  const tags = /\{\{~?!--[\s\S]*?--~?\}\}|\{\{~?([#/])[>*]?\s*([^\s}~]+)/g;
  for (const match of text.matchAll(tags)) {
    const [, sign, name = ""] = match;
    if (sign === "#") open.push({ name, offset: match.index });
    else if (sign === "/") open.pop();
  }
  return open.at(-1);
}

function lineAndColumn(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset).split("\n");
  return { line: before.length, column: (before.at(-1) ?? "").length + 1 };
}
