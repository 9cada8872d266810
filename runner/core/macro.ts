import type { EngineName } from "./ports.ts";

/** What a helper in `macros/*.ts` may know about the model that calls it. */
export interface MacroContext {
  /** The engine that the SQL is compiled for. */
  readonly dialect: EngineName;
}

export type MacroArgument = string | number | boolean;

/** A helper of `macros/<name>.ts`, exported as its default: `{{name "argument"}}` renders what it returns. */
export type Macro = (context: MacroContext, ...args: readonly MacroArgument[]) => string;
