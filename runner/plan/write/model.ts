import { queryColumns } from "../../core/node.ts";
import type { WriteStep } from "../step.ts";
import { incrementalParts } from "./incremental.ts";
import type { ModelRequest, Parts } from "./parts.ts";
import { ephemeralParts, tableParts, viewParts } from "./plain.ts";

export function planModel(wanted: ModelRequest): WriteStep {
  const { node, after } = wanted;
  return {
    kind: "model" as const,
    id: node.relation,
    after,
    relation: node.relation,
    place: { file: node.template.file, line: 1, column: 1 },
    template: node.template,
    contract: queryColumns(node),
    key: node.key,
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
        ? tableParts(wanted)
        : incrementalParts({ ...wanted, node: { ...node, materialization } });
    case "snapshot":
      return tableParts(wanted);
    default:
      return materialization satisfies never;
  }
}
