import type { z } from "zod";
import { didYouMean } from "../core/closest.ts";
import { knownKeys } from "./known-keys.ts";
import { printPath } from "./yaml-path.ts";
import type { YamlPath } from "./yaml-path.ts";

/** What a schema has against a value, in words for the person who wrote it. */
export interface SchemaProblem {
  readonly path: YamlPath;
  /** The setting's own name at `path` is at fault, not its value. */
  readonly key?: string;
  readonly message: string;
  readonly hint?: string;
}

/** Explains one of zod's issues about `data`, which as a whole is called `root`. */
export function explainIssue(
  issue: z.core.$ZodIssue,
  schema: z.ZodType,
  data: unknown,
  root = "The file",
): readonly SchemaProblem[] {
  const path = issue.path.filter((part) => typeof part !== "symbol");
  const name = path.length > 0 ? printPath(path) : root;
  switch (issue.code) {
    case "unrecognized_keys": {
      const known = knownKeys(schema, path, data);
      const otherwise = known.length > 0 ? `Known here: ${known.join(", ")}.` : undefined;
      const where = path.length > 0 ? ` in ${name}` : "";
      return issue.keys.map((key) => ({
        path,
        key,
        message: `Unknown setting "${key}"${where}.`,
        hint: didYouMean(key, known, otherwise),
      }));
    }
    case "invalid_type": {
      const value = valueAt(data, path);
      const expected = typeNames[issue.expected] ?? issue.expected;
      const message =
        value === undefined
          ? `${name} is missing; it is ${expected}.`
          : `${name} must be ${expected}, not ${describe(value)}.`;
      return [{ path, message }];
    }
    case "invalid_value":
      return [oneOf(name, path, issue.values.map(String), valueAt(data, path))];
    case "invalid_key": {
      const key = String(path.at(-1));
      const reason = issue.issues[0]?.message ?? "it is no name";
      return [{ path: path.slice(0, -1), key, message: `The name "${key}" ${reason}.` }];
    }
    case "too_small":
      if (issue.origin === "array") return [{ path, message: `${name} must not be empty.` }];
      break;
    case "invalid_union": {
      const { options } = issue as { readonly options?: readonly unknown[] };
      if (options !== undefined)
        return [oneOf(name, path, options.map(String), valueAt(data, path))];
      return explainUnion(issue, schema, data);
    }
    default:
  }
  return [{ path, message: `${name}: ${issue.message}.` }];
}

/** A union says only that nothing fits; the form that came furthest knows why. */
function explainUnion(
  issue: z.core.$ZodIssueInvalidUnion,
  schema: z.ZodType,
  data: unknown,
): readonly SchemaProblem[] {
  const depth = (issues: readonly z.core.$ZodIssue[]) =>
    Math.max(0, ...issues.map((inner) => inner.path.length));
  // A form that takes a value of this type is the one that was meant, whatever else it has against it.
  const fitting = issue.errors.filter(
    (form) => !form.some((inner) => inner.code === "invalid_type" && inner.path.length === 0),
  );
  const candidates = fitting.length === 1 ? fitting : issue.errors;
  const forms = [...candidates].sort((a, b) => depth(b) - depth(a));
  const [furthest, other] = forms;
  const path = issue.path.filter((part) => typeof part !== "symbol");
  if (furthest === undefined) return [{ path, message: `${printPath(path)}: ${issue.message}.` }];
  if (other !== undefined && depth(furthest) === depth(other)) {
    const expected = forms.flatMap((form) =>
      form.flatMap((inner) =>
        inner.code === "invalid_type" ? [typeNames[inner.expected] ?? inner.expected] : [],
      ),
    );
    const found = describe(valueAt(data, path));
    const message = `${printPath(path)} must be ${expected.join(" or ")}, not ${found}.`;
    return [{ path, message }];
  }
  return furthest.flatMap((inner) =>
    explainIssue({ ...inner, path: [...issue.path, ...inner.path] }, schema, data),
  );
}

function oneOf(
  name: string,
  path: YamlPath,
  values: readonly string[],
  found: unknown,
): SchemaProblem {
  const list = values.join(", ");
  if (found === undefined) return { path, message: `${name} is missing; it is one of ${list}.` };
  const message = `${name} must be one of ${list}, not ${describe(found)}.`;
  return { path, message, hint: typeof found === "string" ? didYouMean(found, values) : undefined };
}

const typeNames: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "a mapping of settings",
  record: "a mapping of settings",
};

function describe(value: unknown): string {
  if (value === null || value === undefined) return "empty";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a mapping of settings";
  return typeof value === "string" ? `"${value}"` : `the ${typeof value} ${JSON.stringify(value)}`;
}

function valueAt(data: unknown, path: YamlPath): unknown {
  return path.reduce<unknown>(
    (value, part) =>
      typeof value === "object" && value !== null
        ? (value as Readonly<Record<string, unknown>>)[part]
        : undefined,
    data,
  );
}
