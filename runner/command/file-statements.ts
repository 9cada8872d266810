import { printColumnType } from "../core/column-type.ts";
import type { LakeColumn } from "../core/manifest.ts";
import { readableColumns } from "../core/technical-columns.ts";
import { redshiftDialect } from "../dialect/redshift/dialect.ts";
import { unloadStatement } from "../engine/redshift/unload.ts";
import { copiedTable, quotedNames } from "../execute/copy-contents.ts";
import { exportQuery } from "../execute/export.ts";
import { copyListKey, partKey } from "../lake/layout.ts";
import type { TableExtraction, WriteStep } from "../plan/step.ts";
import type { Target } from "./target.ts";

/** The statements by which an engine itself reads and writes the lake, in the form that they will have. */
export interface FileStatements {
  /** A raw relation's candidate, where all of its files are copied. */
  copy(extraction: TableExtraction): readonly string[];
  /** What writes a relation's rows to the lake; none where it has no rows of its own to write. */
  unload(step: WriteStep): readonly string[];
}

/** Undefined for an engine whose files the runner reads and writes. */
export function fileStatements(
  { warehouse, lake }: Pick<Target, "warehouse" | "lake">,
  runId: string,
): FileStatements | undefined {
  if (warehouse.engine !== "redshift") return undefined;
  const { iamRole } = warehouse;
  const dialect = redshiftDialect(warehouse);
  const { files } = dialect;
  if (files.kind !== "copied") return undefined;
  const address = (key: string) => `${lake.address.replace(/\/+$/, "")}/${key}`;
  return {
    copy: ({ table, candidate }) => {
      const rows = `${candidate}__rows`;
      const columns: readonly LakeColumn[] = readableColumns(table).map(({ name, type }) => ({
        name,
        type: printColumnType(type),
      }));
      const names = quotedNames(columns);
      return [
        copiedTable(rows, columns, { dialect, run: { id: runId } }),
        files.copy(rows, names, address(copyListKey(table.relation, runId, 0))),
        dialect.createView(candidate, `select ${names.join(", ")} from ${rows}`),
      ];
    },
    unload: (step) => {
      if (step.mode === "ephemeral") return [];
      const first = address(partKey(step.relation, runId, 0));
      const prefix = first.replace(/([^/]*)\.parquet$/, "_arriving-$1-");
      return [unloadStatement(exportQuery(step), prefix, { iamRole, isParallel: false })];
    },
  };
}
