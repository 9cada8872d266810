import path from "node:path";
import type { Diagnostic } from "../core/diagnostic.ts";
import type { SingularTest } from "../core/data-test.ts";
import type { TextFile } from "../load/project-files.ts";
import { stemOf, yamlBeside } from "./beside.ts";
import { singularTestSchema } from "./schema/model.ts";
import { parseTemplate } from "./template.ts";
import { testSettings } from "./test-reader.ts";
import type { MacroNames } from "./template.ts";
import { readYaml } from "./yaml-file.ts";

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
  const beside = yamlBeside(yamlFiles);
  const diagnostics: Diagnostic[] = [...beside.diagnostics];
  const orphans = new Map(beside.byStem);
  const tests = sqlFiles.map((sql): SingularTest => {
    const stem = stemOf(sql.file);
    const yamlFile = beside.byStem.get(stem);
    orphans.delete(stem);
    const parsed = readYaml(yamlFile ?? { file: `${stem}.yml`, text: "" }, singularTestSchema);
    const template = parseTemplate(sql, macros);
    diagnostics.push(...parsed.diagnostics, ...template.diagnostics);
    return {
      kind: "test",
      form: "singular",
      name: path.posix.basename(stem),
      description: parsed.value?.value.description ?? "",
      tags: parsed.value?.value.tags ?? [],
      ...testSettings(parsed.value?.value ?? {}),
      place: { file: sql.file, line: 1, column: 1 },
      template: template.template,
    };
  });
  for (const { file } of orphans.values()) {
    diagnostics.push({
      code: "TEST_WITHOUT_SQL",
      message: `${file} describes a data test that has no .sql beside it.`,
      place: { file, line: 1, column: 1 },
      hint: "Write the query for the rows that should not exist there.",
    });
  }
  return { tests, diagnostics };
}
