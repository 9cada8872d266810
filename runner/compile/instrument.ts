import Handlebars from "handlebars";
import type { Template } from "../core/template.ts";

/** What a part of a rendered text was rendered from. */
export interface Mark {
  readonly template: Template;
  /** Template text itself, a call whose result stands there, or another template that stands there. */
  readonly kind: "text" | "call" | "partial";
  /** The name of what is called. */
  readonly name: string;
  /** Where it begins in the template, in UTF-16 units from 0. */
  readonly offset: number;
  /** Blanks that are put before each line of what stands there. */
  readonly indent: number;
}

/**
 * What stands before each part: the part's number and how many partials it stands in, between characters of Unicode's
 * private area. A part ends at the next sign that is in no more partials; nothing stands behind it, for a sign behind a
 * partial's last line break would be taken for one more line.
 */
export function signOf(mark: number, depth: number): string {
  return `\uE0A0${mark}:${depth}\uE0A1`;
}

/** Captures the part's number and its depth. */
export const signs = /\uE0A0(\d+):(\d+)\uE0A1/g;

export const enterHelper = "__enter";
export const leaveHelper = "__leave";

/**
 * A template whose rendering says where each part of it came from: a helper is called before and after each part, and
 * prints a sign. `marks` grows by what the signs' numbers mean.
 */
export function instrument(template: Template, marks: Mark[]): hbs.AST.Program {
  const program = Handlebars.parse(template.text);
  const offsetOf = offsets(template.text);
  const surround = (statement: hbs.AST.Statement, mark: Omit<Mark, "template">) => {
    marks.push({ template, ...mark });
    return [call(`${enterHelper} ${marks.length - 1}`), statement, call(leaveHelper)];
  };
  const visit = (block: hbs.AST.Program): void => {
    block.body = block.body.flatMap((statement) => {
      const offset = offsetOf(statement.loc.start);
      switch (statement.type) {
        case "BlockStatement": {
          const { program: body, inverse } = statement as Partial<hbs.AST.BlockStatement>;
          if (body !== undefined) visit(body);
          if (inverse !== undefined) visit(inverse);
          return [statement];
        }
        case "ContentStatement": {
          const { value, original } = statement as hbs.AST.ContentStatement;
          if (value === "") return [statement];
          // Blanks beside a block's tag are taken off; the rest is as it was.
          const taken = Math.max(
            0,
            (typeof original === "string" ? original : value).indexOf(value),
          );
          return surround(statement, { kind: "text", name: "", offset: offset + taken, indent: 0 });
        }
        case "MustacheStatement": {
          const name = nameOf((statement as hbs.AST.MustacheStatement).path);
          return surround(statement, { kind: "call", name, offset, indent: 0 });
        }
        case "PartialStatement": {
          const partial = statement as hbs.AST.PartialStatement;
          const { length: indent } = partial.indent;
          return surround(statement, {
            kind: "partial",
            name: nameOf(partial.name),
            offset,
            indent,
          });
        }
        default:
          return [statement];
      }
    });
  };
  visit(program);
  return program;
}

function call(text: string): hbs.AST.Statement {
  const [statement] = Handlebars.parseWithoutProcessing(`{{${text}}}`).body;
  if (statement === undefined) throw new Error(`{{${text}}} is no call`);
  return statement;
}

function nameOf(path: hbs.AST.Expression): string {
  return "original" in path ? String(path.original) : path.type;
}

/** Offsets of the positions that Handlebars gives, whose lines begin with 1 and columns with 0. */
function offsets(text: string): (position: hbs.AST.Position) => number {
  const starts = [
    0,
    ...[...text.matchAll(/\r\n?|\n/g)].map(({ 0: end, index }) => index + end.length),
  ];
  return ({ line, column }) => (starts[line - 1] ?? text.length) + column;
}
