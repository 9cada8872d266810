import type { Diagnostic } from "../core/diagnostic.ts";
import type { TextFile } from "../load/project-files.ts";

/** YAML files by the path that they share with what they describe: that path without its ending. */
export interface YamlBeside {
  readonly byStem: ReadonlyMap<string, TextFile>;
  readonly diagnostics: readonly Diagnostic[];
}

export function stemOf(file: string): string {
  return file.replace(/\.[a-z]+$/, "");
}

/** Finds each YAML file by its stem. Both a `.yml` and a `.yaml` of one stem are one too many. */
export function yamlBeside(files: readonly TextFile[]): YamlBeside {
  const byStem = new Map<string, TextFile>();
  const diagnostics: Diagnostic[] = [];
  for (const file of files) {
    const stem = stemOf(file.file);
    const other = byStem.get(stem);
    if (other === undefined) byStem.set(stem, file);
    else {
      diagnostics.push({
        code: "YAML_SCHEMA",
        message: `${file.file} and ${other.file} describe the same thing.`,
        place: { file: file.file, line: 1, column: 1 },
        hint: "Keep one of the two.",
      });
    }
  }
  return { byStem, diagnostics };
}
