import type { Diagnostic } from "../core/diagnostic.ts";
import { isTest } from "../core/node.ts";
import type { NodeId } from "../core/node.ts";
import type { Graph } from "./graph.ts";
import { reach } from "./graph.ts";
import type { SelectionContext } from "./selection-context.ts";
import { answering, matching, nothingFound, patternProblem } from "./selection-methods.ts";
import { parseSelector, termsOf } from "./selector.ts";
import type { Method, Selector, Term } from "./selector.ts";

export interface Selection {
  readonly selected: ReadonlySet<NodeId>;
  readonly diagnostics: readonly Diagnostic[];
  /** What is worth telling and no mistake, such as that nothing was modified. */
  readonly notes: readonly string[];
}

/**
 * Evaluates selectors in dbt's syntax: `a b` is a union, `a,b` an intersection, `+a`, `a+`, `2+a+1` and `@a` walk
 * the graph. An empty list selects everything. Tests are selected by themselves only here; which tests go with
 * selected relations is `testsOf`'s question.
 */
export function select(
  graph: Graph,
  selectors: readonly string[],
  exclude: readonly string[] = [],
  context: SelectionContext = {},
): Selection {
  const evaluation = new Evaluation(graph, context);
  const base =
    selectors.length > 0 ? evaluation.texts(selectors) : new Set<NodeId>(graph.nodes.keys());
  const excluded = evaluation.texts(exclude);
  const selected = new Set(
    [...graph.nodes.keys()].filter((id) => base.has(id) && !excluded.has(id)),
  );
  const { diagnostics, notes } = evaluation;
  if (diagnostics.length === 0 && base.size > 0 && selected.size === 0) {
    const message = "Everything that is selected is excluded as well.";
    diagnostics.push({ code: "SELECT_NOTHING", message, hint: "Exclude less." });
  }
  return { selected, diagnostics, notes };
}

/** The methods that selectors use, those of the named selectors that they reach included. */
export function methodsIn(
  texts: readonly string[],
  named: ReadonlyMap<string, Selector>,
): ReadonlySet<Method> {
  return methodsOf(
    texts.map((text) => parseSelector(text, [])),
    named,
  );
}

function methodsOf(
  selectors: readonly Selector[],
  named: ReadonlyMap<string, Selector>,
): ReadonlySet<Method> {
  const found = new Set<Method>();
  const reached = new Set<string>();
  const waiting = selectors.flatMap(termsOf);
  for (let term = waiting.pop(); term !== undefined; term = waiting.pop()) {
    found.add(term.method);
    const other = term.method === "selector" ? named.get(term.pattern) : undefined;
    if (other === undefined || reached.has(term.pattern)) continue;
    reached.add(term.pattern);
    waiting.push(...termsOf(other));
  }
  return found;
}

class Evaluation {
  readonly diagnostics: Diagnostic[] = [];
  readonly notes: string[] = [];
  readonly #graph: Graph;
  readonly #context: SelectionContext;
  readonly #named = new Map<string, ReadonlySet<NodeId>>();

  constructor(graph: Graph, context: SelectionContext) {
    this.#graph = graph;
    this.#context = context;
  }

  texts(texts: readonly string[]): ReadonlySet<NodeId> {
    return this.#union(texts.map((text) => parseSelector(text, this.diagnostics)));
  }

  #union(selectors: readonly Selector[]): ReadonlySet<NodeId> {
    return new Set(selectors.flatMap((selector) => [...this.#evaluate(selector)]));
  }

  #evaluate(selector: Selector): ReadonlySet<NodeId> {
    switch (selector.kind) {
      case "term":
        return this.#term(selector);
      case "union":
        return this.#union(selector.of);
      case "intersection":
        return this.#intersection(selector);
      case "difference": {
        const without = this.#evaluate(selector.without);
        return new Set([...this.#evaluate(selector.from)].filter((id) => !without.has(id)));
      }
    }
  }

  #intersection(
    selector: Extract<Selector, { readonly kind: "intersection" }>,
  ): ReadonlySet<NodeId> {
    const before = this.diagnostics.length;
    const sets = selector.of.map((part) => this.#evaluate(part));
    const [first = new Set<NodeId>(), ...others] = sets;
    const all = new Set([...first].filter((id) => others.every((other) => other.has(id))));
    if (all.size === 0 && this.diagnostics.length === before && !this.#answers(selector)) {
      this.diagnostics.push({
        code: "SELECT_NOTHING",
        message: `"${selector.text}" matches nothing: what stands between commas must all hold.`,
        hint: "For one or the other, write them with a space between.",
      });
    }
    return all;
  }

  /** Whether it depends on earlier runs what a selector matches. */
  #answers(selector: Selector): boolean {
    const used = methodsOf([selector], this.#context.named ?? new Map<string, Selector>());
    return answering.some((method) => used.has(method));
  }

  #term(term: Term): ReadonlySet<NodeId> {
    const problem = patternProblem(term);
    if (problem !== undefined) {
      this.diagnostics.push(problem);
      return new Set();
    }
    const before = this.diagnostics.length;
    const core = [...this.#core(term)];
    if (core.length === 0 && this.diagnostics.length === before) {
      if (this.#answers(term)) this.notes.push(this.#noAnswer(term));
      else this.diagnostics.push(nothingFound(this.#graph, term, this.#context));
    }
    return this.#around(core, term);
  }

  #core({ method, pattern }: Term): Iterable<NodeId> {
    const { named } = this.#context;
    if (method !== "selector") return matching(this.#graph, method, pattern, this.#context);
    const known = this.#named.get(pattern);
    const selector = named?.get(pattern);
    if (known !== undefined || selector === undefined) return known ?? [];
    // What is selected while a selector is evaluated cannot depend on itself.
    this.#named.set(pattern, new Set());
    const before = this.diagnostics.length;
    const found = this.#evaluate(selector);
    const own = this.diagnostics.splice(before);
    this.diagnostics.push(
      ...own.map((each) => ({ ...each, message: `In the selector ${pattern}: ${each.message}` })),
    );
    this.#named.set(pattern, found);
    return found;
  }

  #around(core: readonly NodeId[], term: Term): ReadonlySet<NodeId> {
    const { parents, children } = this.#graph;
    const found = new Set(core);
    const add = (ids: Iterable<NodeId>) => {
      for (const id of ids) found.add(id);
    };
    if (term.upstream !== undefined) add(reach(core, parents, term.upstream));
    if (term.downstream !== undefined) add(reach(core, children, term.downstream));
    if (term.withNeeds) {
      add(reach(core, children));
      add(reach([...found], parents));
    }
    return found;
  }

  /** What was compared with is told once for `state:`, with what differs. */
  #noAnswer({ method, text }: Term): string {
    const { results, fresher } = this.#context;
    const from =
      method === "result" ? results?.from : method === "source_status" ? fresher?.from : undefined;
    return `${text} matches nothing${from === undefined ? "" : `, compared with ${from}`}.`;
  }
}

/**
 * The tests that go with selected relations: every test that reads one of them or is selected by itself, except those
 * that also read a relation downstream of the selection that is not rebuilt with it, for that one is stale by
 * construction. Without relations nothing is rebuilt, and the tests are those that were selected.
 */
export function testsOf(
  graph: Graph,
  relations: ReadonlySet<NodeId>,
  selected: ReadonlySet<NodeId> = relations,
): ReadonlySet<NodeId> {
  const downstream = reach(relations, graph.children);
  const tests = new Set<NodeId>();
  for (const [id, node] of graph.nodes) {
    if (!isTest(node)) continue;
    const reads = graph.parents.get(id) ?? [];
    const touches = selected.has(id) || reads.some((parent) => relations.has(parent));
    // A unit test reads nothing of the warehouse, so nothing that it reads is stale.
    const stale =
      node.kind === "test" &&
      reads.some((parent) => downstream.has(parent) && !relations.has(parent));
    if (touches && !stale) tests.add(id);
  }
  return tests;
}
