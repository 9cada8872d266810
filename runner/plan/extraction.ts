import type { SourceTable } from "../core/node.ts";
import type { RelationName } from "../core/relation.ts";
import type { WarehouseState } from "../core/state.ts";
import { fingerprintOf } from "./fingerprint-of.ts";
import type { PlanRequest } from "./request.ts";
import type { ExtractStep, TableExtraction } from "./step.ts";

interface ExtractionRequest {
  readonly source: string;
  readonly tables: readonly SourceTable[];
  readonly state: WarehouseState;
  readonly request: Pick<PlanRequest, "fullRefresh" | "compiled">;
  readonly candidate: (relation: RelationName) => string;
}

export function planExtraction(wanted: ExtractionRequest): ExtractStep {
  const { source, tables, state, request, candidate } = wanted;
  return {
    kind: "extract",
    id: `extract.${source}`,
    after: [],
    source,
    connection: tables[0]?.connection ?? source,
    tables: tables.map((table) => ({
      table,
      ...increment(table, state, request.fullRefresh),
      expectedIdentity: request.fullRefresh ? undefined : state.identities.get(table.relation),
      candidate: candidate(table.relation),
      fingerprint: fingerprintOf(request.compiled, table.relation),
    })),
  };
}

/** An increment begins its lookback before the watermark, for rows are stamped before they are committed. */
function increment(
  table: SourceTable,
  state: WarehouseState,
  refresh: boolean,
): Pick<TableExtraction, "since" | "keptFiles"> {
  const watermark = state.watermarks.get(table.relation);
  if (table.extract.mode === "full" || watermark === undefined || refresh) return { keptFiles: [] };
  const since = new Date(
    Date.parse(watermark) - table.extract.lookbackSeconds * 1000,
  ).toISOString();
  return { since, keptFiles: state.manifests.get(table.relation)?.files ?? [] };
}
