import { templatesIn } from "../compile/canonical-text.ts";
import { messageOf } from "../core/caught.ts";
import { didYouMean } from "../core/closest.ts";
import { Failure } from "../core/diagnostic.ts";
import type { MacroArgument, Variable, Variables } from "../core/macro.ts";
import type { ParsedProject } from "../parse/project.ts";
import { loadYaml } from "../parse/yaml-document.ts";
import { varsSeparator } from "./options.ts";

/**
 * Reads `--vars`: `name=value,name=value`, or a mapping in YAML or JSON as `{name: value}`. In the first form a value is
 * its text, except for true, false and numbers as they would be printed.
 */
export function parseVars(text: string | undefined): Variables {
  const given = text === undefined ? [] : text.split(varsSeparator);
  return Object.fromEntries(
    given.flatMap((each) =>
      Object.entries(isMapping(each) ? parseMapping(each) : parsePairs(each)),
    ),
  );
}

/** The project's variables with those of the command line over them, each of which something must read. */
export function resolveVars(project: ParsedProject, text: string | undefined): Variables {
  const declared = project.pipelines.value.vars;
  const given = parseVars(text);
  assertRead(Object.keys(given), Object.keys(declared), project);
  return { ...declared, ...given };
}

function isMapping(text: string): boolean {
  return /^\s*(\{|[\w"']+\s*:(\s|$))/.test(text);
}

function parsePairs(text: string): Variables {
  return Object.fromEntries(
    text.split(",").map((pair) => {
      const [name = "", ...value] = pair.split("=");
      if (name.trim() === "" || value.length === 0) throw usage(`"${pair}" sets no variable.`);
      return [name.trim(), typed(value.join("="))];
    }),
  );
}

function typed(text: string): MacroArgument {
  if (text === "true" || text === "false") return text === "true";
  return text !== "" && String(Number(text)) === text && Number.isFinite(Number(text))
    ? Number(text)
    : text;
}

function parseMapping(text: string): Variables {
  let found: unknown;
  try {
    found = loadYaml().parse(text);
  } catch (error) {
    throw usage(`--vars cannot be read: ${messageOf(error).split("\n")[0] ?? ""}`);
  }
  if (typeof found !== "object" || found === null || Array.isArray(found)) {
    throw usage(`"${text}" sets no variable.`);
  }
  for (const [name, value] of Object.entries(found)) {
    if (!isVariable(value)) {
      throw usage(`"${name}" is neither a text, a number, true or false, nor a list of those.`);
    }
  }
  return found as Variables;
}

function isVariable(value: unknown): value is Variable {
  return Array.isArray(value) ? value.every(isScalar) : isScalar(value);
}

function isScalar(value: unknown): value is MacroArgument {
  return ["string", "number", "boolean"].includes(typeof value);
}

function usage(message: string): Failure {
  const hint = `Write --vars name=value, several with commas between, or --vars '{name: "value", other: 1}'.`;
  return new Failure([{ code: "CLI_USAGE", message, hint }]);
}

/** A misspelt name would change nothing, and nobody would know. */
function assertRead(
  given: readonly string[],
  declared: readonly string[],
  project: ParsedProject,
): void {
  const undeclared = given.filter((name) => !declared.includes(name));
  if (undeclared.length === 0) return;
  const { models, tests, macros, runHooks } = project;
  const texts = templatesIn([models, tests, [...macros.partials.values()], runHooks]);
  const names = new Set(declared);
  for (const { uses } of texts) {
    // A name that is known only in rendering may be any.
    if (uses?.vars === undefined) return;
    for (const name of uses.vars) names.add(name);
  }
  const unread = undeclared.filter((name) => !names.has(name));
  if (unread.length === 0) return;
  throw new Failure(
    unread.map((name) => ({
      code: "VAR_UNKNOWN",
      message: `--vars sets "${name}", which nothing reads.`,
      hint: didYouMean(
        name,
        names,
        names.size > 0
          ? `Variables: ${[...names].sort().join(", ")}.`
          : "The project has no variables: declare them in pipelines.yaml under vars.",
      ),
    })),
  );
}
