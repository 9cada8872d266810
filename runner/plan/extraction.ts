import { parseColumnType, printColumnType } from "../core/column-type.ts";
import type { LakeFile } from "../core/manifest.ts";
import { withOwnColumns } from "../core/manifest-rows.ts";
import type { SourceTable } from "../core/source-table.ts";
import type { RelationName } from "../core/relation.ts";
import type { WarehouseState } from "../core/state.ts";
import { widerType } from "../core/wider-type.ts";
import { fingerprintOf } from "./fingerprint-of.ts";
import type { PlanRequest } from "./request.ts";
import type { ExtractStep, TableExtraction } from "./step.ts";

interface ExtractionRequest {
  readonly source: string;
  readonly tables: readonly SourceTable[];
  readonly state: WarehouseState;
  readonly request: Pick<PlanRequest, "fullRefresh" | "compiled">;
  readonly candidate: (relation: RelationName) => string;
  readonly notes: string[];
}

export function planExtraction(wanted: ExtractionRequest): ExtractStep {
  const { source, tables, state, request, candidate } = wanted;
  const increments = new Map(
    tables.flatMap((table) =>
      table.quarantineOf === undefined ? [[table.relation, increment(table, wanted)] as const] : [],
    ),
  );
  const incrementOf = (relation: RelationName): Increment =>
    increments.get(relation) ?? { keptFiles: [], knownColumns: [] };
  return {
    kind: "extract",
    id: `extract.${source}`,
    after: [],
    source,
    connection: tables[0]?.connection ?? source,
    tables: tables.map((table) => ({
      table,
      ...(table.quarantineOf === undefined
        ? incrementOf(table.relation)
        : rejectedSoFar(table, incrementOf(table.quarantineOf), state)),
      expectedIdentity: request.fullRefresh ? undefined : state.identities.get(table.relation),
      candidate: candidate(table.relation),
      fingerprint: fingerprintOf(request.compiled, table.relation),
    })),
  };
}

type Increment = Pick<TableExtraction, "since" | "keptFiles" | "knownColumns">;

/** A quarantine grows as long as its table does. */
function rejectedSoFar(
  { relation }: SourceTable,
  { since }: Increment,
  { manifests }: WarehouseState,
): Increment {
  const manifest = manifests.get(relation);
  if (manifest === undefined || since === undefined) return { keptFiles: [], knownColumns: [] };
  return { keptFiles: withOwnColumns(manifest), knownColumns: manifest.columns };
}

/** An increment begins its lookback before the watermark, for rows are stamped before they are committed. */
function increment(table: SourceTable, { state, request, notes }: ExtractionRequest): Increment {
  const { relation } = table;
  if (request.fullRefresh) return { keptFiles: [], knownColumns: [] };
  const manifest = state.manifests.get(relation);
  const knownColumns = manifest?.columns ?? [];
  const watermark = state.watermarks.get(relation);
  if (table.extract.mode === "full" || watermark === undefined) {
    return { keptFiles: [], knownColumns };
  }
  const keptFiles = manifest === undefined ? [] : withOwnColumns(manifest);
  const unusable = whyUnusable(table, keptFiles);
  if (unusable !== undefined) {
    notes.push(`${relation} is read again from the beginning: ${unusable}.`);
    return { keptFiles: [], knownColumns: [] };
  }
  const since = new Date(
    Date.parse(watermark) - table.extract.lookbackSeconds * 1000,
  ).toISOString();
  return { since, keptFiles, knownColumns };
}

/** Why rows of earlier extractions cannot be rows of the table as it is declared now. */
function whyUnusable(table: SourceTable, files: readonly LakeFile[]): string | undefined {
  for (const { name, type, nullable } of table.columns) {
    for (const file of files) {
      const kept = file.columns?.find((column) => column.name === name);
      if (kept === undefined) {
        if (!nullable) return `its rows have no ${name}, which is never null`;
        continue;
      }
      const before = parseColumnType(kept.type);
      if (before !== undefined && widerType(before, type) === undefined) {
        return `${name} was ${kept.type} and is declared as ${printColumnType(type)} now`;
      }
    }
  }
  return undefined;
}
