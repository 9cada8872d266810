import type { EngineName } from "./ports.ts";
import type { RelationName } from "./relation.ts";

/**
 * What a helper in `macros/*.ts` may know about where it is called. There is no more on purpose: variables and the
 * environment are given as arguments, `{{name (var "x")}}`, and the time of an increment as `{{name (since)}}`, so that a
 * model's text tells all that its rows depend on.
 */
export interface MacroContext {
  /** The engine that the SQL is compiled for. */
  readonly dialect: EngineName;
  /** The name of the target in pipelines.yaml. */
  readonly target?: string;
  /** The model that is built; undefined in a data test and in a run's hooks. */
  readonly relation?: RelationName;
  /** Arguments given by name, `{{money "price" scale=4}}`; absent when there are none. One that nobody reads is an error. */
  readonly named?: Readonly<Record<string, MacroArgument>>;
}

export type MacroArgument = string | number | boolean;

/**
 * A helper of `macros/<name>.ts`, exported as its default: `{{name "argument"}}` renders what it returns. `Arguments`
 * types the ones that it takes, `Macro<[column: string, scale?: number]>`; those without a default must be given.
 */
export type Macro<
  Arguments extends readonly (MacroArgument | undefined)[] = readonly MacroArgument[],
> = (context: MacroContext, ...args: Arguments) => string;

/** The value of a variable; a list is for `{{#each (var "x")}}`. */
export type Variable = MacroArgument | readonly MacroArgument[];
export type Variables = Readonly<Record<string, Variable>>;
