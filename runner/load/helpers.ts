import path from "node:path";
import { pathToFileURL } from "node:url";
import { messageOf } from "../core/caught.ts";
import type { Diagnostic } from "../core/diagnostic.ts";
import type { Macro } from "../core/macro.ts";

export interface LoadedHelpers {
  readonly helpers: ReadonlyMap<string, Macro>;
  readonly diagnostics: readonly Diagnostic[];
}

/** Imports the project's helpers, each the default export of `macros/<name>.ts`. */
export async function loadHelpers(
  root: string,
  files: ReadonlyMap<string, string>,
): Promise<LoadedHelpers> {
  const helpers = new Map<string, Macro>();
  const diagnostics: Diagnostic[] = [];
  for (const [name, file] of files) {
    const report = (message: string, rest: Pick<Diagnostic, "cause" | "hint">) =>
      diagnostics.push({
        code: "MACRO_INVALID",
        message,
        place: { file, line: 1, column: 1 },
        ...rest,
      });
    try {
      const address = pathToFileURL(path.join(root, file)).href;
      const module = (await import(address)) as { readonly default?: unknown };
      if (typeof module.default === "function") helpers.set(name, module.default as Macro);
      else {
        report(`${file} has no function as its default export.`, {
          hint: `Write: const ${name}: Macro = (context, …) => "…"; export default ${name};`,
        });
      }
    } catch (error) {
      report(`${file} cannot be imported.`, {
        cause: messageOf(error),
      });
    }
  }
  return { helpers, diagnostics };
}
