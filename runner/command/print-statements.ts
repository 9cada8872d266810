import type { GlobalOptions } from "./options.ts";

/** Prints what a dry run would have carried out: SQL that could be run, or with `--json` one object a line. */
export function printStatements(
  statements: readonly string[],
  { json }: Pick<GlobalOptions, "json">,
): void {
  const print = (statement: string) =>
    json === true ? `${JSON.stringify({ statement })}\n` : `${statement};\n\n`;
  process.stdout.write(statements.map(print).join(""));
}
