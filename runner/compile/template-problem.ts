import type Handlebars from "handlebars";
import { messageOf } from "../core/caught.ts";
import type { Diagnostic, DiagnosticCode, Place } from "../core/diagnostic.ts";
import { codeFrame } from "../core/frame.ts";
import type { Template } from "../core/template.ts";

/** What Handlebars tells a helper about its call. */
export interface HelperOptions extends Handlebars.HelperOptions {
  readonly loc?: { readonly start: { readonly line: number; readonly column: number } };
}

/** A problem on its way out of Handlebars, with the position that Handlebars knew. */
export class TemplateProblem extends Error {
  readonly code: DiagnosticCode;
  readonly hint: string | undefined;
  readonly loc: HelperOptions["loc"];

  constructor(code: DiagnosticCode, message: string, options: HelperOptions, hint?: string) {
    super(message);
    this.code = code;
    this.hint = hint;
    this.loc = options.loc;
  }
}

/** For `{{this}}` where nothing is built. */
export function nothingIsBuilt(template: Template): Diagnostic {
  const message = "{{this}} has no value here.";
  const hint = "Only a model has a relation that is being built.";
  return { code: "TEMPLATE_UNKNOWN_NAME", message, hint, ...placeOf(template) };
}

/** What went wrong in rendering, at its place in the template that it went wrong in. */
export function explain(template: Template, error: unknown): Diagnostic {
  const message = messageOf(error);
  if (error instanceof TemplateProblem) {
    const place = placeOf(template, error.loc?.start.line, error.loc?.start.column);
    return { code: error.code, message, hint: error.hint, ...place };
  }
  const missing = /^"(.+?)" not defined in /.exec(message)?.[1];
  const { line, column } = positionIn(error);
  if (missing !== undefined) {
    return {
      code: "TEMPLATE_UNKNOWN_NAME",
      message: `"${missing}" has no value.`,
      hint: `A partial's parameter must be given where it is called: {{> name ${missing}="…"}}.`,
      ...placeOf(template, line, column),
    };
  }
  return { code: "TEMPLATE_SYNTAX", message, ...placeOf(template, line, column) };
}

/** The position that Handlebars gives its own errors. */
function positionIn(error: unknown): { readonly line?: number; readonly column?: number } {
  if (typeof error !== "object" || error === null) return {};
  const { lineNumber, column } = error as {
    readonly lineNumber?: number;
    readonly column?: number;
  };
  return { line: lineNumber, column };
}

function placeOf(template: Template, line = 1, column = 0): { place: Place; frame: string } {
  const place = { file: template.file, line, column: column + 1 };
  return { place: template.at ?? place, frame: codeFrame(template.text, place) };
}
