import { wordsOfSql } from "../core/blank-out.ts";
import { Failure } from "../core/diagnostic.ts";
import type { Diagnostic } from "../core/diagnostic.ts";
import { codeFrame } from "../core/frame.ts";
import type { Template } from "../core/template.ts";
import type { LocateFailure, StatementFailure } from "../core/statement-failure.ts";
import { instrument, signOf } from "./instrument.ts";
import type { Mark } from "./instrument.ts";
import { createRenderer } from "./renderer.ts";
import type { RenderContext, Renderer, RendererParts } from "./renderer.ts";
import { originsAt, placeAt, withoutSigns } from "./trace.ts";
import type { Origin } from "./trace.ts";

export interface LocatingRenderer {
  readonly render: Renderer;
  readonly locate: LocateFailure;
}

interface Rendered {
  readonly sql: string;
  readonly context: RenderContext;
}

/**
 * A renderer that knows where every character of what it rendered came from. Nothing is kept for that but the texts
 * themselves: when something failed, its template is rendered once more, with signs around each part.
 */
export function createLocatingRenderer(parts: RendererParts): LocatingRenderer {
  const render = createRenderer(parts);
  const known = new Map<Template, Rendered[]>();
  let tracer: Tracer | undefined;
  const trace = () => (tracer ??= createTracer(parts));
  return {
    render: (template, context) => {
      try {
        const sql = render(template, context);
        const rendered = known.get(template) ?? [];
        rendered.push({ sql, context });
        known.set(template, rendered);
        return sql;
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        const entered = trace().entered(template, context);
        throw new Failure(error.diagnostics.map((found) => atCaller(found, entered)));
      }
    },
    locate: (failure, template) => {
      // Elsewhere it may stand in an ephemeral model, whose query is part of its readers' statements.
      for (const [source, rendered] of [[template, known.get(template) ?? []] as const, ...known]) {
        for (const { sql, context } of rendered) {
          const offset = offsetIn(sql, failure);
          if (offset === undefined) continue;
          const origins = trace().origins(source, context, sql)(offset);
          if (origins.length > 0)
            return describe(origins, { file: "", text: sql, refs: [] }, offset);
        }
      }
      return undefined;
    },
  };
}

/** Where a failure stands in a text that its statement holds; undefined when it stands elsewhere. */
function offsetIn(sql: string, { statement, position }: StatementFailure): number | undefined {
  if (position === undefined) return undefined;
  const lines = statement.split("\n").slice(0, position.line - 1);
  const wanted = lines.reduce((sum, line) => sum + line.length + 1, position.column - 1);
  // Without the semicolon that may end a hook, and without the keyword before which ephemeral models are put.
  const whole = sql.replace(/;+$/, "");
  const keyword = /^\s*with(\s+recursive)?\b/i.exec(wordsOfSql(whole))?.[0].length ?? 0;
  for (const cut of keyword > 0 ? [0, keyword] : [0]) {
    const text = whole.slice(cut);
    const start = text === "" ? -1 : statement.indexOf(text);
    const offset = wanted - start + cut;
    if (start >= 0 && offset >= cut && offset <= whole.length) return offset;
  }
  return undefined;
}

interface Tracer {
  /** Where the characters of a rendered text came from; none when the template does not render to it again. */
  origins(
    template: Template,
    context: RenderContext,
    sql: string,
  ): (offset: number) => readonly Origin[];
  /** The calls that rendering was in when it failed, the outermost first. */
  entered(template: Template, context: RenderContext): readonly Origin[];
}

function createTracer(parts: RendererParts): Tracer {
  const marks: Mark[] = [];
  const entered: Mark[] = [];
  const render = createRenderer(parts, {
    prepare: (template) => instrument(template, marks),
    enter: (number) => {
      const mark = marks[number];
      if (mark !== undefined) entered.push(mark);
      return signOf(number, entered.length - 1);
    },
    leave: () => {
      entered.pop();
    },
  });
  return {
    origins: (template, context, sql) => {
      const traced = render(template, context);
      return (offset) =>
        withoutSigns(traced).trim() === sql ? originsAt(traced, offset, marks) : [];
    },
    entered: (template, context) => {
      entered.splice(0);
      try {
        render(template, context);
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
      }
      return entered.splice(0).map(({ template: caller, kind, name, offset }) => ({
        template: caller,
        kind,
        name,
        place: placeAt(caller, offset),
      }));
    },
  };
}

/** Points a failed rendering at the outermost template, which is the one that is being worked on, and shows the rest below. */
function atCaller(found: Diagnostic, entered: readonly Origin[]): Diagnostic {
  // No partial calls itself, so what was entered in the failing template is the failing call.
  const callers = entered.filter(({ template }) => template.file !== found.place?.file);
  const [outermost, ...inner] = callers;
  if (outermost === undefined || found.place?.line === undefined) return found;
  const frames = [
    frameOf(outermost),
    ...inner.map((origin) => `${titleOf(origin.place)}\n${frameOf(origin)}`),
    `${titleOf(found.place)}\n${found.frame ?? ""}`.trimEnd(),
  ];
  return {
    ...found,
    place: outermost.template.at ?? outermost.place,
    frame: frames.join("\n"),
    cause: undefined,
  };
}

function describe(
  origins: readonly Origin[],
  compiled: Template,
  offset: number,
): Pick<Diagnostic, "place" | "frame"> {
  const [outermost, ...inner] = origins;
  const innermost = origins.at(-1);
  if (outermost === undefined) return {};
  const frames = [
    frameOf(outermost),
    ...inner.map((origin) => `${titleOf(origin.place)}\n${frameOf(origin)}`),
  ];
  if (innermost?.kind === "call") {
    frames.push(`compiled SQL:\n${codeFrame(compiled.text, placeAt(compiled, offset))}`);
  }
  return { place: outermost.template.at ?? outermost.place, frame: frames.join("\n") };
}

function frameOf({ template, place }: Origin): string {
  return codeFrame(template.text, place);
}

function titleOf({ file, line, column }: { file: string; line: number; column: number }): string {
  return `in ${file}:${line}:${column}`;
}
