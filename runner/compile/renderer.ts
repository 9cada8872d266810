import Handlebars from "handlebars";
import { didYouMean } from "../core/closest.ts";
import { Failure } from "../core/diagnostic.ts";
import type { Diagnostic, DiagnosticCode, Place } from "../core/diagnostic.ts";
import { codeFrame } from "../core/frame.ts";
import type { Macro, MacroArgument } from "../core/macro.ts";
import type { Template } from "../core/node.ts";
import type { EngineName } from "../core/ports.ts";
import type { RelationName } from "../core/relation.ts";

/** What one rendering of a template is told. */
export interface RenderContext {
  readonly dialect: EngineName;
  /** SQL text that a ref stands for. */
  readonly resolve: (relation: RelationName) => string;
  /** SQL text of the relation that is being built; undefined where there is none, as in a data test. */
  readonly self?: string;
  /** Bounds of an increment as SQL literals; undefined when everything is built. */
  readonly increment?: { readonly since: string; readonly until: string };
}

export interface RendererParts {
  readonly partials: ReadonlyMap<string, Template>;
  readonly helpers: ReadonlyMap<string, Macro>;
  /** Relations of source tables by `source.table`. */
  readonly sourceRelations: ReadonlyMap<string, RelationName>;
  readonly vars: Readonly<Record<string, string | number | boolean>>;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export type Renderer = (template: Template, context: RenderContext) => string;

interface HelperOptions extends Handlebars.HelperOptions {
  readonly loc?: { readonly start: { readonly line: number; readonly column: number } };
}

/** A problem on its way out of Handlebars, with the position that Handlebars knew. */
class TemplateProblem extends Error {
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

/** Makes the function that renders templates. It throws a `Failure` that points into the template. */
export function createRenderer(parts: RendererParts): Renderer {
  let context: RenderContext | undefined;
  const current = (): RenderContext => {
    if (context === undefined) throw new Error("nothing is being rendered");
    return context;
  };
  const environment = Handlebars.create();
  const helper = (
    name: string,
    render: (args: MacroArgument[], options: HelperOptions) => string,
  ) => {
    environment.registerHelper(name, (...all: unknown[]) => {
      const options = all.pop() as HelperOptions;
      return render(all as MacroArgument[], options);
    });
  };

  helper("ref", ([name]) => current().resolve(String(name) as RelationName));
  helper("source", ([name], options) => {
    const relation = parts.sourceRelations.get(String(name));
    if (relation === undefined)
      throw new TemplateProblem(
        "REF_UNKNOWN",
        `There is no source table "${String(name)}".`,
        options,
      );
    return current().resolve(relation);
  });
  helper("var", ([name], options) => {
    const value = parts.vars[String(name)];
    if (value !== undefined) return String(value);
    const hint = didYouMean(
      String(name),
      Object.keys(parts.vars),
      "Variables stand in pipelines.yaml under vars.",
    );
    throw new TemplateProblem(
      "VAR_UNKNOWN",
      `There is no variable "${String(name)}".`,
      options,
      hint,
    );
  });
  helper("env", ([name, otherwise], options) => {
    const value = parts.env[String(name)] ?? otherwise;
    if (value !== undefined) return String(value);
    const hint = `Set it, or give a default: {{env "${String(name)}" "…"}}.`;
    throw new TemplateProblem(
      "ENV_MISSING",
      `The environment names no ${String(name)}.`,
      options,
      hint,
    );
  });
  environment.registerHelper("incremental", function (this: unknown, options: HelperOptions) {
    return current().increment === undefined ? options.inverse(this) : options.fn(this);
  });
  for (const bound of ["since", "until"] as const) {
    helper(bound, (_, options) => {
      const { increment } = current();
      if (increment !== undefined) return increment[bound];
      const hint = "There is a bound only inside {{#incremental}}…{{/incremental}}.";
      throw new TemplateProblem(
        "TEMPLATE_UNKNOWN_NAME",
        `{{${bound}}} has no value here.`,
        options,
        hint,
      );
    });
  }
  for (const [name, macro] of parts.helpers) {
    helper(name, (args, options) => {
      try {
        return macro({ dialect: current().dialect }, ...args);
      } catch (error) {
        const cause = error instanceof Error ? error.message : String(error);
        throw new TemplateProblem("MACRO_FAILED", `The macro ${name} failed: ${cause}`, options);
      }
    });
  }
  for (const [name, partial] of parts.partials) environment.registerPartial(name, partial.text);

  const compiled = new Map<string, Handlebars.TemplateDelegate>();
  return (template, given) => {
    let delegate = compiled.get(template.text);
    if (delegate === undefined) {
      delegate = environment.compile(template.text, { noEscape: true, strict: true });
      compiled.set(template.text, delegate);
    }
    context = given;
    try {
      // `{{this}}` is the context itself to Handlebars, which prints it with toString.
      return delegate({ toString: () => given.self ?? "" }).trim();
    } catch (error) {
      throw new Failure([explain(template, error)]);
    } finally {
      context = undefined;
    }
  };
}

function explain(template: Template, error: unknown): Diagnostic {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof TemplateProblem) {
    const place = placeOf(template, error.loc?.start.line, error.loc?.start.column);
    return { code: error.code, message, hint: error.hint, ...place };
  }
  // Strict mode: `"column" not defined in [object Object] - 3:5`.
  const missing = /^"(.+?)" not defined in .* - (\d+):(\d+)$/.exec(message);
  if (missing !== null) {
    return {
      code: "TEMPLATE_UNKNOWN_NAME",
      message: `"${missing[1] ?? ""}" has no value.`,
      hint: 'A partial\'s parameter must be given where it is called: {{> name parameter="…"}}.',
      ...placeOf(template, Number(missing[2]), Number(missing[3])),
    };
  }
  return { code: "TEMPLATE_SYNTAX", message, ...placeOf(template) };
}

function placeOf(template: Template, line = 1, column = 0): { place: Place; frame: string } {
  const place = { file: template.file, line, column: column + 1 };
  return { place, frame: codeFrame(template.text, place) };
}
