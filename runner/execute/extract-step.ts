import { printColumnType } from "../core/column-type.ts";
import { counted } from "../core/counted.ts";
import { Failure } from "../core/diagnostic.ts";
import type { LakeManifest } from "../core/manifest.ts";
import { withOwnColumns, withoutCommonColumns } from "../core/manifest-rows.ts";
import type { ExtractedTable, Extractor, ExtractRequest } from "../core/ports.ts";
import { quarantineRelation } from "../core/quarantine.ts";
import { technicalColumns } from "../core/technical-columns.ts";
import type { ExtractStep, TableExtraction } from "../plan/step.ts";
import type { ExecutionContext, Findings } from "./context.ts";
import { keyRequests, keysRelation, withDeletes } from "./deletes.ts";
import { makeRawCandidate } from "./raw-candidate.ts";
import { rawColumns } from "./raw-columns.ts";
import { arrangeRawFiles } from "./raw-files.ts";
import { compareWithSource } from "./source-contract.ts";
import { assertNotSetBack, assertSameDatabase } from "./source-reset.ts";

/** Rows that were taken, and rows that went into quarantines. */
interface ExtractedRows {
  readonly rows: number;
  readonly rejected: number;
}

/** Extracts a source's tables and makes their candidates. */
export async function runExtractStep(
  step: ExtractStep,
  context: ExecutionContext,
  findings: Findings,
): Promise<ExtractedRows> {
  const extractor = await context.openExtractor(step.connection);
  const identity = await extractor.identity();
  assertSameDatabase(step, identity);
  const requests = await compareTables(step, extractor, context);
  const files = { ...context, ...(await context.openFileEngine()) };
  await assertNotSetBack(step, extractor, files);
  const all = await extractor.extract([...requests, ...keyRequests(requests)], {
    runId: context.run.id,
    extractedAt: context.run.startedAt,
  });
  context.killPoint("after-extract");
  const wantedRelations = new Set(requests.map(({ table }) => table.relation));
  const extracted = all.filter(({ table }) => wantedRelations.has(table.relation));
  const results = extracted.flatMap((result) => [result, ...quarantineResult(step, result)]);
  const byRelation = new Map(results.map((result) => [result.table.relation, result]));
  for (const wanted of step.tables) {
    const { relation } = wanted.table;
    const read = byRelation.get(relation);
    if (read === undefined) throw new Error(`${relation} was not extracted`);
    const keys = all.find(({ table }) => table.relation === keysRelation(relation));
    const result = await withDeletes(read, keys, {
      contents: rawContents(wanted, read),
      context: files,
    });
    for (const message of notesOn(result)) await context.emit({ type: "note", message });
    const contents = await arrangeRawFiles(wanted.table, rawContents(wanted, result), files);
    findings.rawCandidates.set(relation, await makeRawCandidate(wanted, contents, context));
    findings.rawContents.set(relation, contents);
    findings.extracted.set(relation, result);
    if (identity !== undefined) findings.identities.set(relation, identity);
    if (result.highestCursor !== undefined) findings.watermarks.set(relation, result.highestCursor);
  }
  return {
    rows: extracted.reduce((sum, { totals }) => sum + totals.rows, 0),
    rejected: extracted.reduce((sum, { rejected }) => sum + (rejected?.rows ?? 0), 0),
  };
}

/** What the extraction of a table brought for its quarantine, where it has one. */
function quarantineResult(
  { tables }: ExtractStep,
  { table, rejected }: ExtractedTable,
): readonly ExtractedTable[] {
  const quarantine = tables.find((each) => each.table.quarantineOf === table.relation)?.table;
  if (quarantine === undefined) return [];
  const { rows = 0, sums = {}, files = [] } = rejected ?? {};
  const columns = [...quarantine.columns, ...technicalColumns(false)];
  return [
    {
      table: quarantine,
      files,
      columns: columns.map(({ name, type }) => ({ name, type: printColumnType(type) })),
      totals: { rows, sums },
    },
  ];
}

function notesOn({ table, totals, rejected, notes = [] }: ExtractedTable): readonly string[] {
  if (rejected === undefined) return notes;
  const { rows, examples } = rejected;
  const all = rows + totals.rows;
  const some = examples.length < rows ? "such as " : "";
  return [
    ...notes,
    `${quarantineRelation(table.relation)} takes ${counted(rows, "row")} of ${all} that do not fit: ${some}${examples.join("; ")}.`,
  ];
}

/** What the manifest of a raw relation lists after an extraction. */
function rawContents(
  wanted: Pick<TableExtraction, "table" | "keptFiles">,
  result: ExtractedTable,
): Pick<LakeManifest, "columns" | "files"> {
  const columns = rawColumns(wanted, result);
  const extracted = withOwnColumns({ columns: result.columns, files: result.files });
  const files = withoutCommonColumns({ columns, files: [...wanted.keptFiles, ...extracted] });
  return { columns, files };
}

/** The tables as they are to be extracted; stops where a contract does not allow what the source has now. */
async function compareTables(
  { tables }: ExtractStep,
  extractor: Extractor,
  { emit, dialect: { longestText } }: Pick<ExecutionContext, "emit" | "dialect">,
): Promise<readonly ExtractRequest[]> {
  const extracted = tables.filter(({ table }) => table.quarantineOf === undefined);
  const compared = await Promise.all(
    extracted.map(async ({ table, knownColumns, since }) => {
      const live = await extractor.liveColumns(table);
      return { since, ...compareWithSource(table, live, knownColumns) };
    }),
  );
  const problems = compared.flatMap((comparison) => comparison.problems);
  if (problems.length > 0) throw new Failure(problems, 1);
  for (const { table, differences } of compared) {
    for (const { column, live, effect, isNews } of differences) {
      if (!isNews) continue;
      const told =
        live === undefined
          ? `is no longer in the source: it ${effect}.`
          : `is ${live} in the source: raw ${effect}.`;
      await emit({ type: "note", message: `${table.relation}.${column} ${told}` });
    }
  }
  return compared.map(({ table, since }) => ({ table: { ...table, longestText }, since }));
}
