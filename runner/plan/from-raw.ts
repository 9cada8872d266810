import { counted } from "../core/counted.ts";
import type { Diagnostic } from "../core/diagnostic.ts";
import type { RelationName } from "../core/relation.ts";
import type { PlanRequest } from "./request.ts";

/** A build from the raw zone opens no source: their tables are what was extracted last. */
export function withoutExtraction(request: PlanRequest): PlanRequest {
  if (request.from !== "raw") return request;
  const { nodes } = request.compiled.graph;
  const selected = [...request.selected].filter((id) => nodes.get(id)?.kind !== "source");
  return { ...request, selected: new Set(selected) };
}

/** The models that are to be built read source tables that the raw zone does not have. */
export function neverExtracted(missing: readonly RelationName[]): Diagnostic {
  const names = missing.toSorted();
  return {
    code: "UPSTREAM_MISSING",
    message: `The raw zone lacks ${counted(names.length, "table")} that the selected models read: ${names.join(", ")}.`,
    cause: "--from raw extracts nothing: it builds from what was extracted before.",
    hint: `Extract while the source can be reached: runner extract --select ${names.join(" ")}`,
  };
}
