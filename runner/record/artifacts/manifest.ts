import type { Fingerprint } from "../../compile/fingerprint.ts";
import { printColumnType } from "../../core/column-type.ts";

import { isTest } from "../../core/node.ts";
import type { NodeId, ProjectNode } from "../../core/node.ts";
import { baseName, zoneOf } from "../../core/relation.ts";
import type { Graph } from "../../graph/graph.ts";
import { schemaVersion } from "./schemas.ts";
import type { Manifest, ManifestNode } from "./schemas.ts";

export interface Compiled {
  readonly graph: Graph;
  fingerprints(): ReadonlyMap<NodeId, Fingerprint>;
}

/** A compiled project as values alone. Keys are sorted: the same project gives the same text. */
export function createManifest(project: string, compiled: Compiled): Manifest {
  const ids = [...compiled.graph.nodes.keys()].sort();
  const read = reader(compiled);
  const nodes = ids.flatMap((id): readonly [NodeId, ManifestNode][] => {
    const node = read.node(id);
    return node === undefined ? [] : [[id, node]];
  });
  return {
    schema_version: schemaVersion,
    project,
    nodes: Object.fromEntries(nodes),
    parent_map: Object.fromEntries(ids.map((id) => [id, read.parents(id)])),
    child_map: Object.fromEntries(ids.map((id) => [id, read.children(id)])),
  };
}

/** The text of a compiled project's manifest, made without holding the whole manifest. */
export function manifestText(project: string, compiled: Compiled): string {
  const ids = [...compiled.graph.nodes.keys()].sort();
  const read = reader(compiled);
  const lines = (describe: (id: NodeId) => unknown) =>
    ids.flatMap((id) => {
      const held = describe(id);
      return held === undefined ? [] : [`  ${JSON.stringify(id)}: ${JSON.stringify(held)}`];
    });
  const entries = [
    `"schema_version": ${JSON.stringify(schemaVersion)}`,
    `"project": ${JSON.stringify(project)}`,
    `"nodes": {\n${lines(read.node).join(",\n")}\n}`,
    `"parent_map": {\n${lines(read.parents).join(",\n")}\n}`,
    `"child_map": {\n${lines(read.children).join(",\n")}\n}`,
  ];
  return `{\n${entries.join(",\n")}\n}\n`;
}

interface Reader {
  readonly node: (id: NodeId) => ManifestNode | undefined;
  readonly parents: (id: NodeId) => NodeId[];
  readonly children: (id: NodeId) => NodeId[];
}

function reader(compiled: Compiled): Reader {
  const { graph } = compiled;
  const prints = compiled.fingerprints();
  const parents = (id: NodeId) => [...(graph.parents.get(id) ?? [])].sort();
  const children = (id: NodeId) => [...(graph.children.get(id) ?? [])].sort();
  const node = (id: NodeId) => {
    const declared = graph.nodes.get(id);
    const print = prints.get(id);
    if (declared === undefined || print === undefined) return undefined;
    const { own, full, parts } = print;
    const tests = () => children(id).filter((child) => isTest(graph.nodes.get(child)));
    return {
      ...describe(declared),
      ...(isTest(declared) ? {} : { tests: tests() }),
      depends_on: parents(id),
      fingerprint: { own, full, ...parts },
    };
  };
  return { node, parents, children };
}

/** In the order of the schema, in which a manifest that was read has its keys too. */
function describe(node: ProjectNode): Omit<ManifestNode, "depends_on" | "fingerprint"> {
  const { kind, place, description, tags, owner } = node;
  const common = { path: place.file, description, tags: [...tags], owner, config: configOf(node) };
  if (isTest(node)) return { kind, name: node.name, ...common };
  return {
    kind,
    name: baseName(node.relation),
    zone: zoneOf(node.relation),
    ...common,
    key: [...node.key],
    columns: node.columns.map((column) => ({
      name: column.name,
      type: printColumnType(column.type),
      nullable: column.nullable,
      description: column.description,
    })),
  };
}

/** Fields with a name of their own in a manifest, and a seed's rows, for which its checksum stands. */
const elsewhere = new Set([
  "kind",
  "place",
  "description",
  "tags",
  "owner",
  "name",
  "relation",
  "key",
  "columns",
  "rows",
  "template",
]);

function configOf(node: ProjectNode): Record<string, unknown> {
  const rest = Object.entries(node).filter(([name]) => !elsewhere.has(name));
  return Object.fromEntries(rest.map(([name, value]) => [name, plain(value)]));
}

/** Where something stands in a file is no part of how a node is made, and a template is told by its text. */
function plain(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(plain);
  if ("refs" in value && "text" in value) return value.text;
  const rest = Object.entries(value).filter(([name]) => name !== "place");
  return Object.fromEntries(rest.map(([name, held]) => [name, plain(held)]));
}

/** A manifest's text: one node a line, so that two of them can be compared with any tool. */
export function printManifest(manifest: Manifest): string {
  const entries = Object.entries(manifest).map(([name, value]) => {
    if (typeof value !== "object") return `${JSON.stringify(name)}: ${JSON.stringify(value)}`;
    const lines = Object.entries(value).map(
      ([key, held]) => `  ${JSON.stringify(key)}: ${JSON.stringify(held)}`,
    );
    return `${JSON.stringify(name)}: {\n${lines.join(",\n")}\n}`;
  });
  return `{\n${entries.join(",\n")}\n}\n`;
}
