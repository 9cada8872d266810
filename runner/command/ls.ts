import { isTest, nodeId } from "../core/node.ts";
import type { ProjectNode } from "../core/node.ts";
import { zoneOf } from "../core/relation.ts";
import type { Graph } from "../graph/graph.ts";
import { exitCodes } from "./options.ts";
import type { ExitCode, SelectionOptions } from "./options.ts";
import { openProject } from "./project.ts";
import { relationsOnly, selectNodes } from "./selection.ts";

export interface ListOptions extends SelectionOptions {
  /** List the data tests too. */
  readonly tests?: boolean;
}

/** Lists what a selection holds: one id a line, or with `--json` one object a line. Opens no database. */
export async function listCommand(options: ListOptions): Promise<ExitCode> {
  const { graph } = await openProject(options);
  const selected = selectNodes(graph, options);
  const relations = relationsOnly(graph, selected);
  const shown = options.tests === true || relations.size === 0 ? selected : relations;
  const lines = [...shown].flatMap((id) => {
    const node = graph.nodes.get(id);
    if (node === undefined) return [];
    return options.json === true ? [JSON.stringify(describe(node, graph))] : [id];
  });
  process.stdout.write(lines.map((line) => `${line}\n`).join(""));
  return exitCodes.ok;
}

function describe(node: ProjectNode, graph: Graph): Record<string, unknown> {
  const id = nodeId(node);
  const common = {
    id,
    name: isTest(node) ? node.name : node.relation.slice(node.relation.indexOf(".") + 1),
    type: node.kind,
    file: node.place.file,
    description: node.description,
    tags: node.tags,
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
