import path from "node:path";
import type { Diagnostic } from "../core/diagnostic.ts";
import type { Template } from "../core/node.ts";
import { identifierPattern } from "../core/relation.ts";
import type { TextFile } from "../load/project_files.ts";
import { builtinHelpers, parseTemplate } from "./template.ts";
import type { MacroNames } from "./template.ts";

export interface ParsedMacros extends MacroNames {
  /** Helper names with the files that define them. */
  readonly helperFiles: ReadonlyMap<string, string>;
  readonly diagnostics: readonly Diagnostic[];
}

/** `macros/<name>.hbs` is the partial `name`, `macros/<name>.ts` the helper `name`. */
export function parseMacros(
  partialFiles: readonly TextFile[],
  helpers: readonly string[],
): ParsedMacros {
  const diagnostics: Diagnostic[] = [];
  const helperFiles = new Map<string, string>();
  for (const file of helpers) {
    const name = path.posix.basename(file, ".ts");
    const taken = builtinHelpers.includes(name) || helperFiles.has(name);
    if (taken || !identifierPattern.test(name)) {
      diagnostics.push({
        code: "MACRO_INVALID",
        message: taken
          ? `The name "${name}" is taken already.`
          : `"${name}" is not lower snake case.`,
        place: { file, line: 1, column: 1 },
        hint: "A helper is called by its file's name: rename the file.",
      });
      continue;
    }
    helperFiles.set(name, file);
  }

  const partials = new Map<string, Template>();
  const names: MacroNames = { helpers: new Set(helperFiles.keys()), partials };
  // Again until nothing is found any more: a partial has the refs of the partials that it calls.
  let found = -1;
  for (let round = 0; countRefs(partials) > found; round += 1) {
    found = countRefs(partials);
    for (const file of partialFiles) {
      const parsed = parseTemplate(file, names, true);
      if (round === 0) diagnostics.push(...parsed.diagnostics);
      partials.set(path.posix.basename(file.file, ".hbs"), withDistinctRefs(parsed.template));
    }
  }
  return { ...names, helperFiles, diagnostics };
}

function countRefs(partials: ReadonlyMap<string, Template>): number {
  return [...partials.values()].reduce((sum, partial) => sum + partial.refs.length, 0);
}

function withDistinctRefs(template: Template): Template {
  const distinct = new Map(template.refs.map((ref) => [`${ref.kind} ${ref.name}`, ref]));
  return { ...template, refs: [...distinct.values()] };
}
