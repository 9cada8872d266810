import { didYouMean } from "../core/closest.ts";
import type { Assertion, TestParameter, TestSettings } from "../core/data-test.ts";
import { testModifiersSchema } from "./schema/tests.ts";
import { settingsOf } from "./test-macros.ts";
import type { TestMacro } from "./test-macros.ts";
import { checkColumns, checkSettings, testSettings } from "./test-reader.ts";
import type { TestEntry, TestReader } from "./test-reader.ts";
import type { YamlPath } from "./yaml-path.ts";

export interface ReadMacroTest {
  /** Undefined when something was wrong with the entry, which is reported. */
  readonly assertion?: Assertion;
  readonly settings: TestSettings;
}

/** Reads an entry that names a test of the project's own; undefined when it names none. */
export function readMacroTest(
  reader: TestReader,
  entry: TestEntry,
  path: YamlPath,
  column?: string,
): ReadMacroTest | undefined {
  const pairs: readonly (readonly [string, Record<string, unknown>])[] =
    typeof entry === "string" ? [[entry, {}]] : Object.entries(entry);
  const [pair, ...others] = pairs;
  const macro = pair && reader.macros.get(pair[0]);
  if (pair === undefined || macro === undefined || others.length > 0) return undefined;
  const [name, given] = pair;
  const before = reader.diagnostics.length;

  const isModifier = (setting: string) => Object.hasOwn(testModifiersSchema.shape, setting);
  const modifiers = Object.fromEntries(Object.entries(given).filter(([key]) => isModifier(key)));
  const own = Object.entries(given).filter(([key]) => !isModifier(key));
  const checked = checkSettings(reader, testModifiersSchema, {
    type: name,
    settings: modifiers,
    path,
  });
  const where = typeof entry === "string" ? path : [...path, name];
  checkNames(
    reader,
    macro,
    own.map(([key]) => key),
    { path: where, column },
  );
  const parameters = own.flatMap(([key, value]) => {
    if (isParameter(value)) return [[key, value] as const];
    const message = `${name}: ${key} must be a text, a number, true or false, or a list of these.`;
    reader.diagnostics.push(reader.yaml.diagnostic("YAML_SCHEMA", [...where, key], message));
    return [];
  });

  const settings = testSettings(checked ?? {});
  if (reader.diagnostics.length > before) return { settings };
  const { column: named, ...byName } = Object.fromEntries(parameters);
  const tested = column ?? named;
  if (typeof named === "string") checkColumns(reader, [named], where);
  // What an {{#if}} asks for must be there to be asked for.
  const absent = [...macro.optional].map((parameter) => [parameter, ""] as const);
  return {
    settings,
    assertion: {
      type: "macro",
      name,
      column: macro.usesColumn && typeof tested === "string" ? tested : undefined,
      parameters: { ...Object.fromEntries(absent), ...byName },
      reads: [...macro.relations].flatMap((parameter) =>
        byName[parameter] === undefined ? [] : [String(byName[parameter])],
      ),
      template: macro.template,
    },
  };
}

interface Where {
  readonly path: YamlPath;
  readonly column: string | undefined;
}

function checkNames(
  reader: TestReader,
  macro: TestMacro,
  given: readonly string[],
  { path, column }: Where,
): void {
  const known = settingsOf(macro).filter((setting) => setting !== "column" || column === undefined);
  for (const setting of given) {
    if (known.includes(setting)) continue;
    const message = `${macro.name}: Unknown setting "${setting}".`;
    const hint = didYouMean(setting, known, `Known here: ${known.join(", ")}.`);
    reader.diagnostics.push(
      reader.yaml.diagnostic("YAML_SCHEMA", [...path, setting], message, hint),
    );
  }
  const needsColumn = macro.usesColumn && column === undefined;
  for (const setting of [...(needsColumn ? ["column"] : []), ...macro.required]) {
    if (given.includes(setting)) continue;
    const message = `${macro.name}: ${setting} is missing.`;
    const hint = `${macro.template.file} reads {{${setting}}}: write ${macro.name}: { ${setting}: … }${setting === "column" ? ", or list the test under a column" : ""}.`;
    reader.diagnostics.push(reader.yaml.diagnostic("YAML_SCHEMA", path, message, hint));
  }
}

function isParameter(value: unknown): value is TestParameter {
  const isScalar = (item: unknown) => ["string", "number", "boolean"].includes(typeof item);
  return isScalar(value) || (Array.isArray(value) && value.every(isScalar));
}
