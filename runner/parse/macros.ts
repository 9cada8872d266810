import path from "node:path";
import type { Diagnostic } from "../core/diagnostic.ts";
import type { Template, TemplateRef } from "../core/template.ts";
import { identifierPattern } from "../core/relation.ts";
import type { TextFile } from "../load/project-files.ts";
import { builtinHelpers, parseTemplate } from "./template.ts";
import { isTestMacro, parseTestMacros } from "./test-macros.ts";
import type { TestMacro } from "./test-macros.ts";
import type { MacroNames, ParsedTemplate } from "./template.ts";

export interface ParsedMacros extends MacroNames {
  /** Helper names with the files that define them. */
  readonly helperFiles: ReadonlyMap<string, string>;
  /** The project's own generic tests by name. */
  readonly tests: ReadonlyMap<string, TestMacro>;
  readonly diagnostics: readonly Diagnostic[];
}

/** `macros/<name>.hbs` is the partial `name`, `macros/<name>.ts` the helper `name`, `macros/tests/<name>.hbs` a generic test. */
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
      const message = taken ? `The name "${name}" is taken already.` : notSnakeCase(name);
      diagnostics.push(
        invalid(file, message, "A helper is called by its file's name: rename the file."),
      );
      continue;
    }
    helperFiles.set(name, file);
  }

  const names = new Set(helperFiles.keys());
  const ownPartials = partialFiles.filter((file) => !isTestMacro(file));
  const partials = parsePartials(ownPartials, names, diagnostics);
  const tests = parseTestMacros(partialFiles.filter(isTestMacro), { helpers: names, partials });
  diagnostics.push(...tests.diagnostics);
  return { helpers: names, partials, helperFiles, tests: tests.tests, diagnostics };
}

/** Each partial with its own refs and those of every partial that it reaches. */
function parsePartials(
  files: readonly TextFile[],
  helpers: ReadonlySet<string>,
  diagnostics: Diagnostic[],
): ReadonlyMap<string, Template> {
  const byName = new Map<string, TextFile>();
  for (const file of files) {
    const name = path.posix.basename(file.file, ".hbs");
    const other = byName.get(name);
    if (other === undefined && identifierPattern.test(name)) byName.set(name, file);
    else {
      const message = other
        ? `${other.file} is the partial "${name}" already.`
        : notSnakeCase(name);
      diagnostics.push(
        invalid(file.file, message, "A partial is called by its file's name: rename the file."),
      );
    }
  }
  const names: MacroNames = {
    helpers,
    partials: new Map(
      [...byName].map(([name, { file, text }]) => [name, { file, text, refs: [] }]),
    ),
  };
  const parsed = new Map(
    [...byName].map(([name, file]) => [name, parseTemplate(file, names, true)]),
  );
  const partials = new Map<string, Template>();
  for (const [name, { template, diagnostics: found }] of parsed) {
    diagnostics.push(...found);
    const reached = reachedFrom(name, parsed);
    if (reached.has(name)) {
      const message = `The partial "${name}" calls itself, directly or through others.`;
      diagnostics.push(
        invalid(template.file, message, "It would never end: take one of the calls out."),
      );
    }
    const refs = [name, ...reached].flatMap((other) => parsed.get(other)?.template.refs ?? []);
    partials.set(name, { ...template, refs: distinctRefs(refs) });
  }
  return partials;
}

function reachedFrom(
  start: string,
  parsed: ReadonlyMap<string, ParsedTemplate>,
): ReadonlySet<string> {
  const reached = new Set<string>();
  const waiting = [...(parsed.get(start)?.partials ?? [])];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (reached.has(name)) continue;
    reached.add(name);
    waiting.push(...(parsed.get(name)?.partials ?? []));
  }
  return reached;
}

function distinctRefs(refs: readonly TemplateRef[]): readonly TemplateRef[] {
  return [...new Map(refs.map((ref) => [`${ref.kind} ${ref.name}`, ref])).values()];
}

function notSnakeCase(name: string): string {
  return `"${name}" is not lower snake case.`;
}

function invalid(file: string, message: string, hint: string): Diagnostic {
  return { code: "MACRO_INVALID", message, place: { file, line: 1, column: 1 }, hint };
}
