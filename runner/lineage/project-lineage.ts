import type { CompiledProject } from "../compile/compile.ts";
import type { AnalyzeQuery } from "../core/column-lineage.ts";
import { production, publicNameIn } from "../core/environment.ts";
import { isEphemeral } from "../core/node.ts";
import type { Model, RelationNode } from "../core/node.ts";
import type { EngineName } from "../core/ports.ts";
import type { LineageRelation, ProjectLineage, RelationLineage } from "../core/project-lineage.ts";
import type { RelationName } from "../core/relation.ts";
import type { SourceTable } from "../core/source-table.ts";
import { readableColumns } from "../core/technical-columns.ts";
import { modelLineage } from "./model-columns.ts";
import { byName, sourceLineage } from "./source-columns.ts";

/** Bounds of any increment: what is read does not depend on them. */
const increment = {
  since: "cast('2000-01-01 00:00:00' as timestamp)",
  until: "cast('2000-01-02 00:00:00' as timestamp)",
};

/** Where every column of a project comes from, ephemeral models as relations of their own. */
export function projectLineage(compiled: CompiledProject, analyze: AnalyzeQuery): ProjectLineage {
  const { graph } = compiled;
  const nodes = new Map<RelationName, RelationNode>();
  for (const node of graph.nodes.values()) {
    if (node.kind !== "test" && node.kind !== "unit_test") nodes.set(node.relation, node);
  }
  const names = new Map<string, readonly string[]>();
  const columnsOf = (relation: string) => {
    const node = nodes.get(relation as RelationName);
    const known = names.get(relation) ?? (node && readableColumns(node).map(({ name }) => name));
    if (known !== undefined) names.set(relation, known);
    return known;
  };
  const ephemeral = new Set([...nodes.values()].filter(isEphemeral).map((each) => each.relation));
  const relations = new Map<LineageRelation, RelationLineage>();
  for (const node of nodes.values()) {
    for (const found of lineageOf(node)) relations.set(found.relation, found);
  }
  return { relations };

  function lineageOf(node: RelationNode): readonly RelationLineage[] {
    switch (node.kind) {
      case "source":
        return sourceLineage(node, rejectedFrom(node, nodes));
      case "seed": {
        const columns = node.columns.map(({ name, place }) => ({ name, place, from: [] }));
        return [{ relation: node.relation, kind: "seed", columns: byName(columns), rows: [] }];
      }
      case "model": {
        const parents = graph.parents.get(node.relation) ?? [];
        const read = parents.flatMap((id) => nodes.get(id as RelationName)?.relation ?? []);
        const self = node.materialization.type === "incremental" ? [node.relation] : [];
        const queries = (model: Model, engine: EngineName) => textsOf(model, engine, ephemeral);
        const inputs = [...read, ...self];
        return [modelLineage(node, { queries, analyze, columnsOf, inputs })];
      }
      default:
        return node satisfies never;
    }
  }

  function textsOf(model: Model, dialect: EngineName, given: ReadonlySet<RelationName>) {
    const resolve = publicNameIn(production);
    const self = isEphemeral(model) ? undefined : resolve(model.relation);
    const context = { dialect, resolve, self, given };
    const whole = compiled.modelQuery(model, context);
    if (model.materialization.type !== "incremental") return [whole];
    const delta = compiled.modelQuery(model, { ...context, increment });
    return delta === whole ? [whole] : [whole, delta];
  }
}

function rejectedFrom(
  { quarantineOf }: SourceTable,
  nodes: ReadonlyMap<RelationName, RelationNode>,
): SourceTable | undefined {
  const table = quarantineOf === undefined ? undefined : nodes.get(quarantineOf);
  return table?.kind === "source" ? table : undefined;
}
