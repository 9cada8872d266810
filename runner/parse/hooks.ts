import type { Diagnostic } from "../core/diagnostic.ts";
import type { Template } from "../core/template.ts";
import { parseTemplate } from "./template.ts";
import type { MacroNames } from "./template.ts";
import type { YamlFile } from "./yaml-file.ts";
import type { YamlPath } from "./yaml-path.ts";

/** Reads the templates of a list of hooks in YAML; whatever they say is placed at their entry. */
export function readHooks(
  { yaml, path }: { readonly yaml: YamlFile<unknown>; readonly path: YamlPath },
  texts: readonly string[],
  macros: MacroNames,
  diagnostics: Diagnostic[],
): readonly Template[] {
  return texts.map((text, index) => {
    const at = yaml.place([...path, index]);
    const parsed = parseTemplate({ file: yaml.file.file, text }, macros);
    // The frame shows the hook's own lines, whose numbers are not those of the file.
    diagnostics.push(...parsed.diagnostics.map((found) => ({ ...found, place: at })));
    const refs = parsed.template.refs.map((ref) => ({ ...ref, place: at }));
    return { ...parsed.template, refs, at };
  });
}
