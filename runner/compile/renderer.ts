import Handlebars from "handlebars";
import { messageOf } from "../core/caught.ts";
import { didYouMean } from "../core/closest.ts";
import { Failure } from "../core/diagnostic.ts";
import { lineAndColumn, readFlatTemplate } from "../core/flat-template.ts";
import type { FlatCall, FlatPart } from "../core/flat-template.ts";
import type { Macro, MacroArgument, Variable, Variables } from "../core/macro.ts";
import type { Template } from "../core/template.ts";
import type { RunStatus } from "../core/event.ts";
import type { EngineName } from "../core/ports.ts";
import type { RelationName } from "../core/relation.ts";
import { callMacro } from "./call-macro.ts";
import { enterHelper, leaveHelper } from "./instrument.ts";
import { explain, nothingIsBuilt, TemplateProblem } from "./template-problem.ts";
import type { HelperOptions } from "./template-problem.ts";

/** What one rendering of a template is told. */
export interface RenderContext {
  readonly dialect: EngineName;
  /** The model whose text is rendered, for macros. */
  readonly relation?: RelationName;
  /** SQL text that a ref stands for. */
  readonly resolve: (relation: RelationName) => string;
  /** Ephemeral models that `resolve` is asked for all the same: a unit test gives their rows. */
  readonly given?: ReadonlySet<RelationName>;
  /** SQL text of the relation that is being built; undefined where there is none, as in a data test. */
  readonly self?: string;
  /** Bounds of an increment as SQL literals; undefined when everything is built. */
  readonly increment?: { readonly since: string; readonly until: string };
  /** The run that a hook is part of; only hooks know it, so that no model's rows depend on it. */
  readonly run?: { readonly id: string; readonly status?: RunStatus };
  /** The run's time, ISO 8601; undefined where nothing runs. */
  readonly now?: string;
  /** Variables over those of the project. */
  readonly vars?: RendererParts["vars"];
  /** Plain names that the template may use: the settings of a project's own generic test. */
  readonly parameters?: Readonly<Record<string, unknown>>;
}

export interface RendererParts {
  readonly partials: ReadonlyMap<string, Template>;
  readonly helpers: ReadonlyMap<string, Macro>;
  /** Relations of source tables by `source.table`. */
  readonly sourceRelations: ReadonlyMap<string, RelationName>;
  readonly vars: Variables;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The target's name, for macros. */
  readonly target?: string;
}

export type Renderer = (template: Template, context: RenderContext) => string;

/** A value by its name; names such as `constructor`, which every object inherits, are none. */
function own<Value>(values: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined;
}

/** Strict: a parameter that was not given is an error, not an empty text. */
const compileOptions = { noEscape: true, strict: true };

/** What follows a rendering part by part; `instrument` tells of the parts. */
export interface Following {
  prepare(template: Template): hbs.AST.Program;
  /** Called before each part; what it returns is printed there. */
  enter(mark: number): string;
  leave(): void;
}

/** Makes the function that renders templates. It throws a `Failure` that points into the template. */
export function createRenderer(parts: RendererParts, following?: Following): Renderer {
  let context: RenderContext | undefined;
  const current = (): RenderContext => {
    if (context === undefined) throw new Error("nothing is being rendered");
    return context;
  };
  const environment = Handlebars.create();
  const helper = (
    name: string,
    render: (args: MacroArgument[], options: HelperOptions) => Variable,
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
  helper("var", ([name, otherwise], options) => {
    const known = { ...parts.vars, ...current().vars };
    const value = own(known, String(name)) ?? otherwise;
    if (value !== undefined)
      return typeof value === "object" ? listOf(value, String(name), options) : value;
    const names = Object.keys(known);
    const hint = didYouMean(
      String(name),
      names,
      names.length > 0
        ? `Variables: ${names.join(", ")}. They stand in pipelines.yaml under vars.`
        : "Variables stand in pipelines.yaml under vars.",
    );
    throw new TemplateProblem(
      "VAR_UNKNOWN",
      `There is no variable "${String(name)}".`,
      options,
      hint,
    );
  });
  helper("env", ([name, otherwise], options) => {
    const value = own(parts.env, String(name)) ?? otherwise;
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
  const ofRun = (name: string, choose: (run: RenderContext["run"]) => string | undefined) => {
    helper(name, (_, options) => {
      const value = choose(current().run);
      if (value !== undefined) return value;
      const message = `{{${name}}} has no value here.`;
      const where = name === "run_id" ? "in hooks" : "in on_run_end";
      throw new TemplateProblem("TEMPLATE_UNKNOWN_NAME", message, options, `It is known ${where}.`);
    });
  };
  ofRun("run_id", (run) => run?.id);
  ofRun("run_status", (run) => run?.status);
  for (const [name, macro] of parts.helpers) {
    helper(name, (args, options) => {
      try {
        const { dialect, relation } = current();
        const named = options.hash as Readonly<Record<string, MacroArgument>>;
        return callMacro(macro, { dialect, target: parts.target, relation }, args, named);
      } catch (error) {
        if (error instanceof TemplateProblem) throw error;
        const message = `The macro ${name} failed: ${messageOf(error)}`;
        throw new TemplateProblem("MACRO_FAILED", message, options);
      }
    });
  }
  if (following !== undefined) {
    helper(enterHelper, ([mark]) => following.enter(Number(mark)));
    helper(leaveHelper, () => {
      following.leave();
      return "";
    });
  }
  // The template in which an error arose, where that is a partial and not the template that is being rendered.
  const origins = new WeakMap<object, Template>();
  for (const [name, partial] of parts.partials) {
    const render = environment.compile(following?.prepare(partial) ?? partial.text, compileOptions);
    environment.registerPartial(name, (given: unknown, options?: Handlebars.RuntimeOptions) => {
      try {
        return render(given, options);
      } catch (error) {
        if (typeof error === "object" && error !== null && !origins.has(error)) {
          origins.set(error, partial);
        }
        throw error;
      }
    });
  }

  const compiled = new Map<string, Handlebars.TemplateDelegate>();
  return (template, given) => {
    let delegate =
      following === undefined
        ? compiled.get(template.text)
        : environment.compile(following.prepare(template), compileOptions);
    if (delegate === undefined) {
      delegate =
        flatDelegate(template.text, environment.helpers) ??
        environment.compile(template.text, compileOptions);
      compiled.set(template.text, delegate);
    }
    context = given;
    try {
      let selfWasMissing = false as boolean;
      // `{{this}}` is the context itself to Handlebars, which prints it with toString.
      const toString = () => {
        selfWasMissing ||= given.self === undefined;
        return given.self ?? "";
      };
      const sql = delegate({ ...given.parameters, toString }).trim();
      if (selfWasMissing) throw new Failure([nothingIsBuilt(template)]);
      return sql;
    } catch (error) {
      if (error instanceof Failure) throw error;
      const origin = typeof error === "object" && error !== null ? origins.get(error) : undefined;
      const diagnostic = explain(origin ?? template, error);
      const cause = origin === undefined ? undefined : `${template.file} calls this partial.`;
      throw new Failure([{ ...diagnostic, cause }]);
    } finally {
      context = undefined;
    }
  };
}

/** A list has no SQL text of its own: printing it where a loop was forgotten is an error. */
function listOf(
  values: readonly MacroArgument[],
  name: string,
  options: HelperOptions,
): readonly MacroArgument[] {
  return Object.defineProperty([...values], "toString", {
    value: () => {
      const message = `The variable "${name}" is a list.`;
      const hint = `Write a text for each of its values: {{#each (var "${name}")}}…{{this}}…{{/each}}.`;
      throw new TemplateProblem("VAR_UNKNOWN", message, options, hint);
    },
  });
}

/** Helpers that are told more of a call than a flat template needs to know. */
const blocks = new Set([...Object.keys(Handlebars.helpers), "incremental"]);

type Helpers = Readonly<Record<string, Handlebars.HelperDelegate>>;

/**
 * What Handlebars would compile a flat template to, without the time that it takes to generate and load code. Undefined
 * for every other template, and for one that calls what is no helper.
 */
function flatDelegate(text: string, helpers: Helpers): Handlebars.TemplateDelegate | undefined {
  const parts = readFlatTemplate(text);
  const isKnown = (part: FlatPart) =>
    typeof part === "string" ||
    part.name === "this" ||
    (own(helpers, part.name) !== undefined && !blocks.has(part.name));
  if (parts?.every(isKnown) !== true) return undefined;
  return (self: unknown) => {
    let sql = "";
    for (const part of parts) {
      if (typeof part === "string") sql += part;
      else if (part.name === "this") sql += String(self);
      else
        sql += String(
          own(helpers, part.name)?.call(self, ...part.args, new CallOptions(part, text)),
        );
    }
    return sql;
  };
}

/** What Handlebars tells a helper about a call; the position is worked out when something went wrong. */
class CallOptions {
  readonly hash = {};
  readonly name: string;
  readonly #call: FlatCall;
  readonly #text: string;

  constructor(call: FlatCall, text: string) {
    this.name = call.name;
    this.#call = call;
    this.#text = text;
  }

  get loc(): HelperOptions["loc"] {
    return { start: lineAndColumn(this.#text, this.#call.offset) };
  }
}
