import { lineAndColumn, readFlatTemplate } from "../core/flat-template.ts";
import type { FlatCall } from "../core/flat-template.ts";
import type { Template, TemplateRef } from "../core/template.ts";
import type { TextFile } from "../load/project-files.ts";

/** The calls that a flat template may hold besides those of the project's own helpers. */
const plainCalls = new Set(["var", "env", "this", "since", "until"]);

/**
 * The refs and uses of a template that is flat and sound, found without Handlebars. Undefined where it is not flat,
 * or where there may be something to report.
 */
export function readFlatRefs(
  { file, text }: TextFile,
  helpers: ReadonlySet<string>,
): Template | undefined {
  const parts = readFlatTemplate(text);
  if (parts === undefined) return undefined;
  const refs: TemplateRef[] = [];
  const used = new Set<string>();
  const named = {
    var: new Set<string>() as Set<string> | undefined,
    env: new Set<string>() as Set<string> | undefined,
  };
  for (const part of parts) {
    if (typeof part === "string") continue;
    const { name, args } = part;
    const [first] = args;
    if (name === "ref" || name === "source") {
      if (typeof first !== "string" || args.length > 1) return undefined;
      refs.push({ kind: name, name: first, place: placeOf(part, file, text) });
    } else if (name === "var" || name === "env") {
      if (typeof first === "string") named[name]?.add(first);
      else named[name] = undefined;
    }
    if (helpers.has(name)) used.add(name);
    else if (name !== "ref" && name !== "source" && !plainCalls.has(name)) return undefined;
  }
  const sorted = (names: ReadonlySet<string> | undefined) => names && [...names].sort();
  const uses = {
    partials: [],
    helpers: [...used].sort(),
    vars: sorted(named.var),
    env: sorted(named.env),
  };
  return { file, text, refs, uses };
}

/** A ref's place is that of the name which it gives. */
function placeOf({ argumentOffset }: FlatCall, file: string, text: string): TemplateRef["place"] {
  const { line, column } = lineAndColumn(text, argumentOffset);
  return { file, line, column: column + 1 };
}
