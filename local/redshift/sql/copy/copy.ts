import type { Client } from "pg";
import { join } from "node:path";
import { checkAssumeRole } from "../access/assume-role.ts";
import { qualifiedName } from "../named-relations.ts";
import { asRedshiftError, RedshiftError } from "../redshift-error.ts";
import { withoutRows, type StatementResult, type Storage } from "../statement-result.ts";
import { objectUrl, withObjects, type Objects, type ObjectUrl } from "../storage/objects.ts";
import { withWorkbench, type ParquetWorkbench } from "../storage/parquet-workbench.ts";
import { quotedName, textLiteral } from "../tokens.ts";
import type { CopyCommand } from "./copy-command.ts";
import { copyIn } from "./copy-in.ts";
import { checkFileColumns, spectrumError, type FileColumn } from "./file-columns.ts";
import { findSourceObjects } from "./source-objects.ts";
import { targetColumns, type TargetColumn } from "./target-columns.ts";

/** Loads Parquet files: all of their rows, or none. Throws RedshiftError. */
export async function copy(
  client: Client,
  command: CopyCommand,
  storage: Storage,
): Promise<StatementResult> {
  await checkAssumeRole(client, "COPY");
  const targets = await targetColumns(client, command);
  const rows = await withObjects(storage, async (objects) => {
    const sources = await findSourceObjects(command, objects);
    return withWorkbench(async (workbench) => {
      const files: string[] = [];
      for (const [index, source] of sources.entries())
        files.push(await prepareFile({ ...command, workbench, objects, targets }, source, index));
      return load(client, command, { files, targets });
    });
  });
  return { ...withoutRows, rowCount: rows };
}

interface Preparation {
  readonly workbench: ParquetWorkbench;
  readonly objects: Objects;
  readonly targets: readonly TargetColumn[];
  readonly serializesToJson: boolean;
  readonly fillsRecords: boolean;
}

/** Fetches a file, checks it, and writes it down as Postgres's COPY reads it. */
async function prepareFile(
  { workbench, objects, targets, ...options }: Preparation,
  source: ObjectUrl,
  index: number,
): Promise<string> {
  const file = objectUrl(source);
  const parquet = join(workbench.folder, `${index}.parquet`);
  await objects.download(source, parquet);
  const columns = await fileColumns(workbench, parquet, file);
  checkFileColumns(columns, targets, { file, ...options });
  await checkLengths(workbench, { parquet, file, columns, targets });

  const values = targets.map(({ type }, at) => {
    const column = columns[at];
    if (column === undefined) return "null";
    const name = quotedName(column.name);
    return type === "super" ? `to_json(${name})` : name;
  });
  const csv = join(workbench.folder, `${index}.csv`);
  await workbench.duckdb.run(
    `copy (select ${values.join(", ")} from read_parquet(${textLiteral(parquet)})) to ${textLiteral(csv)}
     (format csv, header false, nullstr '\\N', force_quote *)`,
  );
  return csv;
}

async function fileColumns(
  workbench: ParquetWorkbench,
  parquet: string,
  file: string,
): Promise<readonly FileColumn[]> {
  try {
    const rows = await workbench.ask(
      `describe select * from read_parquet(${textLiteral(parquet)}, hive_partitioning = false)`,
    );
    return rows.map((row) => ({ name: row["column_name"] ?? "", type: row["column_type"] ?? "" }));
  } catch (error) {
    throw spectrumError(`File '${file}' is not a Parquet file.`, { cause: error });
  }
}

interface CheckedFile {
  readonly parquet: string;
  readonly file: string;
  readonly columns: readonly FileColumn[];
  readonly targets: readonly TargetColumn[];
}

async function checkLengths(
  workbench: ParquetWorkbench,
  { parquet, file, columns, targets }: CheckedFile,
): Promise<void> {
  const limits = targets.flatMap(({ bytes }, index) => {
    const column = columns[index];
    return bytes === undefined || column === undefined ? [] : [{ name: column.name, bytes }];
  });
  if (limits.length === 0) return;
  const longest = limits.map(({ name }, index) => `max(strlen(${quotedName(name)})) as l${index}`);
  const [found] = await workbench.ask(
    `select ${longest.join(", ")} from read_parquet(${textLiteral(parquet)})`,
  );
  limits.forEach(({ name, bytes }, index) => {
    const length = Number(found?.[`l${index}`] ?? 0);
    if (length > bytes)
      throw new RedshiftError(
        `Value too long for character type\n  Detail: error: Value too long for character type\n  code: 8001\n  context: The length of the data column ${name} is longer than the length defined in the table. Table: ${bytes}, Data: ${length}, File name: ${file}`,
        "22001",
      );
  });
}

async function load(
  client: Client,
  { table }: CopyCommand,
  {
    files,
    targets,
  }: { readonly files: readonly string[]; readonly targets: readonly TargetColumn[] },
): Promise<number> {
  const list = targets.map(({ name }) => quotedName(name)).join(", ");
  try {
    return await copyIn(
      client,
      `copy ${qualifiedName(table)} (${list}) from stdin (format csv, null e'\\\\N')`,
      files,
    );
  } catch (error) {
    throw asRedshiftError(error);
  }
}
