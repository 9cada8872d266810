import { didYouMean } from "../core/closest.ts";
import type { Diagnostic } from "../core/diagnostic.ts";
import { isTest } from "../core/node.ts";
import type { NodeId, ProjectNode } from "../core/node.ts";
import { baseName } from "../core/relation.ts";
import type { Graph } from "./graph.ts";
import { reach } from "./graph.ts";

export interface Selection {
  readonly selected: ReadonlySet<NodeId>;
  readonly diagnostics: readonly Diagnostic[];
}

const methods = ["name", "tag", "path", "source", "type"] as const;
type Method = (typeof methods)[number];

interface Term {
  readonly text: string;
  readonly method: Method;
  readonly pattern: string;
  /** Steps upstream and downstream; undefined takes none. */
  readonly upstream?: number;
  readonly downstream?: number;
  /** `@m`: m, everything downstream, and all that those need. */
  readonly withNeeds: boolean;
}

/**
 * Evaluates selectors in dbt's syntax: `a b` is a union, `a,b` an intersection, `+a`, `a+`, `2+a+1` and `@a` walk
 * the graph. An empty list selects everything. Tests are selected by name or type only here; which tests go with
 * selected relations is `testsOf`'s question.
 */
export function select(
  graph: Graph,
  selectors: readonly string[],
  exclude: readonly string[] = [],
): Selection {
  const diagnostics: Diagnostic[] = [];
  const union = (expressions: readonly string[]): Set<NodeId> => {
    const all = new Set<NodeId>();
    for (const expression of expressions.flatMap((text) => text.split(/\s+/)).filter(Boolean)) {
      const found = intersection(graph, expression, diagnostics);
      for (const id of found) all.add(id);
    }
    return all;
  };
  const base = selectors.length > 0 ? union(selectors) : new Set(graph.nodes.keys());
  const excluded = union(exclude);
  const selected = new Set(
    [...graph.nodes.keys()].filter((id) => base.has(id) && !excluded.has(id)),
  );
  if (diagnostics.length === 0 && base.size > 0 && selected.size === 0) {
    const message = "Everything that is selected is excluded as well.";
    diagnostics.push({ code: "SELECT_NOTHING", message, hint: "Exclude less." });
  }
  return { selected, diagnostics };
}

function intersection(
  graph: Graph,
  expression: string,
  diagnostics: Diagnostic[],
): ReadonlySet<NodeId> {
  const before = diagnostics.length;
  const sets = expression.split(",").map((text) => {
    const term = parseTerm(text);
    if ("code" in term) {
      diagnostics.push(term);
      return new Set<NodeId>();
    }
    const found = evaluate(graph, term);
    if (found.size === 0) diagnostics.push(nothingFound(graph, term));
    return found;
  });
  const [first = new Set<NodeId>(), ...others] = sets;
  const all = new Set([...first].filter((id) => others.every((other) => other.has(id))));
  if (all.size === 0 && diagnostics.length === before) {
    diagnostics.push({
      code: "SELECT_NOTHING",
      message: `"${expression}" matches nothing: what stands between commas must all hold.`,
      hint: "For one or the other, write them with a space between.",
    });
  }
  return all;
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
  const method = colon < 0 ? "name" : core.slice(0, colon);
  if (!isMethod(method)) {
    return {
      code: "CLI_USAGE",
      message: `Unknown selector method "${method}:".`,
      hint: didYouMean(
        method,
        methods,
        `Methods: ${methods.map((known) => `${known}:`).join(" ")}`,
      ),
    };
  }
  const { up, down, at } = match.groups;
  return {
    text,
    method,
    pattern: colon < 0 ? core : core.slice(colon + 1),
    upstream: up === undefined ? undefined : up === "" ? Infinity : Number(up),
    downstream: down === undefined ? undefined : down === "" ? Infinity : Number(down),
    withNeeds: at !== undefined,
  };
}

function isMethod(text: string): text is Method {
  return (methods as readonly string[]).includes(text);
}

function evaluate(graph: Graph, term: Term): ReadonlySet<NodeId> {
  const core = [...graph.nodes].filter(([id, node]) => matches(term, id, node)).map(([id]) => id);
  const found = new Set(core);
  const add = (ids: Iterable<NodeId>) => {
    for (const id of ids) found.add(id);
  };
  if (term.upstream !== undefined) add(reach(core, graph.parents, term.upstream));
  if (term.downstream !== undefined) add(reach(core, graph.children, term.downstream));
  if (term.withNeeds) {
    add(reach(core, graph.children));
    add(reach([...found], graph.parents));
  }
  return found;
}

function matches(term: Term, id: NodeId, node: ProjectNode): boolean {
  const like = wildcard(term.pattern);
  switch (term.method) {
    case "name":
      if (isTest(node)) return like.test(node.name);
      // A bare name is a model's or seed's; a raw table is named with its zone, so that `customer` is not three things at once.
      return like.test(id) || (node.kind !== "source" && like.test(baseName(node.relation)));
    case "tag":
      return node.tags.some((tag) => like.test(tag));
    case "path":
      return (
        like.test(node.place.file) ||
        node.place.file.startsWith(`${term.pattern.replace(/\/$/, "")}/`)
      );
    case "source":
      return (
        node.kind === "source" &&
        (like.test(node.source) || like.test(`${node.source}.${node.table}`))
      );
    case "type":
      return like.test(node.kind);
  }
}

function wildcard(pattern: string): RegExp {
  const escaped = pattern.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*");
  return new RegExp(`^${escaped}$`);
}

function nothingFound(graph: Graph, term: Term): Diagnostic {
  const known = new Set<string>();
  for (const [id, node] of graph.nodes) {
    if (term.method === "tag") for (const tag of node.tags) known.add(tag);
    else if (term.method === "source" && node.kind === "source") known.add(node.source);
    else if (term.method === "type") known.add(node.kind);
    else if (term.method === "name" && !isTest(node)) known.add(id).add(baseName(node.relation));
  }
  const hint = didYouMean(term.pattern, known, "runner ls lists what there is.");
  return { code: "SELECT_NOTHING", message: `The selector "${term.text}" matches nothing.`, hint };
}

/**
 * The tests that go with selected relations: every test that reads one of them, except those that also read a
 * relation downstream of the selection that is not rebuilt with it, for that one is stale by construction.
 */
export function testsOf(graph: Graph, selected: ReadonlySet<NodeId>): ReadonlySet<NodeId> {
  const relations = [...selected].filter((id) => !isTest(graph.nodes.get(id)));
  const downstream = reach(relations, graph.children);
  const tests = new Set<NodeId>();
  for (const [id, node] of graph.nodes) {
    if (!isTest(node)) continue;
    const reads = graph.parents.get(id) ?? [];
    const touches = reads.some((parent) => selected.has(parent));
    // A unit test reads nothing of the warehouse, so nothing that it reads is stale.
    const stale =
      node.kind === "test" &&
      reads.some((parent) => downstream.has(parent) && !selected.has(parent));
    if (touches && !stale) tests.add(id);
  }
  return tests;
}
