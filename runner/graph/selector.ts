import { didYouMean } from "../core/closest.ts";
import type { Diagnostic } from "../core/diagnostic.ts";

/** How a term finds its nodes. */
const methods = [
  "name",
  "tag",
  "path",
  "source",
  "type",
  "owner",
  "state",
  "result",
  "source_status",
  "selector",
] as const;
export type Method = (typeof methods)[number];

/** dbt's names for what `type` tells here. */
const aliases: Readonly<Record<string, Method>> = {
  resource_type: "type",
  test_type: "type",
  "config.materialized": "type",
};

/** One word of a selector: what it matches, and what it adds around that. */
export interface Term {
  readonly kind: "term";
  /** As it was written, for messages. */
  readonly text: string;
  readonly method: Method;
  /** May hold the wildcard `*`. */
  readonly pattern: string;
  /** Steps upstream and downstream; undefined takes none. */
  readonly upstream?: number;
  readonly downstream?: number;
  /** `@m`: m, everything downstream, and all that those need. */
  readonly withNeeds: boolean;
}

export type Selector =
  | Term
  | { readonly kind: "union"; readonly of: readonly Selector[] }
  /** `text` is as it was written, for messages. */
  | { readonly kind: "intersection"; readonly text: string; readonly of: readonly Selector[] }
  | { readonly kind: "difference"; readonly from: Selector; readonly without: Selector };

/** Reads dbt's syntax: a space is union, a comma intersection. Everything that is wrong goes to `diagnostics`. */
export function parseSelector(text: string, diagnostics: Diagnostic[]): Selector {
  const expressions = text.split(/\s+/).filter(Boolean);
  const of = expressions.map((expression): Selector => {
    const terms = expression.split(",").flatMap((word) => {
      const term = parseTerm(word);
      if (!("code" in term)) return [term];
      diagnostics.push(term);
      return [];
    });
    const [only, other] = terms;
    if (only === undefined) return { kind: "union", of: [] };
    return other === undefined ? only : { kind: "intersection", text: expression, of: terms };
  });
  const [only] = of;
  return only !== undefined && of.length === 1 ? only : { kind: "union", of };
}

function parseTerm(text: string): Term | Diagnostic {
  const match = /^(?<at>@)?(?:(?<up>\d*)\+)?(?<core>[^+@]+?)(?:\+(?<down>\d*))?$/.exec(text);
  const core = match?.groups?.core;
  if (match?.groups === undefined || core === undefined) {
    return {
      code: "CLI_USAGE",
      message: `"${text}" is no selector.`,
      hint: "Write a name with what to add around it: sales, +sales, sales+, 1+sales, gold.*, tag:daily.",
    };
  }
  const colon = core.indexOf(":");
  const method = parseMethod(colon < 0 ? "name" : core.slice(0, colon));
  if (typeof method !== "string") return method;
  const { up, down, at } = match.groups;
  return {
    kind: "term",
    text,
    method,
    pattern: colon < 0 ? core : core.slice(colon + 1),
    upstream: up === undefined ? undefined : up === "" ? Infinity : Number(up),
    downstream: down === undefined ? undefined : down === "" ? Infinity : Number(down),
    withNeeds: at !== undefined,
  };
}

/** A method by its name here or in dbt. */
export function parseMethod(name: string): Method | Diagnostic {
  const known = methods.find((method) => method === name);
  const alias = Object.hasOwn(aliases, name) ? aliases[name] : undefined;
  const method = known ?? alias;
  if (method !== undefined) return method;
  const otherwise = `Methods: ${methods.map((each) => `${each}:`).join(" ")}`;
  return {
    code: "CLI_USAGE",
    message: `Unknown selector method "${name}:".`,
    hint: didYouMean(name, [...methods, ...Object.keys(aliases)], otherwise),
  };
}

/** Every term of a selector, from left to right. */
export function termsOf(selector: Selector): readonly Term[] {
  switch (selector.kind) {
    case "term":
      return [selector];
    case "union":
    case "intersection":
      return selector.of.flatMap(termsOf);
    case "difference":
      return [...termsOf(selector.from), ...termsOf(selector.without)];
  }
}
