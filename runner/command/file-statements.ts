import { printColumnType } from "../core/column-type.ts";
import type { LakeColumn } from "../core/manifest.ts";
import { readableColumns } from "../core/technical-columns.ts";
import { redshiftDialect } from "../dialect/redshift/dialect.ts";
import { unloadStatement } from "../engine/redshift/unload.ts";
import { copiedTable, quotedNames } from "../execute/copy-contents.ts";
import { dayCondition, dayFileQuery, daysQuery } from "../execute/day-files.ts";
import { dayFilesOf, exportQuery } from "../execute/export.ts";
import { planCopiedCandidate } from "../execute/raw-candidate.ts";
import type { CandidateContext } from "../execute/raw-candidate.ts";
import { copyListKey, partKey } from "../lake/layout.ts";
import type { TableExtraction, WriteStep } from "../plan/step.ts";
import type { Target } from "./target.ts";

/** The statements by which an engine itself reads and writes the lake, in the form that they will have. */
export interface FileStatements {
  /** What makes a raw relation's candidate and publishes it: of an increment, the rows that it adds. */
  copy(extraction: TableExtraction): {
    readonly write: readonly string[];
    readonly publish: readonly string[];
  };
  /**
   * What writes a relation's rows to the lake; none where it has no rows of its own to write. By day, the query that
   * finds the days, and what writes one of them.
   */
  unload(step: WriteStep): readonly string[];
}

/** Stands for the days that are known when the rows are. */
export const exampleDay = "2000-01-01";

/** Undefined for an engine whose files the runner reads and writes. */
export function fileStatements(
  { warehouse, lake }: Pick<Target, "warehouse" | "lake">,
  { run, state }: Pick<CandidateContext, "run" | "state">,
): FileStatements | undefined {
  if (warehouse.engine !== "redshift") return undefined;
  const { iamRole } = warehouse;
  const dialect = redshiftDialect(warehouse);
  const { files } = dialect;
  if (files.kind !== "copied") return undefined;
  const address = (key: string) => `${lake.address.replace(/\/+$/, "")}/${key}`;
  const unload = (query: string, key: string) => {
    const prefix = address(key).replace(/([^/]*)\.parquet$/, "_arriving-$1-");
    return unloadStatement(query, prefix, { iamRole, isParallel: false });
  };
  return {
    copy: ({ table, candidate, keptFiles, knownColumns }) => {
      const { relation } = table;
      const declared: readonly LakeColumn[] = readableColumns(table).map(({ name, type }) => ({
        name,
        type: printColumnType(type),
      }));
      const columns = knownColumns.length > 0 ? knownColumns : declared;
      const contents = { columns, files: keptFiles };
      const copied = planCopiedCandidate({ relation, candidate }, contents, {
        ...{ dialect, run, state },
      });
      const list = address(copyListKey(relation, run.id, 0));
      return {
        write: [
          copiedTable(copied.table, columns, { dialect, run }),
          files.copy(copied.table, quotedNames(columns), list),
          dialect.createView(candidate, copied.view),
        ],
        publish: copied.candidate.publish,
      };
    },
    unload: (step) => {
      if (step.mode === "ephemeral") return [];
      const byDay = dayFilesOf(step);
      if (byDay === undefined) {
        return [unload(exportQuery(step), partKey(step.relation, run.id, 0))];
      }
      const query = dayFileQuery(byDay, dayCondition(byDay, exampleDay));
      const key = partKey(step.relation, run.id, 0, exampleDay);
      return [daysQuery(byDay), unload(query, key)];
    },
  };
}
