import { Failure } from "../core/diagnostic.ts";
import { didYouMean } from "../core/closest.ts";
import { isTest, nodeId } from "../core/node.ts";
import type { ProjectNode } from "../core/node.ts";
import { baseName, zoneOf } from "../core/relation.ts";
import type { Graph } from "../graph/graph.ts";
import { ownerOf, typesOf } from "../graph/selection-methods.ts";
import { exitCodes } from "./options.ts";
import type { ExitCode, SelectionOptions } from "./options.ts";
import { openProject } from "./project.ts";
import { selectNodes } from "./selection.ts";

export interface ListOptions extends SelectionOptions {
  /** List the data tests too. */
  readonly tests?: boolean;
  /** `selector` by default: what selects the node again. */
  readonly output?: "selector" | "name" | "path" | "json";
  /** The fields of `--output json`; default is all of them. */
  readonly outputKeys?: readonly string[];
  /** Only nodes of these types, as `type:` knows them. */
  readonly resourceType?: readonly string[];
}

/** Lists what a selection holds: one id a line, or with `--json` one object a line. Opens no database. */
export async function listCommand(options: ListOptions): Promise<ExitCode> {
  const linked = await openProject(options);
  const { graph } = linked;
  const selected = [...(await selectNodes(linked, options))].flatMap((id) => {
    const node = graph.nodes.get(id);
    return node === undefined ? [] : [node];
  });
  const print = printer(graph, options);
  process.stdout.write(
    shown(graph, selected, options)
      .map((node) => `${print(node)}\n`)
      .join(""),
  );
  return exitCodes.ok;
}

/** Tests are listed when they are asked for, or when nothing else is selected. */
function shown(
  graph: Graph,
  selected: readonly ProjectNode[],
  { resourceType: types, tests }: ListOptions,
): readonly ProjectNode[] {
  if (types !== undefined) {
    const known = new Set([...graph.nodes.values()].flatMap(typesOf));
    const unknown = types.find((type) => !known.has(type));
    if (unknown !== undefined) {
      const message = `This project has nothing of the type "${unknown}".`;
      const hint = didYouMean(unknown, known, `Types: ${[...known].sort().join(", ")}.`);
      throw new Failure([{ code: "SELECT_NOTHING", message, hint }]);
    }
    return selected.filter((node) => typesOf(node).some((type) => types.includes(type)));
  }
  const relations = selected.filter((node) => !isTest(node));
  return tests === true || relations.length === 0 ? selected : relations;
}

function printer(graph: Graph, options: ListOptions): (node: ProjectNode) => string {
  switch (options.json === true ? "json" : (options.output ?? "selector")) {
    case "selector":
      return nodeId;
    case "name":
      return (node) => (isTest(node) ? node.name : baseName(node.relation));
    case "path":
      return (node) => node.place.file;
    case "json":
      return (node) => JSON.stringify(pick(describe(node, graph), options.outputKeys));
  }
}

function pick(
  described: Readonly<Record<string, unknown>>,
  names: readonly string[] | undefined,
): Readonly<Record<string, unknown>> {
  if (names === undefined) return described;
  return Object.fromEntries(names.map((name) => [name, described[name] ?? null]));
}

function describe(node: ProjectNode, graph: Graph): Record<string, unknown> {
  const id = nodeId(node);
  const common = {
    id,
    name: isTest(node) ? node.name : baseName(node.relation),
    type: node.kind,
    file: node.place.file,
    description: node.description,
    tags: node.tags,
    owner: ownerOf(graph, node),
    depends_on: graph.parents.get(id) ?? [],
  };
  switch (node.kind) {
    case "source":
      return {
        ...common,
        zone: zoneOf(node.relation),
        source: `${node.source}.${node.table}`,
        extract: node.extract.mode,
        columns: node.columns.map((column) => column.name),
      };
    case "seed":
      return {
        ...common,
        zone: zoneOf(node.relation),
        columns: node.columns.map((column) => column.name),
      };
    case "model":
      return {
        ...common,
        zone: zoneOf(node.relation),
        materialized: node.materialization.type,
        grain: node.grain,
        key: node.key,
        columns: node.columns.map((column) => column.name),
      };
    case "test":
      return { ...common, severity: node.severity };
    case "unit_test":
      return common;
  }
}
