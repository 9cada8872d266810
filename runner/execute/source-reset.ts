import { Failure, type Diagnostic } from "../core/diagnostic.ts";
import type { Extractor } from "../core/ports.ts";
import type { FileEngine } from "../core/file-engine.ts";
import type { ExtractStep } from "../plan/step.ts";
import { contentsQuery } from "./contents-query.ts";
import type { ExecutionContext } from "./context.ts";

const hint =
  "Connect to the right database; or, if this one is meant, take it over wholly: runner build --full-refresh";

/** Throws where the database is another one than that which earlier rows were read from. */
export function assertSameDatabase(step: ExtractStep, identity: string | undefined): void {
  const changed = step.tables.find(
    ({ expectedIdentity }) => expectedIdentity !== undefined && expectedIdentity !== identity,
  );
  if (changed === undefined) return;
  throw reset([
    {
      code: "SOURCE_RESET",
      message: `The source ${step.source} is another database than the one that ${changed.table.relation} was extracted from.`,
      place: changed.table.place,
      cause: `Its identity was ${changed.expectedIdentity ?? ""} and is ${identity ?? "unknown"}: after a reset, the same ids mean other rows.`,
      hint,
    },
  ]);
}

/**
 * Throws where a table of the same database was set back since it was last read: restored from a backup, or emptied and
 * begun anew. Only increments are looked at: a table that is read in full holds nothing of before.
 */
export async function assertNotSetBack(
  step: ExtractStep,
  extractor: Extractor,
  files: FileEngine & Pick<ExecutionContext, "lake">,
): Promise<void> {
  const diagnostics: Diagnostic[] = [];
  for (const { table, since, keptFiles, knownColumns } of step.tables) {
    if (since === undefined || table.quarantineOf !== undefined) continue;
    const highestKey = async (key: string): Promise<bigint | undefined> => {
      if (keptFiles.length === 0) return undefined;
      const query = await contentsQuery({ columns: knownColumns, files: keptFiles }, files);
      const { rows } = await files.engine.query(
        `select cast(max(${key}) as varchar) as highest from (${query}) as kept`,
      );
      const highest = rows[0]?.["highest"];
      return typeof highest === "string" ? BigInt(highest) : undefined;
    };
    const cause = await extractor.whyReset?.(table, { since, highestKey });
    if (cause === undefined) continue;
    diagnostics.push({
      code: "SOURCE_RESET",
      message: `${table.source}.${table.table} was set back since ${table.relation} was last extracted from it.`,
      place: table.place,
      cause,
      hint,
    });
  }
  if (diagnostics.length > 0) throw reset(diagnostics);
}

function reset(diagnostics: readonly Diagnostic[]): Failure {
  return new Failure(diagnostics, 1);
}
