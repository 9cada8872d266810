import { didYouMean } from "../core/closest.ts";
import type { Diagnostic } from "../core/diagnostic.ts";
import { stronglyConnected } from "../core/strongly-connected.ts";
import type { ParsedProject } from "../parse/project.ts";
import type { SelectorDefinition } from "../parse/schema/selectors.ts";
import { parseMethod, parseSelector, termsOf } from "./selector.ts";
import type { Selector } from "./selector.ts";

export interface NamedSelectors {
  /** By name; those that are not sound are left out. */
  readonly selectors: ReadonlyMap<string, Selector>;
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads the selectors of `pipelines.yaml`. Unknown names, cycles and bad syntax are reported at their definitions. */
export function readNamedSelectors(pipelines: ParsedProject["pipelines"]): NamedSelectors {
  const declared = pipelines.value.selectors;
  const diagnostics: Diagnostic[] = [];
  const selectors = new Map<string, Selector>();
  declared.forEach(({ name, definition }, index) => {
    const path = ["selectors", index, "definition"];
    const found: Diagnostic[] = [];
    const selector = read(definition, found);
    const names = declared.map((other) => other.name);
    for (const { method, pattern, text } of termsOf(selector)) {
      if (method !== "selector" || names.includes(pattern)) continue;
      const message = `"${text}" names a selector that there is not.`;
      const hint = didYouMean(pattern, names, `Selectors: ${names.join(", ")}.`);
      found.push({ code: "SELECT_NOTHING", message, hint });
    }
    if (selectors.has(name)) {
      const message = `Two selectors have the name "${name}".`;
      found.push({ code: "YAML_SCHEMA", message, hint: "Rename one of the two." });
    }
    for (const { code, message, hint } of found) {
      diagnostics.push(pipelines.diagnostic(code, path, `In ${name}: ${message}`, hint));
    }
    selectors.set(name, selector);
  });
  diagnostics.push(...cycles(pipelines, selectors));
  return { selectors, diagnostics };
}

function cycles(
  pipelines: ParsedProject["pipelines"],
  selectors: ReadonlyMap<string, Selector>,
): readonly Diagnostic[] {
  const edges = new Map(
    [...selectors].map(([name, selector]): [string, readonly string[]] => [
      name,
      termsOf(selector).flatMap(({ method, pattern }) =>
        method === "selector" && selectors.has(pattern) ? [pattern] : [],
      ),
    ]),
  );
  return stronglyConnected(edges).map((group) => {
    const index = pipelines.value.selectors.findIndex(({ name }) => group.includes(name));
    const message = `These selectors name one another in a circle: ${group.join(", ")}.`;
    const path = ["selectors", index, "definition"];
    return pipelines.diagnostic("GRAPH_CYCLE", path, message, "Take one of the names out.");
  });
}

function read(definition: SelectorDefinition, diagnostics: Diagnostic[]): Selector {
  if (typeof definition === "string") return parseSelector(definition, diagnostics);
  const { union, intersection, method: name, value } = definition;
  if (union !== undefined) return combine(union, diagnostics, (of) => ({ kind: "union", of }));
  if (intersection !== undefined) {
    return combine(intersection, diagnostics, (of) => {
      const text = of.flatMap((each) => termsOf(each).map((term) => term.text)).join(",");
      return { kind: "intersection", text, of };
    });
  }
  if (name === undefined || value === undefined) {
    const message = "There is nothing that exclude takes away from.";
    const hint = "Write it as an entry of a union's or an intersection's list.";
    diagnostics.push({ code: "YAML_SCHEMA", message, hint });
    return nothing;
  }
  const method = parseMethod(name);
  if (typeof method !== "string") {
    diagnostics.push(method);
    return nothing;
  }
  const { parents, parents_depth: up, children, children_depth: down } = definition;
  return {
    kind: "term",
    text: `${name}:${value}`,
    method,
    pattern: value,
    upstream: parents === true ? (up ?? Infinity) : undefined,
    downstream: children === true ? (down ?? Infinity) : undefined,
    withNeeds: definition.childrens_parents ?? false,
  };
}

const nothing: Selector = { kind: "union", of: [] };

/** As in dbt, an `exclude` among the entries takes away from all the others together. */
function combine(
  entries: readonly SelectorDefinition[],
  diagnostics: Diagnostic[],
  join: (of: readonly Selector[]) => Selector,
): Selector {
  const excluded = (entry: SelectorDefinition) =>
    typeof entry === "string" ? undefined : entry.exclude;
  const without = entries.flatMap((entry) => excluded(entry) ?? []);
  const from = join(
    entries
      .filter((entry) => excluded(entry) === undefined)
      .map((entry) => read(entry, diagnostics)),
  );
  if (without.length === 0) return from;
  return {
    kind: "difference",
    from,
    without: { kind: "union", of: without.map((entry) => read(entry, diagnostics)) },
  };
}
