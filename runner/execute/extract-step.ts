import { Failure } from "../core/diagnostic.ts";
import type { LakeManifest } from "../core/manifest.ts";
import { manifestQuery, withOwnColumns, withoutCommonColumns } from "../core/manifest-rows.ts";
import type { SourceTable } from "../core/node.ts";
import type { ExtractedTable, Extractor } from "../core/ports.ts";
import type { ExtractStep, TableExtraction } from "../plan/step.ts";
import type { ExecutionContext, Findings } from "./context.ts";
import { rawColumns } from "./raw-columns.ts";
import { compareWithSource } from "./source-contract.ts";

/** Extracts a source's tables and makes their candidates; returns the number of rows that were read. */
export async function runExtractStep(
  step: ExtractStep,
  context: ExecutionContext,
  findings: Findings,
): Promise<number> {
  const extractor = await context.openExtractor(step.connection);
  const identity = await extractor.identity();
  assertSameDatabase(step, identity);
  const tables = await compareTables(step, extractor, context);
  const extracted = await extractor.extract(
    step.tables.map(({ since }, index) => ({ table: at(tables, index), since })),
    { runId: context.run.id, extractedAt: context.run.startedAt },
  );
  context.killPoint("after-extract");
  const byRelation = new Map(extracted.map((result) => [result.table.relation, result]));
  let rows = 0;
  for (const wanted of step.tables) {
    const result = byRelation.get(wanted.table.relation);
    if (result === undefined) throw new Error(`${wanted.table.relation} was not extracted`);
    rows += result.totals.rows;
    for (const message of result.notes ?? []) await context.emit({ type: "note", message });
    await context.engine.execute(
      context.dialect.createView(wanted.candidate, await rawQuery(wanted, result, context)),
    );
    findings.extracted.set(wanted.table.relation, result);
    if (identity !== undefined) findings.identities.set(wanted.table.relation, identity);
    if (result.highestCursor !== undefined) {
      findings.watermarks.set(wanted.table.relation, result.highestCursor);
    }
  }
  return rows;
}

/** The rows of a raw relation: what earlier extractions left and what this one brought. */
export async function rawQuery(
  wanted: Pick<TableExtraction, "table" | "keptFiles">,
  result: ExtractedTable,
  context: Pick<ExecutionContext, "lake" | "dialect">,
): Promise<string> {
  return contentsQuery(rawContents(wanted, result), context);
}

/** The rows that a manifest lists, where the engine reads them. */
export async function contentsQuery(
  contents: Pick<LakeManifest, "columns" | "files">,
  { lake, dialect }: Pick<ExecutionContext, "lake" | "dialect">,
): Promise<string> {
  return manifestQuery(
    contents,
    await Promise.all(contents.files.map((file) => lake.localPath(file))),
    dialect,
  );
}

/** What the manifest of a raw relation lists after an extraction. */
export function rawContents(
  wanted: Pick<TableExtraction, "table" | "keptFiles">,
  result: ExtractedTable,
): Pick<LakeManifest, "columns" | "files"> {
  const columns = rawColumns(wanted, result);
  const extracted = withOwnColumns({ columns: result.columns, files: result.files });
  const files = withoutCommonColumns({ columns, files: [...wanted.keptFiles, ...extracted] });
  return { columns, files };
}

function assertSameDatabase(step: ExtractStep, identity: string | undefined): void {
  const changed = step.tables.find(
    ({ expectedIdentity }) => expectedIdentity !== undefined && expectedIdentity !== identity,
  );
  if (changed === undefined) return;
  throw new Failure(
    [
      {
        code: "SOURCE_RESET",
        message: `The source ${step.source} is another database than the one that ${changed.table.relation} was extracted from.`,
        place: changed.table.place,
        cause: `Its identity was ${changed.expectedIdentity ?? ""} and is ${identity ?? "unknown"}: after a reset, the same ids mean other rows.`,
        hint: "Connect to the right database; or, if the new one is meant, take it over wholly: runner build --full-refresh",
      },
    ],
    1,
  );
}

/** The tables as they are to be extracted; stops where a contract does not allow what the source has now. */
async function compareTables(
  step: ExtractStep,
  extractor: Extractor,
  { emit }: Pick<ExecutionContext, "emit">,
): Promise<readonly SourceTable[]> {
  const compared = await Promise.all(
    step.tables.map(async ({ table, knownColumns }) =>
      compareWithSource(table, await extractor.liveColumns(table), knownColumns),
    ),
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
  return compared.map(({ table }) => table);
}

function at<Item>(items: readonly Item[], index: number): Item {
  const item = items[index];
  if (item === undefined) throw new RangeError(`nothing at ${index}`);
  return item;
}
