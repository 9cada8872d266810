import { queryColumns } from "../../core/node.ts";
import type { WriteStep } from "../step.ts";
import { incrementalParts } from "./incremental.ts";
import { intervalParts } from "./intervals.ts";
import type { ModelRequest, Parts } from "./parts.ts";
import { ephemeralParts, tableParts, viewParts } from "./plain.ts";
import { changedKind } from "./safeguards.ts";
import { snapshotParts } from "./snapshot.ts";

export function planModel(wanted: ModelRequest): WriteStep {
  const { node, after, request, diagnostics, notes } = wanted;
  const { diagnostic, note } = changedKind(node, request);
  if (diagnostic !== undefined) diagnostics.push(diagnostic);
  if (note !== undefined) notes.push(note);
  return {
    kind: "model" as const,
    id: node.relation,
    after,
    relation: node.relation,
    place: { file: node.template.file, line: 1, column: 1 },
    template: node.template,
    contract: queryColumns(node),
    key: node.key,
    ...(node.partitionBy === undefined ? {} : { partitionBy: node.partitionBy }),
    ...partsOf(wanted),
  };
}

function partsOf(wanted: ModelRequest): Parts {
  const { node } = wanted;
  const { materialization } = node;
  switch (materialization.type) {
    case "view":
      return viewParts(wanted);
    case "table":
      return tableParts(wanted);
    case "ephemeral":
      return ephemeralParts(wanted);
    case "incremental":
      return materialization.strategy === "by_interval"
        ? intervalParts({ ...wanted, node: { ...node, materialization } })
        : incrementalParts({ ...wanted, node: { ...node, materialization } });
    case "snapshot":
      return snapshotParts({ ...wanted, node: { ...node, materialization } });
    default:
      return materialization satisfies never;
  }
}
