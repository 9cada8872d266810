import path from "node:path";
import type { Diagnostic } from "../core/diagnostic.ts";
import type { SingularTest } from "../core/node.ts";
import type { TextFile } from "../load/project_files.ts";
import { singularTestSchema } from "./schema/model.ts";
import { parseTemplate } from "./template.ts";
import type { MacroNames } from "./template.ts";
import { readYaml } from "./yaml_file.ts";

export interface ParsedSingularTests {
  readonly tests: readonly SingularTest[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Each `tests/<name>.sql` is a data test; `<name>.yml` beside it is optional. */
export function parseSingularTests(
  sqlFiles: readonly TextFile[],
  yamlFiles: readonly TextFile[],
  macros: MacroNames,
): ParsedSingularTests {
  const diagnostics: Diagnostic[] = [];
  const tests = sqlFiles.map((sql): SingularTest => {
    const stem = sql.file.replace(/\.sql$/, "");
    const yamlFile = yamlFiles.find((file) => file.file.replace(/\.ya?ml$/, "") === stem);
    const parsed = readYaml(yamlFile ?? { file: `${stem}.yml`, text: "" }, singularTestSchema);
    const template = parseTemplate(sql, macros);
    diagnostics.push(...parsed.diagnostics, ...template.diagnostics);
    return {
      kind: "test",
      form: "singular",
      name: path.posix.basename(stem),
      description: parsed.value?.value.description ?? "",
      tags: parsed.value?.value.tags ?? [],
      severity: parsed.value?.value.severity ?? "error",
      place: { file: sql.file, line: 1, column: 1 },
      template: template.template,
    };
  });
  return { tests, diagnostics };
}
