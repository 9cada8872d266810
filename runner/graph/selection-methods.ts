import { didYouMean } from "../core/closest.ts";
import type { Diagnostic } from "../core/diagnostic.ts";
import { isTest, nodeId } from "../core/node.ts";
import type { NodeId, ProjectNode } from "../core/node.ts";
import { baseName } from "../core/relation.ts";
import type { RelationName } from "../core/relation.ts";
import { hasState, stateWords } from "./compare-state.ts";
import type { StateWord } from "./compare-state.ts";
import type { Graph } from "./graph.ts";
import { resultStatuses } from "./selection-context.ts";
import type { SelectionContext } from "./selection-context.ts";
import type { Method, Term } from "./selector.ts";

/** The methods that look a name up in the project; `selector` stands for another selector altogether. */
export type NodeMethod = Exclude<Method, "selector">;

/** What these match depends on earlier runs, so that to match nothing is an answer and no mistake. */
export const answering: readonly Method[] = ["state", "result", "source_status"];

/** The nodes that a term's method and pattern match, before anything around them is added. */
export function matching(
  graph: Graph,
  method: NodeMethod,
  pattern: string,
  context: SelectionContext,
): readonly NodeId[] {
  const matches = matcher(graph, method, pattern, context);
  return [...graph.nodes].filter(([id, node]) => matches(id, node)).map(([id]) => id);
}

type Matches = (id: NodeId, node: ProjectNode) => boolean;

function matcher(
  graph: Graph,
  method: NodeMethod,
  pattern: string,
  context: SelectionContext,
): Matches {
  const like = wildcard(pattern);
  switch (method) {
    case "name":
      // A bare name is a model's or seed's; a raw table is named with its zone, so that `customer` is not three things at once.
      return (id, node) =>
        isTest(node)
          ? like(node.name)
          : like(id) || (node.kind !== "source" && like(baseName(node.relation)));
    case "tag":
      return (_, node) => node.tags.some(like);
    case "path": {
      const folder = `${pattern.replace(/^\.\//, "").replace(/\/$/, "")}/`;
      return (_, { place }) => like(place.file) || place.file.startsWith(folder);
    }
    case "source":
      return (_, node) =>
        node.kind === "source" && (like(node.source) || like(`${node.source}.${node.table}`));
    case "type":
      return (_, node) => typesOf(node).some(like);
    case "owner":
      return (_, node) => like(ownerOf(graph, node) ?? "");
    case "state": {
      const { value } = given(context.state, method);
      return (id) => hasState(id, stateWord(pattern) ?? "old", value);
    }
    case "result": {
      const { value } = given(context.results, method);
      return (id, node) => {
        const status = value.get(id) ?? value.get(node.kind === "source" ? stepOf(node) : id);
        return status === pattern || (pattern === "success" && status === "pass");
      };
    }
    case "source_status": {
      const { value } = given(context.fresher, method);
      return (id) => value.has(id);
    }
    default:
      return method satisfies never;
  }
}

function given<Value>(value: Value | undefined, method: Method): Value {
  if (value === undefined) throw new Error(`${method}: was asked of nothing`);
  return value;
}

/** All tables of a source are one step of a run. */
function stepOf({ source }: { readonly source: string }): string {
  return `extract.${source}`;
}

/** What `type:` and dbt's `resource_type`, `test_type` and `config.materialized` tell of a node. */
export function typesOf(node: ProjectNode): readonly string[] {
  switch (node.kind) {
    case "model":
      return [node.kind, node.materialization.type];
    case "test":
      return [node.kind, "data_test", node.form];
    case "unit_test":
    case "source":
    case "seed":
      return [node.kind];
  }
}

/** A data test belongs to whoever owns the relation that it tests. */
export function ownerOf(graph: Graph, node: ProjectNode): string | undefined {
  return node.owner ?? graph.nodes.get(testedBy(node) ?? nodeId(node))?.owner;
}

function testedBy(node: ProjectNode): RelationName | undefined {
  if (node.kind === "test" && node.form === "generic") return node.relation;
  if (node.kind !== "unit_test" || node.subject.kind !== "model") return undefined;
  return node.subject.relation;
}

function stateWord(pattern: string): StateWord | undefined {
  // dbt's word for it is `configs`.
  const word = pattern === "modified.configs" ? "modified.config" : pattern;
  return stateWords.find((known) => known === word);
}

/** What is wrong with a term's pattern before it is looked up. */
export function patternProblem({ method, pattern, text }: Term): Diagnostic | undefined {
  const words: readonly string[] = wordsOf(method);
  if (words.length === 0 || words.includes(pattern)) return undefined;
  if (method === "state" && stateWord(pattern) !== undefined) return undefined;
  return {
    code: "CLI_USAGE",
    message: `"${text}": ${method}: knows no "${pattern}".`,
    hint: didYouMean(pattern, words, `It knows ${words.join(", ")}.`),
  };
}

function wordsOf(method: Method): readonly string[] {
  if (method === "state") return stateWords;
  if (method === "result") return resultStatuses;
  return method === "source_status" ? ["fresher"] : [];
}

/** What can be written after a method's colon. */
function known(graph: Graph, method: Method, context: SelectionContext): Iterable<string> {
  const nodes = [...graph.nodes];
  switch (method) {
    case "name":
      return nodes.flatMap(([id, node]) =>
        isTest(node) ? [node.name] : [id, baseName(node.relation)],
      );
    case "tag":
      return nodes.flatMap(([, node]) => node.tags);
    case "path":
      return nodes.flatMap(([, { place }]) => foldersAround(place.file));
    case "source":
      return nodes.flatMap(([, node]) =>
        node.kind === "source" ? [node.source, `${node.source}.${node.table}`] : [],
      );
    case "type":
      return nodes.flatMap(([, node]) => typesOf(node));
    case "owner":
      return nodes.flatMap(([, node]) => ownerOf(graph, node) ?? []);
    case "selector":
      return context.named?.keys() ?? [];
    case "state":
    case "result":
    case "source_status":
      return wordsOf(method);
  }
}

function foldersAround(file: string): readonly string[] {
  const parts = file.split("/");
  return parts.map((_, index) => parts.slice(0, index + 1).join("/"));
}

/** A selector that matches nothing is most often misspelt, or meant by another method. */
export function nothingFound(graph: Graph, term: Term, context: SelectionContext): Diagnostic {
  const { method, pattern, text } = term;
  const others = (["selector", "tag", "name", "source", "owner", "type"] as const).filter(
    (other) => other !== method,
  );
  const elsewhere = others.find((other) => [...known(graph, other, context)].includes(pattern));
  const inOther =
    elsewhere === undefined
      ? undefined
      : `Did you mean "${elsewhere === "name" ? pattern : `${elsewhere}:${pattern}`}"?`;
  const values = new Set(known(graph, method, context));
  const otherwise =
    method === "name" || values.size === 0 || values.size > 12
      ? "runner ls lists what there is."
      : `There ${values.size === 1 ? "is" : "are"}: ${[...values].sort().join(", ")}.`;
  const hint = inOther ?? didYouMean(pattern, values, otherwise);
  return { code: "SELECT_NOTHING", message: `The selector "${text}" matches nothing.`, hint };
}

function wildcard(pattern: string): (text: string) => boolean {
  const escaped = pattern.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*");
  const like = new RegExp(`^${escaped}$`);
  return (text) => like.test(text);
}
