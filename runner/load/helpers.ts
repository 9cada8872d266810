import { build } from "esbuild";
import type { BuildFailure, Message } from "esbuild";
import { messageOf } from "../core/caught.ts";
import type { Diagnostic } from "../core/diagnostic.ts";
import type { Macro } from "../core/macro.ts";
import { helperChecksums } from "./helper-checksums.ts";

export interface LoadedHelpers {
  readonly helpers: ReadonlyMap<string, Macro>;
  /** For each helper, a text that changes with its code and with that of all it imports. */
  readonly checksums: ReadonlyMap<string, string>;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Loads the project's helpers, each the default export of `macros/<name>.ts`. They are bundled with what they import,
 * so that a project needs no TypeScript loader and no package.json of its own.
 */
export async function loadHelpers(
  root: string,
  files: ReadonlyMap<string, string>,
): Promise<LoadedHelpers> {
  if (files.size === 0) return { helpers: new Map(), checksums: new Map(), diagnostics: [] };
  const entry = [...files]
    .map(
      ([name, file], index) =>
        `import * as m${index} from "./${file}"; export { m${index} as ${name} };`,
    )
    .join("\n");
  let code: string;
  let checksums: ReadonlyMap<string, string>;
  try {
    const result = await build({
      absWorkingDir: root,
      stdin: { contents: entry, resolveDir: root, loader: "ts" },
      bundle: true,
      write: false,
      metafile: true,
      format: "esm",
      platform: "node",
      target: "node20",
      logLevel: "silent",
      tsconfigRaw: {},
    });
    code = result.outputFiles[0]?.text ?? "";
    checksums = helperChecksums(root, files, result.metafile.inputs);
  } catch (error) {
    if (!isBuildFailure(error)) throw error;
    return {
      helpers: new Map(),
      checksums: new Map(),
      diagnostics: error.errors.map(syntaxDiagnostic),
    };
  }
  return { ...(await importHelpers(code, files)), checksums };
}

async function importHelpers(
  code: string,
  files: ReadonlyMap<string, string>,
): Promise<Omit<LoadedHelpers, "checksums">> {
  const address = `data:text/javascript;base64,${Buffer.from(code).toString("base64")}`;
  let modules: Record<string, { readonly default?: unknown }>;
  try {
    modules = (await import(address)) as typeof modules;
  } catch (error) {
    const loaded = [...files.values()].join(", ");
    const message = `A macro fails while it is loaded: ${messageOf(error)}`;
    return { helpers: new Map(), diagnostics: [{ code: "MACRO_INVALID", message, cause: loaded }] };
  }
  const helpers = new Map<string, Macro>();
  const diagnostics: Diagnostic[] = [];
  for (const [name, file] of files) {
    const helper = modules[name]?.default;
    if (typeof helper === "function") helpers.set(name, helper as Macro);
    else {
      diagnostics.push({
        code: "MACRO_INVALID",
        message: `${file} has no function as its default export.`,
        place: { file, line: 1, column: 1 },
        hint: `Write: const ${name}: Macro = (context, …) => "…"; export default ${name};`,
      });
    }
  }
  return { helpers, diagnostics };
}

function isBuildFailure(error: unknown): error is BuildFailure {
  return typeof error === "object" && error !== null && "errors" in error;
}

function syntaxDiagnostic({ text, location }: Message): Diagnostic {
  return {
    code: "MACRO_INVALID",
    message: text,
    place:
      location === null
        ? undefined
        : { file: location.file, line: location.line, column: location.column + 1 },
    frame: location === null ? undefined : `> ${location.line} | ${location.lineText}`,
  };
}
