import { sqlOfTemplate } from "../core/blank-out.ts";
import type { Diagnostic } from "../core/diagnostic.ts";
import { codeFrame } from "../core/frame.ts";
import type { Template } from "../core/template.ts";

export interface TextProblem {
  readonly offset: number;
  readonly message: string;
  readonly hint: string;
}

/** Points a dialect's findings at the template's own lines. `find` sees the SQL alone, with every `{{…}}` blanked out. */
export function portabilityDiagnostics(
  template: Pick<Template, "file" | "text">,
  find: (sql: string) => readonly TextProblem[],
): readonly Diagnostic[] {
  const sql = sqlOfTemplate(template.text);
  return find(sql).map(({ offset, message, hint }) => {
    const before = template.text.slice(0, offset).split("\n");
    const place = {
      file: template.file,
      line: before.length,
      column: (before.at(-1) ?? "").length + 1,
    };
    return {
      code: "SQL_NOT_PORTABLE",
      message,
      place,
      frame: codeFrame(template.text, place),
      hint,
    };
  });
}
