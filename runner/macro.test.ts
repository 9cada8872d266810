import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import ts from "typescript";

const root = path.resolve(import.meta.dirname, "..");
let folder: string;

beforeAll(() => {
  // Inside the repository, where a project's macros find the runner's types.
  folder = mkdtempSync(path.join(root, "node_modules", ".macro-test-"));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** What the compiler has against a macro, under the settings of this repository. */
function complaints(text: string): readonly string[] {
  const file = path.join(folder, "money.ts");
  writeFileSync(file, `import type { Macro } from "@mercado/runner/macro.ts";\n${text}`);
  const { config } = ts.readConfigFile(path.join(root, "tsconfig.json"), (name) =>
    ts.sys.readFile(name),
  ) as { config: { compilerOptions: object } };
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root);
  const program = ts.createProgram([file], { ...options, types: [] });
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, " "));
}

test("a project's macro is checked against what it may use, with the arguments that it declares", () => {
  expect(
    complaints(`const money: Macro<[column: string, scale?: number]> = (
  { dialect, target, relation, named },
  column,
  scale = 2,
) => {
  const type = dialect === "redshift" ? "numeric" : "decimal";
  const comment = named?.comment === true ? \`/* \${relation ?? "no model"} on \${target ?? "?"} */ \` : "";
  return \`\${comment}cast(\${column.trim()} as \${type}(18,\${scale.toFixed(0)}))\`;
};
export default money;
`),
  ).toEqual([]);
  expect(complaints(`export const a: Macro = ({ warehouse }) => String(warehouse);\n`)).toEqual([
    expect.stringContaining("'warehouse' does not exist on type 'MacroContext'"),
  ]);
  expect(
    complaints(`export const a: Macro<[column: string]> = (_, column) => column * 2;\n`),
  ).toEqual(expect.arrayContaining([expect.stringContaining("arithmetic")]));
  expect(
    complaints(`export const a: Macro = ({ dialect }) => (dialect === "mysql" ? "a" : "b");\n`),
  ).toEqual([expect.stringContaining("no overlap")]);
});
