import { RedshiftError } from "../redshift-error.ts";
import type { ResultColumn } from "../statement-result.ts";
import type { ParquetWorkbench } from "../storage/parquet-workbench.ts";
import { quotedName, textLiteral } from "../tokens.ts";
import type { UnloadCommand } from "./unload-command.ts";

const partitionTypes = new Set([
  ...[
    "int2",
    "int4",
    "int8",
    "numeric",
    "float4",
    "bool",
    "bpchar",
    "varchar",
    "date",
    "timestamp",
  ],
]);

/** Throws RedshiftError for partitions by columns that the query lacks, or by all that it has. */
export function checkPartitions(
  { partitionBy, includesPartitions }: UnloadCommand,
  columns: readonly ResultColumn[],
): void {
  for (const name of partitionBy) {
    const column = columns.find((each) => each.name === name);
    if (column === undefined)
      throw new RedshiftError(`Partition column "${name}" is not in the query's result`, "42703");
    if (!partitionTypes.has(column.typeName))
      throw new RedshiftError(
        `Partition column "${name}" has the unsupported type ${column.typeName}`,
        "42804",
      );
  }
  if (!includesPartitions && columns.every(({ name }) => partitionBy.includes(name)))
    throw new RedshiftError(
      "UNLOAD needs at least one column that is no partition column",
      "42601",
    );
}

export interface PartitionFolder {
  /** `year=2025/month=3/`, or nothing without partitions. */
  readonly path: string;
  /** DuckDB's condition for its rows. */
  readonly condition: string;
}

/** The folders in which the rows of `unloaded` belong. */
export async function findFolders(
  workbench: ParquetWorkbench,
  partitionBy: readonly string[],
): Promise<readonly PartitionFolder[]> {
  if (partitionBy.length === 0) return [{ path: "", condition: "true" }];
  const texts = partitionBy.map(
    (name, index) => `cast(${quotedName(name)} as varchar) as p${index}`,
  );
  const rows = await workbench.ask(
    `select distinct ${texts.join(", ")} from unloaded order by all`,
  );
  return rows.map((row) => {
    const parts = partitionBy.map((name, index) => ({ name, value: row[`p${index}`] ?? null }));
    return {
      path: parts
        .map(({ name, value }) => `${name}=${value === null ? nullFolder : encoded(value)}/`)
        .join(""),
      condition: parts
        .map(({ name, value }) =>
          value === null
            ? `${quotedName(name)} is null`
            : `cast(${quotedName(name)} as varchar) = ${textLiteral(value)}`,
        )
        .join(" and "),
    };
  });
}

const nullFolder = "__HIVE_DEFAULT_PARTITION__";

/** What cannot stand in a folder's name, as Hive writes it. */
function encoded(value: string): string {
  return value.replace(
    /["#%'*/:=?\\\p{Cc}{[\]^]/gu,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`,
  );
}
