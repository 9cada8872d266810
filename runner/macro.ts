/** What a project's `macros/*.ts` import, types only: `import type { Macro } from "@mercado/runner/macro.ts";`. */
export type { Macro, MacroArgument, MacroContext } from "./core/macro.ts";
