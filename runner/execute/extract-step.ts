import { parseColumnType } from "../core/column-type.ts";
import { Failure } from "../core/diagnostic.ts";
import type { ExtractedTable, Extractor } from "../core/ports.ts";
import type { ExtractStep, TableExtraction } from "../plan/step.ts";
import type { ExecutionContext, Findings } from "./context.ts";
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
  await assertContracts(step, extractor);
  const extracted = await extractor.extract(
    step.tables.map(({ table, since }) => ({ table, since })),
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
  wanted: Pick<TableExtraction, "keptFiles">,
  result: Pick<ExtractedTable, "files" | "columns">,
  { lake, dialect }: Pick<ExecutionContext, "lake" | "dialect">,
): Promise<string> {
  const files = [...wanted.keptFiles, ...result.files];
  if (files.length > 0) {
    return dialect.parquetQuery(await Promise.all(files.map((file) => lake.localPath(file))));
  }
  return dialect.emptyQuery(
    result.columns.map(({ name, type }) => ({
      name,
      type: parseColumnType(type) ?? { kind: "varchar" },
    })),
  );
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

async function assertContracts(step: ExtractStep, extractor: Extractor): Promise<void> {
  const diagnostics = await Promise.all(
    step.tables.map(async ({ table }) =>
      compareWithSource(table, await extractor.liveColumns(table)),
    ),
  );
  if (diagnostics.flat().length > 0) throw new Failure(diagnostics.flat(), 1);
}
